"""Converts between MIDI files and voices, which are stored step by step.

In memory a piece is (voices, steps) of MIDI numbers, `REST` if a voice is silent. A run of equal numbers is one held
note. A repeated note has a rest of one step before it: `notes_of` gives the note before such a rest its full length,
and `voices_of` ends a note one step earlier if the same note follows directly, unless it has only one step.
"""

from __future__ import annotations

import bisect
import io
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ganforge.errors import UserError, first_line

MIDI = "audio/midi"
REST = -1
PITCHES = 128  # of MIDI
DRUMS = 9  # the channel of percussion, number 10 when counted from 1
TICKS = 120  # per step in written files
VELOCITY = 80
PROGRAM = 19  # church organ, whose notes do not fade
TRACK = "voice {}"
MOST_STEPS = 100_000  # of a piece
LEGATO = 0.25  # of a note, by which it may overlap with the next one of its part


class Note(NamedTuple):
    """A note of a voice."""

    start: int  # step
    steps: int
    pitch: int


class Sounding(NamedTuple):
    """A note of a file, with times in quarter notes."""

    start: float
    end: float
    pitch: int


@dataclass(frozen=True)
class Score:
    """The contents of a MIDI file, without percussion.

    Attributes:
        parts: notes of each channel of each track that has notes.
        places: the voice of each part, if the tracks have the names of `write_midi`; else None.
        type: type of the file, 0 or 1.
        drums: whether percussion was left out.
    """

    parts: Sequence[Sequence[Sounding]]
    places: Sequence[int] | None
    type: int
    drums: bool


def notes_of(voice: np.ndarray) -> list[Note]:
    """The notes of a voice (steps,) of MIDI numbers, `REST` if it is silent."""
    _, *columns = notes_in(voice[None])
    return [Note(*row) for row in np.stack(columns, axis=1).tolist()]


def notes_in(voices: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The notes of many voices (N, steps) at once: voice, first step, steps and pitch of each, (notes,) int64."""
    count, length = voices.shape
    flat = np.full((count, length + 1), REST - 1, dtype=np.int64)  # its last column separates voices
    flat[:, :length] = voices
    flat = flat.ravel()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]])[: len(flat)])
    steps = np.diff(np.append(starts, len(flat)))
    pitch = flat[starts]
    rest = (pitch[1:-1] == REST) & (steps[1:-1] == 1)
    steps[:-2] += rest & (pitch[:-2] == pitch[2:]) & (pitch[2:] > REST)
    sounding = pitch > REST
    return starts[sounding] // (length + 1), starts[sounding] % (length + 1), steps[sounding], pitch[sounding]


def write_midi(voices: np.ndarray, steps_per_quarter: int, tempo: float) -> bytes:
    """Writes a MIDI file of type 1, with a track and a channel for each voice.

    Args:
        voices: (voices, steps) of MIDI numbers, `REST` if a voice is silent.
        steps_per_quarter: steps of a quarter note.
        tempo: quarter notes per minute.
    """
    import mido

    file = mido.MidiFile(type=1, ticks_per_beat=TICKS * steps_per_quarter)
    for number, voice in enumerate(voices):
        channel = number if number < DRUMS else number + 1
        track = file.add_track(TRACK.format(number + 1))
        if number == 0:
            track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(tempo)))
        track.append(mido.Message("program_change", channel=channel, program=PROGRAM))
        now = 0
        for note in notes_of(voice):
            message = mido.Message("note_on", channel=channel, note=note.pitch, velocity=VELOCITY)
            track.append(message.copy(time=TICKS * (note.start - now)))
            track.append(mido.Message("note_off", channel=channel, note=note.pitch, time=TICKS * note.steps))
            now = note.start + note.steps
        track.append(mido.MetaMessage("end_of_track", time=TICKS * (len(voice) - now)))
    content = io.BytesIO()
    file.save(file=content)
    return content.getvalue()


DAMAGED = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def read_midi(content: bytes) -> Score:
    """Reads the notes of a MIDI file's content; times are in quarter notes, tempi are ignored.

    Raises:
        UserError: it is not a MIDI file of type 0 or 1.
    """
    import mido
    from mido.midifiles.meta import KeySignatureError

    allowed = "allowed is a MIDI file of type 0 or 1"
    try:
        file = mido.MidiFile(file=io.BytesIO(content), clip=True)
        ticks = int(file.ticks_per_beat)
        tracks = [[(message, message.time) for message in track] for track in file.tracks]
        names = [track.name for track in file.tracks]
    except (*DAMAGED, KeySignatureError) as error:
        reason = "it ends too early" if isinstance(error, EOFError) else first_line(error)
        raise UserError(f"the music cannot be read ({reason}); {allowed}.") from None
    if file.type not in (0, 1):
        raise UserError(f"the music is of type {file.type}; {allowed}.")
    if not 0 < ticks < 1 << 15:
        raise UserError("the music counts time in frames; export it again with time in quarter notes.")
    parts: dict[tuple[int, int], list[Sounding]] = defaultdict(list)
    for number, messages in enumerate(tracks):
        for channel, notes in _notes_of_track(messages, ticks).items():
            parts[number, channel] += notes
    melodic = {place: notes for place, notes in parts.items() if place[1] != DRUMS}
    called = [re.fullmatch(TRACK.format(r"([1-9]\d?)"), names[number]) for number, _ in melodic]
    places = [int(match[1]) - 1 for match in called if match]
    own = len(set(places)) == len(melodic)
    return Score(list(melodic.values()), places if own else None, file.type, drums=len(melodic) < len(parts))


def _notes_of_track(messages: Sequence[tuple[Any, int]], ticks: int) -> dict[int, list[Sounding]]:
    """The notes of each channel of a track; a note ends if it is struck again."""
    notes: dict[int, list[Sounding]] = defaultdict(list)
    begun: dict[tuple[int, int], int] = {}
    now = 0

    def end(channel: int, pitch: int) -> None:
        start = begun.pop((channel, pitch), now)
        if start < now:
            notes[channel].append(Sounding(start / ticks, now / ticks, pitch))

    for message, time in messages:
        now += int(time)
        if message.type in ("note_on", "note_off"):
            end(message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                begun[message.channel, message.note] = now
    for channel, pitch in list(begun):
        end(channel, pitch)
    return notes


def voices_of(score: Score, voices: int, steps_per_quarter: int) -> np.ndarray:
    """Converts a score to voices with one note at a time, from high to low.

    Files of `write_midi` keep their voices. If another file has at least as many parts as voices, the parts that sound
    longest are used, ordered by mean pitch; of simultaneous notes, a part keeps the highest, and the last voice the
    lowest. With fewer parts, all notes are merged: at every step, the highest goes to the first voice, the lowest to
    the last, and the next highest to the others. Notes that overlap slightly with the next, as in played legato, end
    with it.

    Args:
        score: the score of a file.
        voices: number of voices.
        steps_per_quarter: steps per quarter note, to which notes are quantised.

    Returns:
        (voices, steps) int16 of MIDI numbers, `REST` if a voice is silent.

    Raises:
        UserError: there are no notes, or too many steps.
    """
    parts = [without_overlaps(part, 1 / steps_per_quarter) for part in score.parts]
    sounding = [note for part in parts for note in part]
    if not sounding:
        raise UserError("the music has no notes except percussion.")
    steps = max(2, nearest(max(note.end for note in sounding) * steps_per_quarter))
    if steps > MOST_STEPS:
        raise UserError(f"the music has {steps} steps; at most {MOST_STEPS} are allowed: shorten it.")
    if score.places is not None and max(score.places) < voices:
        numbers = np.full((voices, steps), REST, dtype=np.int16)
        for place, part in zip(score.places, parts):
            numbers[place] = _line(*_roll(part, steps, steps_per_quarter), 0)
        return numbers
    if len(parts) < voices:
        roll = _roll(sounding, steps, steps_per_quarter)
        lowest = _line(*roll, -1, least=2)
        return np.stack(
            [_line(*roll, 0), *(_line(*roll, place, least=place + 2) for place in range(1, voices - 1)), lowest]
        )
    longest = sorted(parts, key=_sounding_time, reverse=True)[:voices]
    *upper, last = (_roll(part, steps, steps_per_quarter) for part in sorted(longest, key=_mean_pitch, reverse=True))
    return np.stack([*(_line(*roll, 0) for roll in upper), _line(*last, -1 if upper else 0)])


def without_empty_bars(numbers: np.ndarray, bar: int) -> np.ndarray:
    """A piece (voices, steps) without silent bars at its start and end."""
    sounding = np.flatnonzero((numbers != REST).any(0))
    first, last = sounding[0] // bar * bar, -(-(sounding[-1] + 1) // bar) * bar
    return numbers[:, first:last]


def _sounding_time(part: Sequence[Sounding]) -> float:
    return sum(note.end - note.start for note in part)


def _mean_pitch(part: Sequence[Sounding]) -> float:
    return sum((note.end - note.start) * note.pitch for note in part) / _sounding_time(part)


def without_overlaps(part: Sequence[Sounding], step: float) -> list[Sounding]:
    """A part whose notes end when the next one begins, if they overlap slightly, as in played legato.

    Slightly is at most a step or a share of the note. A note under a moving voice is not cut: then the next note does
    not outlast it, or continues another note that began with it.

    Args:
        part: its notes.
        step: length of a step in quarter notes.
    """
    ordered = sorted(part)
    onsets = [note.start for note in ordered]
    cut = []
    for note in ordered:
        first = bisect.bisect_right(onsets, note.start)
        following = next(iter(ordered[first:]), None)
        together = ordered[bisect.bisect_left(onsets, note.start) : first]
        if following is not None:
            overlap = note.end - following.start
            slight = 0 < overlap <= max(step, LEGATO * (note.end - note.start)) and following.end > note.end
            if slight and not any(other.end <= following.start for other in together):
                note = note._replace(end=following.start)
        cut.append(note)
    return cut


def _roll(notes: Sequence[Sounding], steps: int, steps_per_quarter: int) -> tuple[np.ndarray, np.ndarray]:
    """The pitches that sound, and those that are struck, at each step; both (steps, PITCHES) of bool."""
    sounds, struck = np.zeros((2, steps, PITCHES), dtype=bool)
    for note in notes:
        start = min(nearest(note.start * steps_per_quarter), steps - 1)
        end = max(nearest(note.end * steps_per_quarter), start + 1)
        sounds[start:end, note.pitch] = True
        struck[start, note.pitch] = True
    return sounds, struck


def nearest(step: float) -> int:
    """The nearest whole step; halves go to the later one, whereas `round` would take turns."""
    return math.floor(step + 0.5)


def _line(sounds: np.ndarray, struck: np.ndarray, place: int, least: int = 1) -> np.ndarray:
    """One note of each step of a roll: the place-th from above, counted from 0, or the lowest for -1; (steps,) int16.

    Steps with fewer notes than ``least`` are rests.
    """
    count = sounds.sum(1)
    rank = np.cumsum(sounds[:, ::-1], axis=1)[:, ::-1]  # 1 for the highest
    wanted = count if place < 0 else place + 1
    chosen = (sounds & (rank == np.reshape(wanted, (-1, 1)))).argmax(1)
    pitch = np.where(count >= max(least, place + 1), chosen, REST).astype(np.int16)
    onset = struck[np.arange(len(pitch)), chosen] & (pitch != REST)
    held = (pitch[1:-1] == pitch[:-2]) & ~onset[1:-1]
    pitch[1:-1][held & onset[2:] & (pitch[2:] == pitch[1:-1])] = REST
    return pitch

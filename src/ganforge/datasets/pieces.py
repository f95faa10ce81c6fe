"""Cuts music into excerpts of a few bars, with optional transposition; a piece stays in one split.

Training pieces are transposed by every number of semitones that their voices allow. Each held-out excerpt is transposed
by one of these, which a digest of the piece decides. Otherwise real music would be in other keys in each split, and all
scores that compare the two would measure that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.errors import UserError
from ganforge.prepared.columns import LABELS, SIGNAL, Kind, Split
from ganforge.prepared.meta import SPLITS, Meta, write_prepared
from ganforge.signals.midi import REST
from ganforge.signals.music import QUARTERS_PER_BAR, MusicSignal

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import MusicSettings


@dataclass(frozen=True)
class Piece:
    """A piece of music.

    Attributes:
        name: its name.
        numbers: (voices, steps) int16 of MIDI numbers, `ganforge.signals.midi.REST` if a voice is silent.
        label: name of its class, if any.
    """

    name: str
    numbers: np.ndarray
    label: str | None = None


@dataclass(frozen=True)
class Window:
    """The origin of a row of the prepared data.

    Attributes:
        piece: its piece.
        start: its first step.
        shift: semitones by which it was transposed.
    """

    piece: Piece
    start: int
    shift: int


def window_starts(numbers: np.ndarray, steps: int, stride: int, bar: int) -> list[int]:
    """First steps of the windows of a piece (voices, steps) that have notes; a short piece has one window.

    If the last window leaves out a bar or more at the end, another one begins at the last bar from which a window fits.
    """
    spare = max(numbers.shape[1] - steps, 0)
    starts = [*range(0, spare + 1, stride)]
    if spare - starts[-1] >= bar:
        starts.append(spare // bar * bar)
    return [start for start in starts if (numbers[:, start : start + steps] != REST).any()]


def voice_ranges(pieces: Sequence[Piece]) -> np.ndarray:
    """(voices, 2): the lowest and highest note of each voice; a voice that never sounds has the range of all."""
    joined = np.concatenate([piece.numbers for piece in pieces], axis=1)
    whole = joined[joined != REST]
    sounding = [voice[voice != REST] if (voice != REST).any() else whole for voice in joined]
    return np.array([(voice.min(), voice.max()) for voice in sounding])


def shifts_of(numbers: np.ndarray, ranges: np.ndarray, most: int) -> list[int]:
    """The numbers of semitones by which a piece may be transposed; 0 alone if it exceeds the range as it is.

    Args:
        numbers: (voices, steps).
        ranges: (voices, 2), the range that every voice has to keep.
        most: largest number of semitones.
    """
    shifts = []
    for shift in range(-most, most + 1):
        moved = numbers + shift
        below, above = moved < ranges[:, :1], moved > ranges[:, 1:]
        if not ((below | above) & (numbers != REST)).any():
            shifts.append(shift)
    return shifts or [0]


def write_pieces(
    folder: Path, pieces: Mapping[str, Sequence[Piece]], settings: MusicSettings, origin: str, classes: Sequence[str]
) -> tuple[Meta, dict[str, list[Window]]]:
    """Writes the windows of all pieces, transposed; returns meta.json and the windows.

    Held-out pieces use the same stride as training pieces: with a larger one, windows would mostly begin at phrases and
    differ from training windows for that reason alone. The range of pitches is that of all pieces. Transposed voices
    stay within their ranges in the training pieces.

    Args:
        folder: the folder to write to.
        pieces: the pieces of each split.
        settings: section `dataset` of params.yaml.
        origin: authors of the pieces.
        classes: names of the labels; empty: there are none.

    Raises:
        UserError: a split is empty.
    """
    for split, purpose in (("train", "for training"), ("test", "to hold out")):
        if not pieces[split]:
            raise UserError(f"{settings.name} has no piece {purpose}: add pieces, or change dataset.test_share.")
    windows = _windows(pieces, settings)
    ranges = voice_ranges([piece for split in SPLITS for piece in pieces[split]])
    lowest, highest = int(ranges.min()), int(ranges.max())
    about = {
        "lowest": lowest,
        "pitches": highest - lowest + 1,
        "steps_per_quarter": settings.resolution_in_time,
        "tempo": settings.tempo,
        "step_difference": settings.step_difference,
    }
    splits = {}
    for split in SPLITS:
        signal = np.stack([_stored(window, settings.steps, lowest) for window in windows[split]])
        labels = [classes.index(window.piece.label or "") for window in windows[split]] if classes else None
        splits[split] = Split.of(signal, None if labels is None else np.array(labels, dtype=np.int64))
    kinds = {SIGNAL: Kind(MusicSignal.kind, about)}
    if classes:
        kinds[LABELS] = Kind("labels", {"names": list(classes)})
    meta = write_prepared(folder, splits, kinds, dataset=settings.name, origin=origin, held_out=settings.held_out)
    return meta, windows


def _windows(pieces: Mapping[str, Sequence[Piece]], settings: MusicSettings) -> dict[str, list[Window]]:
    """The windows of each split."""
    ranges, bar = voice_ranges(pieces["train"]), QUARTERS_PER_BAR * settings.resolution_in_time
    windows: dict[str, list[Window]] = {split: [] for split in SPLITS}
    for split in SPLITS:
        for piece in pieces[split]:
            shifts = shifts_of(piece.numbers, ranges, settings.transpose)
            starts = window_starts(piece.numbers, settings.steps, settings.stride, bar)
            if split == "train":
                windows[split] += [Window(piece, start, shift) for shift in shifts for start in starts]
            else:
                windows[split] += [
                    Window(piece, start, _one_of(shifts, piece, start, settings.transpose)) for start in starts
                ]
    return windows


def _one_of(shifts: Sequence[int], piece: Piece, start: int, most: int) -> int:
    """The transposition of a held-out window: the first allowed one, in an order that follows from its notes.

    Most windows keep theirs when pieces are added, which may widen the ranges of the voices.
    """
    digest = hashlib.blake2b(np.ascontiguousarray(piece.numbers).tobytes(), digest_size=8).digest()
    order = np.random.default_rng([int.from_bytes(digest), start]).permutation(np.arange(-most, most + 1))
    return next(int(shift) for shift in order if shift in shifts)


def _stored(window: Window, steps: int, lowest: int) -> np.ndarray:
    """A window as `MusicSignal` stores it, with rests after the end of a short piece; uint8 (voices, steps)."""
    numbers = window.piece.numbers[:, window.start : window.start + steps]
    stored = np.zeros((len(numbers), steps), dtype=np.uint8)
    stored[:, : numbers.shape[1]] = np.where(numbers == REST, 0, numbers + window.shift - lowest + 1)
    return stored

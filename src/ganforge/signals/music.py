"""Music in a few voices; each has at most one note at every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganforge.errors import UserError
from ganforge.signals.midi import MIDI, REST, notes_of, read_midi, voices_of, without_empty_bars, write_midi
from ganforge.signals.recording import wav
from ganforge.signals.signal import Signal
from ganforge.signals.synthesiser import RATE, synthesise

if TYPE_CHECKING:
    from torch import Tensor

QUARTERS_PER_BAR = 4
PAIR = 2  # steps that `MusicSignal.output` moves towards each other

# The piano roll.
STEP_WIDTH, PITCH_HEIGHT = 3, 3  # pixels
PAPER, BLACK_KEY, BEAT_LINE, BAR_LINE = (252, 252, 250), (243, 243, 240), (232, 232, 230), (200, 200, 200)
BLACK_KEYS = (1, 3, 6, 8, 10)  # of an octave
COLOURS = (
    *((214, 39, 40), (255, 127, 14), (44, 160, 44), (31, 119, 180)),
    *((148, 103, 189), (140, 86, 75), (227, 119, 194), (23, 190, 207)),
)


class MusicSignal(Signal):
    """uint8 (voices, steps): 0 is a rest, k is the pitch ``lowest + k - 1``; networks see one axis, the steps.

    Each voice is one-hot encoded, with a channel for the rest and one for each pitch. A voice plays one note at a time
    by construction.

    A run of equal values is one held note. A repeated note has a rest of one step before it; in files and sounds, the
    note before such a rest has its full length, see `ganforge.signals.midi`.

    ``about`` holds ``lowest`` (MIDI number), ``pitches`` (their number), ``steps_per_quarter``, ``tempo`` (quarter
    notes per minute), and ``step_difference`` (see `output`; 1 if it is missing).

    Augmentation may shift a piece in time by up to an eighth of its steps, and fills the gap with zeros.
    Bars then begin anywhere.
    """

    kind = "music"
    plural = "excerpts"
    dtype = "uint8"
    suffix = ".mid"
    mime = MIDI
    transformations = ("translation",)

    @property
    def is_music(self) -> bool:
        """See `Signal`."""
        return True

    @property
    def is_categorical(self) -> bool:
        """See `Signal`."""
        return True

    @property
    def lowest(self) -> int:
        """MIDI number of the lowest pitch."""
        return int(self.about["lowest"])

    @property
    def pitches(self) -> int:
        """Number of pitches."""
        return int(self.about["pitches"])

    @property
    def bar(self) -> int:
        """Steps of four quarter notes."""
        return QUARTERS_PER_BAR * int(self.about["steps_per_quarter"])

    @property
    def seconds_per_step(self) -> float:
        """Length of a step at the piece's tempo."""
        return float(60 / self.about["tempo"] / self.about["steps_per_quarter"])

    @property
    def rate(self) -> int:
        """See `Signal`."""
        return RATE

    @property
    def network_shape(self) -> tuple[int, ...]:
        """(voices * (1 + pitches), steps)."""
        voices, steps = self.shape
        return (voices * (1 + self.pitches), steps)

    def to_network(self, stored: Tensor) -> Tensor:
        """One-hot encodes values (batch, voices, steps)."""
        import torch

        values = torch.arange(1 + self.pitches, dtype=stored.dtype, device=stored.device)
        return (stored[:, :, None] == values[:, None]).flatten(1, 2).float()

    def from_network(self, x: Tensor) -> Tensor:
        """The most probable value of each voice at every step."""
        import torch

        return self._of_voices(x).argmax(2).to(torch.uint8)

    def output(self, x: Tensor) -> Tensor:
        """The most probable value of each voice at every step, with the gradient of the softmax.

        Before that, the two steps of each pair (an eighth note of four steps per quarter) move towards their mean:
        their difference is multiplied by ``step_difference``. Otherwise samples break notes into single steps.

        The discriminator sees the notes of a file instead of probabilities; with these, three of five notes were
        shorter than an eighth, as Dong & Yang 2018, https://arxiv.org/abs/1804.09399, also found.
        """
        probable = self._paired(self._of_voices(x)).softmax(2)
        chosen = probable.new_zeros(probable.shape).scatter_(2, probable.argmax(2, keepdim=True), 1.0)
        return (chosen + probable - probable.detach()).flatten(1, 2)

    @property
    def view_shape(self) -> tuple[int, ...]:
        """(voices, 1 + pitches, steps): a piano roll of each voice."""
        voices, steps = self.shape
        return (voices, 1 + self.pitches, steps)

    def for_features(self, x: Tensor) -> Tensor:
        """Piano rolls with two axes, in which neighbouring pitches look similar.

        With one axis, every pitch is a separate channel: an untrained feature network then did not distinguish random
        notes from real ones, and hardly recognised combined voices of different pieces.
        """
        return self._of_voices(x)

    def _paired(self, logits: Tensor) -> Tensor:
        """Logits (batch, voices, values, steps) with smaller differences between the two steps of each pair."""
        share = float(self.about.get("step_difference", 1.0))
        if share == 1:
            return logits
        pairs = logits.float().reshape(*logits.shape[:3], -1, PAIR)
        mean = pairs.mean(4, keepdim=True)
        closer: Tensor = mean + share * (pairs - mean)
        return closer.flatten(3)

    def _of_voices(self, x: Tensor) -> Tensor:
        """(batch, voices * values, steps) to (batch, voices, values, steps)."""
        return x.reshape(len(x), self.shape[0], 1 + self.pitches, -1)

    def midi_numbers(self, stored: np.ndarray) -> np.ndarray:
        """Stored values of any shape as MIDI numbers, `ganforge.signals.midi.REST` for rests; int16."""
        values = np.asarray(stored).astype(np.int16)
        numbers: np.ndarray = np.where(values > 0, values + np.int16(self.lowest - 1), np.int16(REST))
        return numbers

    def picture(self, stored: np.ndarray) -> np.ndarray:
        """A piano roll with high notes at the top and a colour for each voice; a gap marks the end of a note."""
        canvas = self._paper()
        for voice, colour in reversed(list(zip(self.midi_numbers(stored), np.resize(COLOURS, (len(stored), 3))))):
            for note in notes_of(voice):
                bottom = (note.pitch - self.lowest) * PITCH_HEIGHT
                left, right = note.start * STEP_WIDTH, (note.start + note.steps) * STEP_WIDTH - 1
                canvas[bottom : bottom + PITCH_HEIGHT, left:right] = colour
        return np.ascontiguousarray(np.moveaxis(canvas[::-1], -1, 0))

    def _paper(self) -> np.ndarray:
        """An empty piano roll with its lowest pitch first; uint8 (height, width, 3)."""
        steps = self.shape[1]
        canvas = np.full((self.pitches, steps, STEP_WIDTH, 3), PAPER, dtype=np.uint8)
        canvas[np.isin((np.arange(self.pitches) + self.lowest) % 12, BLACK_KEYS)] = BLACK_KEY
        canvas[:, :: self.bar // QUARTERS_PER_BAR, 0] = BEAT_LINE
        canvas[:, :: self.bar, 0] = BAR_LINE
        return canvas.reshape(self.pitches, -1, 3).repeat(PITCH_HEIGHT, axis=0)

    def sound(self, stored: np.ndarray) -> np.ndarray:
        """See `ganforge.signals.synthesiser.synthesise`."""
        return synthesise(self.midi_numbers(stored), self.seconds_per_step)

    def encode(self, stored: np.ndarray) -> bytes:
        """A MIDI file with a track for each voice."""
        about = self.about
        return write_midi(self.midi_numbers(stored), int(about["steps_per_quarter"]), float(about["tempo"]))

    def files(self, stored: np.ndarray) -> dict[str, bytes]:
        """A MIDI file to edit, and a WAV file to play."""
        return {self.suffix: self.encode(stored), ".wav": wav(self.sound(stored), self.rate)}

    def decode(self, content: bytes) -> np.ndarray:
        """The first steps of the music in a MIDI file, from the first bar with notes on; rests fill up a shorter piece.

        See `ganforge.signals.midi.voices_of` for how parts become voices.

        Raises:
            UserError: there is no music, or its notes exceed the range of pitches.
        """
        voices, steps = self.shape
        score = read_midi(content)
        numbers = voices_of(score, voices, int(self.about["steps_per_quarter"]))
        if score.places is None:  # a sample keeps its silent bars
            numbers = without_empty_bars(numbers, self.bar)
        numbers = numbers[:, :steps]
        notes = numbers[numbers != REST]
        highest = self.lowest + self.pitches - 1
        if len(notes) and not self.lowest <= notes.min() <= notes.max() <= highest:
            raise UserError(
                f"the music ranges from MIDI note {notes.min()} to {notes.max()}; allowed is {self.lowest} to "
                f"{highest}: transpose it."
            )
        stored = np.zeros(self.shape, dtype=np.uint8)
        stored[:, : numbers.shape[1]] = np.where(numbers == REST, 0, numbers - (self.lowest - 1))
        return stored

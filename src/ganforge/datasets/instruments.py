"""Plucked strings, bells and organ pipes at known pitches, computed from formulas without a download."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.held_out import hold_out_validation
from ganforge.datasets.sound_intake import write_signals
from ganforge.datasets.source import Progress, Source
from ganforge.files import write_array
from ganforge.prepared.columns import LABELS, SIGNAL, SOUND, Kind, Split
from ganforge.prepared.meta import SPLITS, Meta, column_file, describe
from ganforge.signals.recording import levels_of

if TYPE_CHECKING:
    from ganforge.datasets.sound_settings import InstrumentsSettings

RATE = 8000  # samples per second
PITCHES = {"C4": 261.626, "D4": 293.665, "E4": 329.628, "G4": 391.995, "A4": 440.0}  # Hz, equal temperament
HELD_OUT = 4  # training sounds for each held-out one
DETUNED = 8.0  # largest detuning in cents, up or down
PEAKS = (0.2, 0.4)  # range of a sound's peak; random phases make some sounds louder
LATE = 0.02  # most seconds from the start of the window to the sound
SEEDS = {"train": 0, "test": 1}

BELL = ((1.0, 1.0, 3.0), (2.0, 0.5, 5.0), (2.4, 0.45, 7.0), (3.0, 0.3, 10.0), (4.5, 0.2, 14.0))
"""Partials of a bell: frequency as a multiple of the strike note, amplitude, decay per second."""

Random = np.random.Generator


def string(pitch: float, time: np.ndarray, random: Random) -> np.ndarray:
    """A plucked string: higher harmonics are weaker and shorter.

    The place of plucking decides which are missing (harmonic k of an ideal string has sin(pi k place) / k).

    Args:
        pitch: pitch in Hz.
        time: seconds since it was struck, (samples,).
        random: generator for the place and strength of the pluck.
    """
    place, decay, bright = random.uniform(0.15, 0.45), random.uniform(3, 6), random.uniform(0.4, 1.0)
    orders = np.arange(1, 9)
    amplitudes = np.abs(np.sin(np.pi * orders * place)) / orders * bright ** (orders - 1)
    amplitudes[0] = max(amplitudes[0], 1.2 * amplitudes[1:].max())  # the pitch is that of its strongest partial
    return _partials(pitch * orders * np.sqrt(1 + 1e-4 * orders**2), amplitudes, decay * orders**0.7, time, random)


def bell(pitch: float, time: np.ndarray, random: Random) -> np.ndarray:
    """A struck bell with inharmonic partials, `BELL`; arguments as for `string`."""
    ratios, amplitudes, decays = np.array(BELL).T
    amplitudes = amplitudes * np.concatenate([[1.0], random.uniform(0.5, 1.2, len(BELL) - 1)])
    return _partials(pitch * ratios, amplitudes, decays * random.uniform(0.7, 1.4), time, random)


def organ(pitch: float, time: np.ndarray, random: Random) -> np.ndarray:
    """An organ pipe: steady, mostly odd harmonics that fade in and out; arguments as for `string`."""
    orders = np.arange(1, 8)
    amplitudes = np.where(orders % 2 == 1, 1.0, random.uniform(0.1, 0.5)) / orders ** random.uniform(1.2, 1.8)
    tone = _partials(pitch * orders, amplitudes, np.zeros(7), time, random)
    attack, end = random.uniform(0.03, 0.06), random.uniform(0.42, 0.48)
    return tone * np.clip(time / attack, 0, 1) * np.clip((end - time) / 0.05, 0, 1)


INSTRUMENTS: dict[str, Callable[[float, np.ndarray, Random], np.ndarray]] = {
    "string": string,
    "bell": bell,
    "organ": organ,
}


def _partials(
    frequencies: np.ndarray, amplitudes: np.ndarray, decays: np.ndarray, time: np.ndarray, random: Random
) -> np.ndarray:
    """A sum of decaying sines with random phases, silent before time 0."""
    phases = random.uniform(0, 2 * np.pi, len(frequencies))
    heard = np.maximum(time, 0)
    sines = np.sin(2 * np.pi * frequencies[:, None] * heard + phases[:, None])
    tone: np.ndarray = (amplitudes[:, None] * np.exp(-decays[:, None] * heard) * sines).sum(0)
    return tone * np.clip(time / 0.003, 0, 1)


class Instruments(Source["InstrumentsSettings"]):
    """A class for each instrument at each pitch, named as in ``bell C4``."""

    origin = "made up by this project (plucked strings, bells, organ pipes)"
    classes: Sequence[str] = [f"{instrument} {pitch}" for instrument in INSTRUMENTS for pitch in PITCHES]

    def bundled_files(self) -> dict[str, bytes]:
        """A note on their origin."""
        return {"README.txt": b"These sounds are computed from formulas: src/ganforge/datasets/instruments.py.\n"}

    def prepare(
        self,
        raw: Path,  # noqa: ARG002
        folder: Path,
        settings: InstrumentsSettings,
        progress: Progress,  # noqa: ARG002
    ) -> Meta:
        """Computes all sounds and writes them; see `ganforge.datasets.source.Source`."""
        counts = {"train": settings.per_class, "test": settings.per_class // HELD_OUT}
        splits = {split: self._play(counts[split], settings.samples, SEEDS[split]) for split in SPLITS}
        if settings.held_out == "validation":
            splits = hold_out_validation(splits)
        for split in SPLITS:
            (folder / split).mkdir(parents=True, exist_ok=True)
            write_array(column_file(folder, split, SOUND), splits[split].signal)
            if settings.labelled:
                write_array(column_file(folder, split, LABELS), splits[split].required_labels())
        pitches = [pitch for _ in INSTRUMENTS for pitch in PITCHES.values()] if settings.labelled else []
        kinds = write_signals(folder, settings, RATE, {"pitches": pitches})
        if settings.labelled:
            kinds[LABELS] = Kind("labels", {"names": list(self.classes)})
        return describe(folder, kinds, dataset=settings.name, origin=self.origin, held_out=settings.held_out)

    def _play(self, count: int, samples: int, seed: int) -> Split:
        """``count`` sounds of each class: (N, 1, samples) int16 and their labels, with alternating classes."""
        labels = np.tile(np.arange(len(self.classes)), count)
        sounds = np.empty((len(labels), 1, samples), np.int16)
        for row, label in enumerate(labels):
            random = np.random.default_rng([seed, row])
            instrument, name = self.classes[label].split()
            pitch = PITCHES[name] * 2 ** (random.uniform(-DETUNED, DETUNED) / 1200)
            time = np.arange(samples) / RATE - random.uniform(0, LATE)
            tone = INSTRUMENTS[instrument](pitch, time, random)
            sounds[row, 0] = levels_of(tone / np.abs(tone).max() * random.uniform(*PEAKS))
        return Split({SIGNAL: sounds, LABELS: labels.astype(np.int64)})


SOURCE = Instruments()

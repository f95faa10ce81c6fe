"""Made-up sounds with pitches and speakers, as waveforms, and faults that are planted in them."""

import numpy as np

from ganforge.prepared.columns import LABELS, SIGNAL, SPEAKERS, Split
from ganforge.signals.recording import levels_of
from ganforge.signals.sound import WaveformSignal

RATE, SAMPLES = 8000, 2048
PITCHES = (300.0, 400.0, 500.0, 600.0)  # Hz, of each class
BRIGHTNESS = (0.1, 0.5, 0.9)  # of the harmonics of each speaker
SIGNAL_OF_SOUNDS = WaveformSignal(
    (1, SAMPLES), {"rate": RATE, "samples": SAMPLES, "fft": 128, "pitches": list(PITCHES)}
)


def sounds(count, seed, speakers=range(3)):
    """Decaying tones: a class for each pitch, a voice for each speaker; all by turns."""
    random, time = np.random.default_rng(seed), np.arange(SAMPLES) / RATE
    labels, voices = np.arange(count) % len(PITCHES), np.array([*speakers])[np.arange(count) // 4 % len(speakers)]
    rows = []
    for label, voice in zip(labels, voices):
        pitch = PITCHES[label] * 2 ** (random.uniform(-5, 5) / 1200)
        tone = sum(
            BRIGHTNESS[voice] ** (k - 1) / k * np.sin(2 * np.pi * k * pitch * time + random.uniform(0, 6))
            for k in (1, 2, 3, 4)
        )
        rows.append(0.3 * random.uniform(0.7, 1) * tone * np.exp(-random.uniform(3, 8) * time))
    drawn = np.array(rows) + 0.001 * random.standard_normal((count, SAMPLES))
    return Split({SIGNAL: levels_of(drawn)[:, None], LABELS: labels, SPEAKERS: voices})


def with_faults(split):
    """The same, a third silent, a third with a click, a third too loud for a file."""
    drawn = SIGNAL_OF_SOUNDS.sounds(split.signal).copy()
    drawn[0::3] *= 1e-3
    drawn[1::3, 1000] += 0.3
    drawn[2::3] *= 4
    return np.clip(drawn, -1, 1)

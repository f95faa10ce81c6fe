"""Synthesises voices with a few harmonics; the sound is between an organ and a string."""

from __future__ import annotations

import numpy as np

from ganforge.signals.midi import notes_of

RATE = 16_000  # samples per second
HARMONICS = (1.0, 0.45, 0.3, 0.14, 0.09, 0.05)  # amplitudes of the fundamental and its multiples
FADING = 0.25  # decay per second and harmonic; higher harmonics fade faster
ATTACK, RELEASE = 0.025, 0.12  # seconds; both have the shape of a cosine, which avoids clicks
PEAK = 0.8


def synthesise(voices: np.ndarray, seconds_per_step: float) -> np.ndarray:
    """The sound of a piece, with its peak at `PEAK`.

    Args:
        voices: (voices, steps) of MIDI numbers, `ganforge.signals.midi.REST` if a voice is silent.
        seconds_per_step: length of a step.

    Returns:
        (samples,) float32, `RATE` per second: all steps, and the release of the last notes.
    """
    sound = np.zeros(round((voices.shape[1] * seconds_per_step + RELEASE) * RATE) + 1, dtype=np.float64)
    for voice in voices:
        for note in notes_of(voice):
            start = round(note.start * seconds_per_step * RATE)
            tone = tone_of(note.pitch, note.steps * seconds_per_step)[: len(sound) - start]
            sound[start : start + len(tone)] += tone
    loudest = float(np.abs(sound).max())
    return (sound * (PEAK / loudest) if loudest else sound).astype(np.float32)


def tone_of(pitch: int, seconds: float) -> np.ndarray:
    """A note of a MIDI number, held for some seconds and then released; (samples,) float64."""
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    time = np.arange(round((seconds + RELEASE) * RATE)) / RATE
    tone = np.zeros_like(time)
    for number, amplitude in enumerate(HARMONICS, start=1):
        if number * frequency < RATE / 2:
            tone += amplitude * np.exp(-FADING * number * time) * np.sin(2 * np.pi * number * frequency * time)
    attack = np.clip(time / ATTACK, 0, 1)
    release = np.clip((seconds + RELEASE - time) / RELEASE, 0, 1)
    loudness: np.ndarray = tone * (1 - np.cos(np.pi * attack)) / 2 * (1 - np.cos(np.pi * release)) / 2
    return loudness

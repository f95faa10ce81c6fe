"""Faults of sounds, measured in their samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SILENT_BELOW = -40.0  # decibels of the loudest frame, relative to full scale
FRAME = 0.02  # seconds
CLICK = 10.0  # ratio of the second difference of a click to the usual one of its surroundings
USUAL = 0.75  # quantile that is usual: clicks that follow each other do not change it
BLOCKS = 7  # whose median strength is usual too: a wave that jumps in every period has no clicks
CLICK_LEAST = 0.1  # least second difference of a click, as a share of full scale
SURROUNDINGS = 0.016  # seconds of a block; those of a click are its block and its two neighbours
LEAST_BLOCK = 8  # samples
OCTAVE = 1200.0  # cents


def is_silent(sounds: np.ndarray, rate: int) -> np.ndarray:
    """Whether no frame of 20 ms is louder than -40 dB; (N, samples) to (N,) of bool.

    Args:
        sounds: -1 to 1.
        rate: samples per second.
    """
    length = min(max(1, round(FRAME * rate)), sounds.shape[1])
    frames = sounds[:, : sounds.shape[1] // length * length].reshape(len(sounds), -1, length)
    loudest = np.sqrt((frames.astype(np.float64) ** 2).mean(2)).max(1)
    silent: np.ndarray = loudest < 10 ** (SILENT_BELOW / 20)
    return silent


def has_clicks(sounds: np.ndarray, rate: int) -> np.ndarray:
    """Whether a sound has a click; (N, samples) to (N,) of bool.

    A click is a second difference of ten times the usual one: the third quartile of their absolute values in blocks of
    16 ms, the largest of its own block and the two next to it, or the median of the root mean squares of seven blocks
    if that is larger. Samples after the last block are left out.

    Args:
        sounds: -1 to 1.
        rate: samples per second.
    """
    bend = np.abs(np.diff(sounds.astype(np.float64), 2, axis=1))
    length = min(max(LEAST_BLOCK, round(SURROUNDINGS * rate)), bend.shape[1])
    blocks = bend[:, : bend.shape[1] // length * length].reshape(len(bend), -1, length)
    quartile = _neighbours(np.quantile(blocks, USUAL, axis=2), 3).max(2)
    strength = np.median(_neighbours(np.sqrt((blocks**2).mean(2)), BLOCKS), axis=2)
    usual = np.maximum(quartile, strength)
    click: np.ndarray = (blocks.max(2) > np.maximum(CLICK * usual, CLICK_LEAST)).any(1)
    return click


def _neighbours(values: np.ndarray, count: int) -> np.ndarray:
    """The values (N, blocks) of every block and those around it, (N, blocks, count), count odd; zeros at the ends."""
    half = count // 2
    padded = np.pad(values, ((0, 0), (half, half)))
    return np.lib.stride_tricks.sliding_window_view(padded, count, axis=1)


def pitch_errors(sounds: np.ndarray, pitches: np.ndarray, rate: int) -> np.ndarray:
    """The distance of the pitch of each sound from the wanted one, in cents; (N,).

    The pitch is the strongest frequency within half an octave of the wanted one, found between the bins of a Fourier
    transform of the whole sound by a parabola through three logarithms (Smith & Serra 1987).

    Args:
        sounds: (N, samples), -1 to 1.
        pitches: (N,) in Hz.
        rate: samples per second.
    """
    samples = sounds.shape[1]
    length = 4 * samples
    spectrum = np.abs(np.fft.rfft(sounds * np.hanning(samples), length, axis=1))
    errors = np.empty(len(sounds))
    for row, pitch in enumerate(pitches):
        low, high = (round(pitch * factor * length / rate) for factor in (2**-0.5, 2**0.5))
        peak = low + int(np.argmax(spectrum[row, low : high + 1]))
        before, here, after = np.log(spectrum[row, peak - 1 : peak + 2] + 1e-12)
        curvature = before - 2 * here + after
        shift = 0.0 if curvature >= 0 else 0.5 * (before - after) / curvature
        found = (peak + float(np.clip(shift, -1, 1))) * rate / length
        errors[row] = OCTAVE * np.log2(found / pitch)
    return errors


def entropy(counts: np.ndarray) -> float:
    """The entropy of the frequencies of outcomes (outcomes,), in nats: 0 if there is only one."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def inception_style_score(probabilities: np.ndarray) -> float:
    """The Inception score of a classifier of these data; 1 to the number of classes.

    The exponential of the mean divergence of each distribution from their mean (Salimans et al. 2016,
    https://arxiv.org/abs/1606.03498, section 4).

    Args:
        probabilities: (N, classes).
    """
    p = probabilities.astype(np.float64)
    own = -(p * np.log(np.maximum(p, 1e-12))).sum(1).mean()
    return float(np.exp(entropy(p.sum(0)) - own))


def share(flags: Sequence[bool] | np.ndarray) -> float:
    """The share of true values."""
    return float(np.mean(flags))

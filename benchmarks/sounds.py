"""Measures how fast sounds are rebuilt from spectrograms, and prepared, on one core.

    python -m benchmarks.sounds

Both are compared, in turns, with plain references: the algorithm of Griffin and Lim with scipy's transform, one clip
after the other, and reading the same files without processing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy.signal
import torch

from ganforge.datasets.recordings import Hearing, hear
from ganforge.signals.recording import read_sound, wav
from ganforge.signals.sound import SpectrogramSignal, WaveformSignal, about_sounds
from ganforge.signals.spectrum import PHASE_SEED, Analysis

RATE, SAMPLES, FFT, ROUNDS = 8000, 8192, 256, 32
CLIPS, TURNS = 64, 5
FILE_RATE, FILE_SECONDS = 44_100, 5  # of the files to prepare


def clips(count: int, rate: int, samples: int) -> np.ndarray:
    """Gliding tones with harmonics and noise, (count, samples) float32."""
    random, seconds = np.random.default_rng(0), np.arange(samples) / rate
    pitch = random.uniform(100, 300, (count, 1)) * (
        1 + 0.2 * np.sin(2 * np.pi * random.uniform(1, 3, (count, 1)) * seconds)
    )
    phase = 2 * np.pi * np.cumsum(pitch, axis=1) / rate
    tones = sum(np.sin(order * phase) / order for order in range(1, 8))
    envelope = np.exp(-((seconds - 0.4) ** 2) / 0.05)
    sounds: np.ndarray = (0.2 * tones * envelope + 0.002 * random.standard_normal((count, samples))).astype(np.float32)
    return sounds


def plain(magnitude: np.ndarray, analysis: Analysis) -> np.ndarray:
    """Griffin & Lim 1984 without momentum, with scipy: magnitudes (bins + 1, frames + 1) to a sound."""
    window = analysis.window.numpy()
    transform = scipy.signal.ShortTimeFFT(window, analysis.hop, RATE, phase_shift=None)
    frames = magnitude.shape[1]
    angles = 2 * np.pi * np.random.default_rng(PHASE_SEED).random(magnitude.shape)
    guess = magnitude * np.exp(1j * angles)
    for _ in range(ROUNDS):
        sound = transform.istft(guess, k1=analysis.samples)
        consistent = transform.stft(sound, p0=0, p1=frames)
        guess = magnitude * np.exp(1j * np.angle(consistent))
    result: np.ndarray = transform.istft(guess, k1=analysis.samples)
    return result


def seconds_of(action: Callable[[], object]) -> float:
    """Seconds of one call."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def in_turns(ours: Callable[[], object], reference: Callable[[], object]) -> tuple[float, float]:
    """The median seconds of both, which run in turns."""
    pairs = [(seconds_of(ours), seconds_of(reference)) for _ in range(TURNS)]
    first, second = np.median(pairs, axis=0)
    return float(first), float(second)


def convergence(analysis: Analysis, sounds: torch.Tensor, rebuilt: torch.Tensor) -> float:
    """The mean difference of magnitudes, as a share of the magnitudes."""
    wanted, found = (analysis.transform(each)[:, :-1, :-1].abs() for each in (sounds, rebuilt))
    shares = (wanted - found).flatten(1).norm(dim=1) / wanted.flatten(1).norm(dim=1)
    return float(shares.mean())


def rebuilding() -> None:
    """Clips a second at 32 rounds, and their convergence."""
    analysis, sounds = Analysis(SAMPLES, FFT), torch.from_numpy(clips(CLIPS, RATE, SAMPLES))
    logarithms = analysis.log_magnitude(sounds)
    magnitudes = torch.nn.functional.pad(logarithms.exp(), (0, 1, 0, 1)).numpy()
    few = magnitudes[:8]
    ours, reference = in_turns(
        lambda: analysis.rebuild(logarithms, ROUNDS), lambda: [plain(magnitude, analysis) for magnitude in few]
    )
    near = convergence(analysis, sounds, analysis.rebuild(logarithms, ROUNDS))
    far = convergence(analysis, sounds[:8], torch.tensor(np.array([plain(each, analysis) for each in few])).float())
    print(f"rebuilding: {CLIPS / ours:.0f} clips of {SAMPLES / RATE:.2f} s a second, convergence {near:.3f}")
    print(f"plain:      {len(few) / reference:.0f} clips a second, convergence {far:.3f}")
    print(f"ratio:      {CLIPS / ours / (len(few) / reference):.1f}")


def preparing() -> None:
    """Seconds of sound prepared in a second: read, mixed, resampled, transformed and rebuilt."""
    hearing = Hearing(RATE, SAMPLES, "loudest", "peak", 0.0, -60.0)
    about = about_sounds(RATE, SAMPLES, FFT)
    waveform = WaveformSignal((1, SAMPLES), about)
    signal = SpectrogramSignal((1, 128, 64), about_sounds(RATE, SAMPLES, FFT, loudest=[0.0] * 128, rounds=ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.wav" for number in range(CLIPS)]
        for path, sound in zip(paths, clips(CLIPS, FILE_RATE, FILE_RATE * FILE_SECONDS)):
            path.write_bytes(wav(sound, FILE_RATE))

        def ours() -> None:
            windows = [hear(path.read_bytes(), hearing) for path in paths]
            stored = np.stack([window.sound for window in windows])[:, None]  # type: ignore[union-attr]
            signal.rebuilt(signal.of_sounds(waveform.sounds(stored)))

        taken, reading = in_turns(ours, lambda: [read_sound(path.read_bytes()) for path in paths])
    print(f"preparing:  {CLIPS * FILE_SECONDS / taken:.0f} s of sound at {FILE_RATE} Hz in a second")
    print(f"            {CLIPS * SAMPLES / RATE / taken:.0f} s of the windows that are kept")
    print(f"ratio:      {taken / reading:.1f} times as long as reading the files")


def main() -> None:
    """Prints both."""
    torch.set_num_threads(1)
    rebuilding()
    preparing()


if __name__ == "__main__":
    main()

"""Sounds and spectrograms: the short-time Fourier transform, the mel scale, and phase reconstruction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

QUIETEST = 1e-4  # of the magnitude of a full-scale sine, 80 dB below it, taken as silence
MOMENTUM = 0.99  # of the fast algorithm of Griffin and Lim
PHASE_SEED = 0
LOWEST_MEL = 20.0  # Hz, where the mel bands begin


@dataclass(frozen=True)
class Analysis:
    """A short-time Fourier transform with a Hann window and a hop of half its length.

    The highest bin and the last frame are left out, so that the lengths of both axes are powers of two.

    Attributes:
        samples: samples of a sound; a multiple of the hop.
        fft: samples of a window; even.
    """

    samples: int
    fft: int

    @property
    def hop(self) -> int:
        """Samples from one window to the next."""
        return self.fft // 2

    @property
    def bins(self) -> int:
        """Number of frequencies."""
        return self.fft // 2

    @property
    def frames(self) -> int:
        """Number of windows."""
        return self.samples // self.hop

    @cached_property
    def window(self) -> Tensor:
        """(fft,), scaled so that a full-scale sine has magnitude 1."""
        window = torch.hann_window(self.fft)
        return window * 2 / window.sum()

    def transform(self, sounds: Tensor) -> Tensor:
        """Sounds (batch, samples) to all complex bins, (batch, bins + 1, frames + 1)."""
        return torch.stft(
            sounds,
            self.fft,
            self.hop,
            window=self.window.to(sounds.device),
            center=True,
            pad_mode="constant",
            return_complex=True,
        )

    def inverse(self, spectra: Tensor) -> Tensor:
        """The sounds (batch, samples) whose transform is nearest to (batch, bins + 1, frames + 1)."""
        window = self.window.to(spectra.device)
        return torch.istft(spectra, self.fft, self.hop, window=window, center=True, length=self.samples)

    def log_magnitude(self, sounds: Tensor) -> Tensor:
        """Sounds (batch, samples) to natural logarithms of magnitudes, (batch, bins, frames), at least `QUIETEST`."""
        return self.transform(sounds)[:, :-1, :-1].abs().clamp_min(QUIETEST).log()

    def rebuild(self, log_magnitude: Tensor, rounds: int) -> Tensor:
        """Reconstructs sounds (batch, samples) from log magnitudes (batch, bins, frames) without phases.

        The fast algorithm of Griffin and Lim (Perraudin et al. 2013, algorithm 2, doi 10.1109/WASPAA.2013.6701851):
        each iteration projects onto transforms of sounds and then onto the given magnitudes, with momentum. Magnitudes
        of `QUIETEST` become silence. The last frame, which was left out, gets half of the magnitudes before it, because
        half of its window is after the end; with zero, sounds would fade out. All rows start with the same phases, so
        that each depends only on itself.

        Args:
            log_magnitude: natural logarithms.
            rounds: number of iterations; with 0 the phases stay random.
        """
        magnitude = log_magnitude.exp()
        magnitude = torch.nn.functional.pad(magnitude * (magnitude > 1.01 * QUIETEST), (0, 1, 0, 1))
        magnitude[..., -1] = magnitude[..., -2] / 2
        random = torch.Generator().manual_seed(PHASE_SEED)
        angles = 2 * math.pi * torch.rand(magnitude.shape[1:], generator=random)
        phases = torch.polar(torch.ones_like(angles), angles).to(magnitude.device)
        last = torch.zeros_like(magnitude, dtype=phases.dtype)
        guess = magnitude * phases
        for _ in range(rounds):
            consistent = self.transform(self.inverse(guess))
            ahead = consistent + MOMENTUM * (consistent - last)
            guess = magnitude * ahead / ahead.abs().clamp_min(1e-12)
            last = consistent
        return self.inverse(guess)


def mel_bands(bands: int, fft: int, rate: int) -> Tensor:
    """Triangular filters on the mel scale, (bands, fft / 2); the weights of each sum to 1.

    The mel scale is that of O'Shaughnessy 1987: 2595 log10(1 + f / 700). A band that is narrower than a bin uses
    the bin nearest to its centre.

    Args:
        bands: number of bands, from `LOWEST_MEL` to half of the rate.
        fft: samples of a window.
        rate: samples per second.
    """
    mels = torch.linspace(_mel(LOWEST_MEL), _mel(rate / 2), bands + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    frequencies = torch.arange(fft // 2) * rate / fft
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
    weights = torch.minimum(rising, falling).clamp_min(0)
    nearest = torch.nn.functional.one_hot((frequencies - centre).abs().argmin(1), fft // 2)
    weights = torch.where(weights.sum(1, keepdim=True) > 0, weights, nearest.to(weights.dtype))
    return weights / weights.sum(1, keepdim=True)


def _mel(frequency: float) -> float:
    return 2595 * math.log10(1 + frequency / 700)

"""Sounds as spectrograms with two axes, or as waveforms with one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ganforge.errors import UserError
from ganforge.signals.image import saturate
from ganforge.signals.recording import LEVELS, PEAK, WAV, levels_of, read_sound, wav
from ganforge.signals.signal import Signal

if TYPE_CHECKING:
    from torch import Tensor

    from ganforge.signals.spectrum import Analysis

AT_ONCE = 64  # sounds that are reconstructed together
MEL_BANDS = 64
RANGE = 80.0  # decibels below full scale that features and pictures show
COLOURS = ((0, 0, 4), (81, 18, 124), (183, 55, 121), (252, 137, 97), (252, 253, 191))  # from silence to loud


class SoundSignal(Signal):
    """The common base of both kinds of sound.

    ``about`` holds ``rate`` (samples per second), ``samples`` (of a sound) and ``fft`` (samples of a window of the
    short-time Fourier transform); for recordings also ``loudness`` and ``placement``, as in params.yaml.
    """

    plural = "sounds"
    suffix = ".wav"
    mime = WAV

    @property
    def is_sound(self) -> bool:
        """See `Signal`."""
        return True

    @property
    def rate(self) -> int:
        """See `Signal`."""
        return int(self.about["rate"])

    @property
    def samples(self) -> int:
        """Samples of a sound."""
        return int(self.about["samples"])

    @cached_property
    def analysis(self) -> Analysis:
        """The transform for features and pictures."""
        from ganforge.signals.spectrum import Analysis

        return Analysis(self.samples, int(self.about["fft"]))

    @cached_property
    def bands(self) -> Tensor:
        """(mel bands, bins); see `ganforge.signals.spectrum.mel_bands`."""
        from ganforge.signals.spectrum import mel_bands

        return mel_bands(min(MEL_BANDS, self.analysis.bins), self.analysis.fft, self.rate)

    @property
    def view_shape(self) -> tuple[int, ...]:
        """A log-mel spectrogram."""
        return (1, min(MEL_BANDS, self.analysis.bins), self.analysis.frames)

    def for_features(self, x: Tensor) -> Tensor:
        """(batch, *network_shape) to log-mel spectrograms (batch, 1, bands, frames), -1 (80 dB down) to about 1."""
        magnitude = self.log_magnitude(x).exp()
        mel = (self.bands.to(magnitude.device) @ magnitude).clamp_min(10 ** (-RANGE / 20)).log()
        return (mel / math.log(10) * 40 / RANGE + 1)[:, None]

    def log_magnitude(self, x: Tensor) -> Tensor:
        """(batch, *network_shape) to natural logarithms of magnitudes (batch, bins, frames)."""
        raise NotImplementedError

    def sounds(self, stored: np.ndarray) -> np.ndarray:
        """Stored signals (N, *shape) as sounds (N, samples) float32."""
        raise NotImplementedError

    def of_sounds(self, sounds: np.ndarray) -> np.ndarray:
        """Stored signals (N, *shape) of sounds (N, samples) float32."""
        raise NotImplementedError

    def is_too_loud(self, stored: np.ndarray) -> np.ndarray:
        """Whether stored signals (N, *shape) reach the largest value of a file; (N,) of bool."""
        loud: np.ndarray = np.abs(self.sounds(stored)).max(1) >= (LEVELS - 1) / LEVELS
        return loud

    def sound(self, stored: np.ndarray) -> np.ndarray:
        """See `Signal`."""
        sound: np.ndarray = self.sounds(stored[None])[0]
        return sound

    def picture(self, stored: np.ndarray) -> np.ndarray:
        """The spectrogram in colour, with low frequencies at the bottom and a range of `RANGE` decibels."""
        import torch

        x = self.presented(stored[None], torch.device("cpu"))
        decibels = self.log_magnitude(x)[0].numpy() * 20 / math.log(10)
        share = np.clip(decibels / RANGE + 1, 0, 1)[::-1]
        places = np.linspace(0, 1, len(COLOURS))
        return np.stack([np.interp(share, places, levels) for levels in zip(*COLOURS)]).round().astype(np.uint8)

    def encode(self, stored: np.ndarray) -> bytes:
        """A WAV file."""
        return wav(self.sound(stored), self.rate)

    def decode(self, content: bytes) -> np.ndarray:
        """The sound of a file: mixed to one channel, resampled, and cut or padded as the training data were.

        Raises:
            UserError: it is not a sound, or it is silent.
        """
        sound, rate = read_sound(content)
        if not np.isfinite(sound).all():
            raise UserError("the sound has samples that are not finite; all samples must be finite numbers.")
        sound = resampled(sound, rate, self.rate)
        sound = fitted(sound, self.samples, start_of(sound, self.samples, self.about.get("placement", "start")))
        peak = float(np.abs(sound).max())
        if not peak:
            raise UserError("the sound is silent; use one that is not.")
        if self.about.get("loudness") == "peak":
            sound = sound * (PEAK / peak)
        stored: np.ndarray = self.of_sounds(sound[None])[0]
        return stored


class SpectrogramSignal(SoundSignal):
    """float16 (1, bins, frames): -1 is silence, 1 is the largest value of a frequency, see `loudest_of`.

    Natural logarithms of magnitudes; each frequency is scaled by its mean and deviation over the audible training data,
    as in SpecGAN (Donahue et al. 2018, https://arxiv.org/abs/1802.04208, section 3.2), or by its maximum. Unlike there,
    -1 is `ganforge.signals.spectrum.QUIETEST`, so that silence is silent. Phases are not stored but reconstructed.

    ``about`` also holds ``loudest``, the logarithm of the magnitude that becomes 1 at each frequency, and ``rounds`` of
    the reconstruction.
    """

    kind = "spectrogram"
    dtype = "float16"
    blank = -1
    transformations = ("delay", "masking")
    still_axes = (True, False)

    def to_network(self, stored: Tensor) -> Tensor:
        """To float32, in the channels-last memory format."""
        import torch

        layout = torch.channels_last if stored.dim() == 4 else torch.contiguous_format
        return stored.to(torch.float32, memory_format=layout, copy=True)

    def from_network(self, x: Tensor) -> Tensor:
        """Clipped to [-1, 1]."""
        import torch

        return x.clamp(-1, 1).to(torch.float16)

    def output(self, x: Tensor) -> Tensor:
        """See `ganforge.signals.image.saturate`: silence is frequent."""
        return saturate(x)

    def log_magnitude(self, x: Tensor) -> Tensor:
        """See `SoundSignal`."""
        low, high = self._limits(x)
        return low + (x[:, 0] + 1) / 2 * (high - low)

    def scaled(self, log_magnitude: Tensor) -> Tensor:
        """The inverse of `log_magnitude`, clipped: (batch, bins, frames) to (batch, 1, bins, frames)."""
        low, high = self._limits(log_magnitude)
        return (2 * (log_magnitude - low) / (high - low) - 1).clamp(-1, 1)[:, None]

    def _limits(self, like: Tensor) -> tuple[float, Tensor]:
        """The logarithms that -1 and 1 stand for, the latter (bins, 1)."""
        from ganforge.signals.spectrum import QUIETEST

        return math.log(QUIETEST), like.new_tensor(self.about["loudest"])[:, None]

    def sounds(self, stored: np.ndarray) -> np.ndarray:
        """Reconstructs sounds by `ganforge.signals.spectrum.Analysis.rebuild`, and lowers those too loud for a file."""
        sounds = self._as_loud_as_they_are(stored)
        peak = np.abs(sounds).max(1, keepdims=True)
        limited: np.ndarray = np.where(peak < 1, sounds, sounds * (PEAK / np.maximum(peak, 1)))
        return limited

    def is_too_loud(self, stored: np.ndarray) -> np.ndarray:
        """See `SoundSignal`."""
        loud: np.ndarray = np.abs(self._as_loud_as_they_are(stored)).max(1) >= 1
        return loud

    def _as_loud_as_they_are(self, stored: np.ndarray) -> np.ndarray:
        """(N, *shape) reconstructed, (N, samples) float32."""
        import torch

        blocks = [np.empty((0, self.samples), np.float32)]
        for start in range(0, len(stored), AT_ONCE):
            x = self.presented(np.array(stored[start : start + AT_ONCE]), torch.device("cpu"))
            blocks.append(self.analysis.rebuild(self.log_magnitude(x), int(self.about["rounds"])).numpy())
        return np.concatenate(blocks)

    def of_sounds(self, sounds: np.ndarray) -> np.ndarray:
        """See `SoundSignal`."""
        import torch

        magnitude = self.analysis.log_magnitude(torch.from_numpy(np.ascontiguousarray(sounds)))
        return self.stored(self.scaled(magnitude))

    @property
    def is_rebuilt(self) -> bool:
        """See `Signal`."""
        return True

    def rebuilt(self, stored: np.ndarray) -> np.ndarray:
        """The signals of the reconstructed sounds."""
        return np.concatenate(
            [self.of_sounds(self.sounds(stored[start : start + AT_ONCE])) for start in range(0, len(stored), AT_ONCE)]
        )


class WaveformSignal(SoundSignal):
    """int16 (1, samples), as in a WAV file; networks see -1 to 1."""

    kind = "waveform"
    dtype = "int16"
    transformations = ("delay", "masking")

    def to_network(self, stored: Tensor) -> Tensor:
        """To float32 -1..1."""
        import torch

        return stored.to(torch.float32) / LEVELS

    def from_network(self, x: Tensor) -> Tensor:
        """Clipped to [-1, 1], rounded to 16 bits."""
        import torch

        return (x * LEVELS).round().clamp(-LEVELS, LEVELS - 1).to(torch.int16)

    def output(self, x: Tensor) -> Tensor:
        """The hyperbolic tangent, as in WaveGAN."""
        return x.tanh()

    def log_magnitude(self, x: Tensor) -> Tensor:
        """See `SoundSignal`."""
        return self.analysis.log_magnitude(x[:, 0])

    def sounds(self, stored: np.ndarray) -> np.ndarray:
        """The stored samples as floats."""
        sounds: np.ndarray = np.asarray(stored)[:, 0].astype(np.float32) / LEVELS
        return sounds

    def of_sounds(self, sounds: np.ndarray) -> np.ndarray:
        """Rounded to 16 bits."""
        return levels_of(sounds)[:, None]


def resampled(sound: np.ndarray, rate: int, wanted: int) -> np.ndarray:
    """A sound (samples,) at another rate, band-limited by soxr."""
    if rate == wanted:
        return sound
    import soxr

    changed: np.ndarray = soxr.resample(sound, rate, wanted)
    return changed


def fitted(sound: np.ndarray, samples: int, start: int = 0) -> np.ndarray:
    """``samples`` samples of a sound from ``start`` on, which may be negative; padded with silence."""
    window = np.zeros(samples, np.float32)
    first, last = max(start, 0), min(start + samples, len(sound))
    if last > first:
        window[first - start : last - start] = sound[first:last]
    return window


def start_of(sound: np.ndarray, samples: int, placement: str) -> int:
    """Start of the window of a sound (samples,); negative for a shorter sound that is centred.

    Args:
        sound: the sound.
        samples: length of the window.
        placement: see `ganforge.datasets.sound_settings.RecordedSettings`.
    """
    spare = len(sound) - samples
    if placement == "centre":
        return spare // 2
    if placement == "loudest" and spare > 0:
        energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
        return int(np.argmax(energy[samples:] - energy[:-samples]))
    return 0


def about_sounds(rate: int, samples: int, fft: int, **more: Any) -> Mapping[str, Any]:
    """The ``about`` of sounds; see `SoundSignal`."""
    return {"rate": rate, "samples": samples, "fft": fft, **more}


def loudest_of(mean: np.ndarray, deviation: np.ndarray, highest: np.ndarray) -> Sequence[float]:
    """The value that becomes 1 in a `SpectrogramSignal` at each frequency: three deviations above the mean, or more.

    Frequencies that few sounds use have a low mean and a small deviation, and these sounds would lose most of their
    strength. So the value is at least 6 dB below the highest training frame; a single loud frame can set it. It is at
    least 20 dB above the quietest, so that silent frequencies have a range.

    Args:
        mean, deviation: of the logarithms of the magnitudes at each frequency, over audible frames; (bins,).
        highest: the highest logarithm, (bins,).
    """
    from ganforge.signals.spectrum import QUIETEST

    limits = np.maximum.reduce(
        [mean + 3 * deviation, highest - math.log(2), np.full_like(mean, math.log(10 * QUIETEST))]
    )
    return [round(float(limit), 4) for limit in limits]

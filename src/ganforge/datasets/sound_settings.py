"""The sections ``dataset`` of params.yaml of sounds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.datasets.common_settings import LabelledSettings
from ganforge.settings import Share


class SoundSettings(LabelledSettings):
    """Sounds, with class labels if there are any."""

    representation: Literal["spectrogram", "waveform"]
    """Input of the networks. spectrogram: magnitudes over frequency and time; waveform: samples over time."""
    samples: Annotated[int, Field(ge=1024, le=65536)]
    """Length of every sound, a power of two; samples / rate is its duration in seconds."""
    fft: Annotated[int, Field(ge=64, le=4096)]
    """Samples of a window of the short-time Fourier transform, a power of two; windows overlap by half."""
    griffin_lim: Annotated[int, Field(ge=1, le=1000)]
    """Iterations of the Griffin-Lim algorithm, which reconstructs sounds from spectrograms."""

    @model_validator(mode="after")
    def _powers_of_two(self) -> Self:
        for name, value in (("samples", self.samples), ("fft", self.fft)):
            if value & (value - 1):
                near = 1 << (value.bit_length() - 1)
                raise ValueError(
                    f"dataset.{name} is {value}; it must be a power of two: set it to {near} or {2 * near}"
                )
        if 8 * self.fft > 2 * self.samples:
            raise ValueError(
                f"dataset.fft is {self.fft} and dataset.samples is {self.samples}; fft must be at most a quarter of "
                "samples: change one of the two"
            )
        return self


class RecordedSettings(SoundSettings):
    """Sounds of any rate and length, read from files."""

    rate: Annotated[int, Field(ge=1000, le=96000)]
    """Samples per second that every recording is resampled to."""
    placement: Literal["start", "centre", "loudest"]
    """Part of a longer recording to use: its start, its centre, or its loudest part. A shorter recording is placed at
    the start or in the centre, and padded with silence."""
    loudness: Literal["peak", "as_is"]
    """peak: normalise the peak of every sound to 3 dB below full scale; as_is: keep the recorded loudness."""

    @property
    def shortest(self) -> float:
        """Seconds; shorter recordings are left out."""
        return 0.0

    @property
    def quietest(self) -> float:
        """Decibels below full scale; recordings with a lower peak are left out."""
        return -90.0

    @property
    def share_held_out(self) -> float:
        """Share of the training sounds to hold out if no test split is named."""
        return 0.1

    @property
    def share_broken(self) -> float:
        """Largest share of unusable files that may be left out."""
        return 0.0


class SpokenDigitsSettings(RecordedSettings):
    """Zero to nine, spoken by six people (Free Spoken Digit Dataset)."""

    name: Literal["spoken_digits"]


class SoundsSettings(RecordedSettings):
    """Your own sounds in data/import/."""

    name: Literal["sounds"]
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the sounds to hold out if no test split is named. A digest of each decides, so it stays in its split
    when others are added."""
    min_seconds: Annotated[float, Field(ge=0, le=60)]
    """Shorter recordings are left out."""
    silence: Annotated[float, Field(ge=-120, le=0)]
    """Decibels below full scale; recordings with a lower peak are left out as silent."""
    max_broken: Share
    """Largest share of broken, silent, too short or too long files that are left out; with more, the stage stops."""

    @property
    def shortest(self) -> float:
        """See `RecordedSettings`."""
        return self.min_seconds

    @property
    def quietest(self) -> float:
        """See `RecordedSettings`."""
        return self.silence

    @property
    def share_held_out(self) -> float:
        """See `RecordedSettings`."""
        return self.test_share

    @property
    def share_broken(self) -> float:
        """See `RecordedSettings`."""
        return self.max_broken


class InstrumentsSettings(SoundSettings):
    """Synthetic plucked strings, bells and organ pipes at five pitches each, without a download."""

    name: Literal["instruments"]
    per_class: Annotated[int, Field(ge=20, le=10000)]
    """Training sounds of each instrument and pitch; a quarter as many are held out."""

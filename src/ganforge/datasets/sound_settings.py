"""The sections ``dataset`` of params.yaml of sounds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.datasets.common_settings import LabelledSettings
from ganforge.settings import Share


class SoundSettings(LabelledSettings):
    """Sounds, with class labels where there are some."""

    representation: Literal["spectrogram", "waveform"]
    """What networks see. spectrogram: magnitudes over frequency and time, two axes; waveform: the samples, one axis."""
    samples: Annotated[int, Field(ge=1024, le=65536)]
    """Length of every sound, a power of two; samples / rate are its seconds."""
    fft: Annotated[int, Field(ge=64, le=4096)]
    """Samples of a window of the short-time Fourier transform, a power of two; windows overlap by half."""
    griffin_lim: Annotated[int, Field(ge=1, le=1000)]
    """Rounds in which phases are made up when sounds are rebuilt of spectrograms."""

    @model_validator(mode="after")
    def _powers_of_two(self) -> Self:
        for name, value in (("samples", self.samples), ("fft", self.fft)):
            if value & (value - 1):
                near = 1 << (value.bit_length() - 1)
                raise ValueError(
                    f"dataset.{name} is {value}; allowed is a power of two: set it to {near} or {2 * near}"
                )
        if 8 * self.fft > 2 * self.samples:
            raise ValueError(
                f"dataset.fft is {self.fft} and dataset.samples {self.samples}; allowed is a window of at most a "
                "quarter of the sound: change one of the two"
            )
        return self


class RecordedSettings(SoundSettings):
    """Sounds of any rate and length, read from files."""

    rate: Annotated[int, Field(ge=1000, le=96000)]
    """Samples per second that every recording is brought to."""
    placement: Literal["start", "centre", "loudest"]
    """What is taken of a recording that is longer than the window: its start, its centre, or where it is loudest; a
    shorter one begins at the start or lies in the centre, with silence around."""
    loudness: Literal["peak", "as_is"]
    """peak: the loudest sample of every sound is 3 dB below full scale; as_is: as it was recorded."""

    @property
    def shortest(self) -> float:
        """Seconds; shorter recordings are left out."""
        return 0.0

    @property
    def quietest(self) -> float:
        """Decibels below full scale; recordings that stay below are left out."""
        return -90.0

    @property
    def share_held_out(self) -> float:
        """Share of the training sounds that is held out where nothing says which."""
        return 0.1

    @property
    def share_broken(self) -> float:
        """Share of the files that may be left out because they cannot be taken."""
        return 0.0


class SpokenDigitsSettings(RecordedSettings):
    """Zero to nine, spoken by six people (Free Spoken Digit Dataset)."""

    name: Literal["spoken_digits"]


class SoundsSettings(RecordedSettings):
    """Your own sounds, whatever lies in data/import/."""

    name: Literal["sounds"]
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the sounds held out where no test split is named, chosen by a digest of each: a sound stays in its split
    when others are added."""
    min_seconds: Annotated[float, Field(ge=0, le=60)]
    """Recordings that are shorter are left out."""
    silence: Annotated[float, Field(ge=-120, le=0)]
    """Decibels below full scale; recordings that stay below it are left out as silent."""
    max_broken: Share
    """Share of the files that may be left out as broken, silent, too short or too long; beyond it the stage stops."""

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
    """Plucked strings, bells and organ pipes at five pitches each, made up: needs no download."""

    name: Literal["instruments"]
    per_class: Annotated[int, Field(ge=20, le=10000)]
    """Sounds of each instrument and pitch to learn from; a quarter as many are held out."""

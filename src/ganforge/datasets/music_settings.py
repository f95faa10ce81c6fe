"""The sections ``dataset`` of params.yaml of music."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.datasets.common_settings import DataSettings, LabelledSettings
from ganforge.settings import Share

QUARTERS_PER_BAR = 4  # whatever the metre; bars are what windows and scores count in


class MusicSettings(DataSettings):
    """Pieces of music, as windows of a few bars."""

    steps: Annotated[int, Field(ge=16, le=1024)]
    """Length of a window in steps, whole bars; a chorale has 16 steps in a bar."""
    stride: Annotated[int, Field(ge=1, le=1024)]
    """Steps from the start of a window to that of the next one of the same piece; fewer than steps: they overlap."""
    transpose: Annotated[int, Field(ge=0, le=6)]
    """Semitones: training pieces are also there moved up and down by one to so many of them, as far as every voice
    stays within the range that it has in the data. Held-out pieces are not moved."""
    tempo: Annotated[int, Field(ge=20, le=300)]
    """Quarter notes per minute at which samples are written and played."""

    @property
    def resolution_in_time(self) -> int:
        """Steps of a quarter note."""
        return 4

    @model_validator(mode="after")
    def _whole_bars(self) -> Self:
        bar = QUARTERS_PER_BAR * self.resolution_in_time
        if self.steps % bar:
            near = max(bar, self.steps // bar * bar)
            raise ValueError(
                f"dataset.steps is {self.steps}; allowed is a multiple of {bar}, the steps of a bar: set it to {near} "
                f"or {near + bar}"
            )
        return self


class ChoralesSettings(MusicSettings):
    """Chorales by J. S. Bach in four voices."""

    name: Literal["chorales"]


class MidiSettings(MusicSettings, LabelledSettings):
    """Your own MIDI files, whatever lies in data/import/."""

    name: Literal["midi"]
    voices: Annotated[int, Field(ge=1, le=8)]
    """Voices of a piece, each of which sounds one note at a time, the highest first."""
    steps_per_quarter: Annotated[int, Field(ge=1, le=12)]
    """Steps of a quarter note that notes are moved to; 4: sixteenths, 12: sixteenths and triplets."""
    widest: Annotated[int, Field(ge=12, le=127)]
    """Semitones from the lowest to the highest note of a piece; pieces beyond are left out, since every pitch costs
    networks a channel of each voice."""
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the pieces held out where no test split is named, chosen by a digest of each: a piece stays in its split
    when others are added."""
    max_broken: Share
    """Share of the files that may be left out as broken, empty or too short; beyond it the stage stops."""

    @property
    def resolution_in_time(self) -> int:
        """See `MusicSettings`."""
        return self.steps_per_quarter

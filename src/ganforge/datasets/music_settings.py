"""The sections ``dataset`` of params.yaml of music."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.datasets.common_settings import DataSettings, LabelledSettings
from ganforge.settings import Share

STEPS = 4  # per quarter, which make pairs of sixteenths
QUARTERS_PER_BAR = 4  # for every metre


class MusicSettings(DataSettings):
    """Pieces of music, in excerpts of a few bars."""

    steps: Annotated[int, Field(ge=16, le=1024)]
    """Length of an excerpt in steps, a multiple of a bar; chorales have 16 steps in a bar."""
    stride: Annotated[int, Field(ge=1, le=1024)]
    """Steps from the start of an excerpt to the start of the next; if this is less than steps, excerpts overlap."""
    transpose: Annotated[int, Field(ge=0, le=6)]
    """Training pieces are also transposed up and down by one to this many semitones, while every voice stays in its
    range in the training data; each held-out excerpt by one of these at random, so that keys are as frequent."""
    tempo: Annotated[int, Field(ge=20, le=300)]
    """Quarter notes per minute at which samples are written and played."""

    step_difference: Annotated[float, Field(gt=0, le=1)]
    """The generator's logits of the two sixteenths of an eighth differ by this share of what the networks compute; 1:
    as computed. A small value keeps samples from breaking notes into single steps, and makes repeated notes and runs of
    sixteenths rare. Less than 1 needs four steps per quarter and an even stride."""

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
                f"dataset.steps is {self.steps}; it must be a multiple of {bar}, the steps of a bar: set it to {near} "
                f"or {near + bar}"
            )
        return self

    @model_validator(mode="after")
    def _steps_in_pairs(self) -> Self:
        if self.step_difference < 1 and (self.resolution_in_time != STEPS or self.stride % 2):
            raise ValueError(
                f"dataset.step_difference is {self.step_difference:g}, which needs 4 steps per quarter and an even "
                f"stride; there are {self.resolution_in_time} steps per quarter and a stride of {self.stride}: set it "
                "to 1, or change these"
            )
        return self


class ChoralesSettings(MusicSettings):
    """Chorales by J. S. Bach in four voices."""

    name: Literal["chorales"]


class MidiSettings(MusicSettings, LabelledSettings):
    """Your own MIDI files in data/import/."""

    name: Literal["midi"]
    voices: Annotated[int, Field(ge=1, le=8)]
    """Voices of a piece, the highest first; each voice plays one note at a time."""
    steps_per_quarter: Annotated[int, Field(ge=1, le=12)]
    """Steps per quarter note, to which notes are quantised; 4: sixteenths, 12: sixteenths and triplets."""
    widest: Annotated[int, Field(ge=12, le=127)]
    """Most semitones from the lowest to the highest note of a piece; pieces with a wider range are left out, because
    every pitch needs a channel for each voice."""
    test_share: Annotated[float, Field(gt=0, le=0.5)]
    """Share of the pieces to hold out if no test split is named. A digest of each decides, so it stays in its split
    when others are added."""
    max_broken: Share
    """Largest share of broken, empty or too short files that are left out; with more, the stage stops."""

    @property
    def resolution_in_time(self) -> int:
        """See `MusicSettings`."""
        return self.steps_per_quarter

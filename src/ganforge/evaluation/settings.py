"""The sections ``sample`` and ``evaluation`` of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Section, Seed


class SampleSettings(Section):
    """How many samples are drawn, and from which seeds."""

    count: Literal["auto"] | Annotated[int, Field(ge=2)]
    """Samples drawn per seed for the scores; auto: as many as the test split has, at most 10000."""
    seeds: Annotated[list[Seed], Field(min_length=1, max_length=100)]
    """Seeds; fd is the mean over them, other scores take all samples together."""
    show_per_class: Annotated[int, Field(ge=1, le=100)]
    """Columns of the grid of samples, which has a row for each class."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> SampleSettings:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"sample.seeds is {self.seeds}: name each seed once, or the spread of the scores is a lie")
        return self


class EvaluationSettings(Section):
    """How samples are scored."""

    neighbours: Annotated[int, Field(ge=1, le=100)]
    """Nearest neighbours that precision, recall, density and coverage look at."""
    cas_images: Annotated[int, Field(ge=0, le=10**12)]
    """Signals shown to a classifier that learns from samples, tested on real ones; 0: none."""
    inception: bool
    """Whether FID, KID and IS of Inception features are computed too, to compare with papers
    (pip install 'ganforge[inception]')."""

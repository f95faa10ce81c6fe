"""The sections ``sample`` and ``evaluation`` of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Section, Seed


class SampleSettings(Section):
    """How many samples are drawn, and from which seeds."""

    count: Literal["auto"] | Annotated[int, Field(ge=2)]
    """Samples per seed for the scores; auto: as many as the test split has, at most 10000."""
    seeds: Annotated[list[Seed], Field(min_length=1, max_length=100)]
    """Seeds of the samples; fd is the mean over them, most other scores use all samples together."""
    show_per_class: Annotated[int, Field(ge=1, le=100)]
    """Columns of the grid of samples; each class has a row."""

    @model_validator(mode="after")
    def _seeds_differ(self) -> SampleSettings:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"sample.seeds is {self.seeds}: name each seed once, or the spread of scores is too small")
        return self


class EvaluationSettings(Section):
    """How samples are scored."""

    neighbours: Annotated[int, Field(ge=1, le=100)]
    """Number of nearest neighbours in precision, recall, density and coverage."""
    cas_images: Annotated[int, Field(ge=0, le=10**12)]
    """Signals shown to a classifier that is trained on samples and tested on real ones; 0: no such classifier."""
    inception: bool
    """Whether to compute FID, KID and IS of Inception features too, to compare with papers
    (pip install 'ganforge[inception]')."""

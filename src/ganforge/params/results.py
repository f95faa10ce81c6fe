"""What is drawn, and how it is judged."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Name, Section, Seed, Weight


class ExtractorSettings(Section):
    """The classifier whose features the scores are computed on."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    seed: Seed


class SampleSettings(Section):
    """How many images are drawn, and from which seeds."""

    count: Literal["auto"] | Annotated[int, Field(ge=2)]
    seeds: Annotated[list[Seed], Field(min_length=1, max_length=100)]
    show_per_class: Annotated[int, Field(ge=1, le=100)]

    @model_validator(mode="after")
    def _seeds_differ(self) -> SampleSettings:
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"sample.seeds is {self.seeds}: name each seed once, or the spread of the scores is a lie")
        return self


class EvaluationSettings(Section):
    """How samples are scored."""

    neighbours: Annotated[int, Field(ge=1, le=100)]
    cas_images: Annotated[int, Field(ge=0, le=10**12)]
    inception: bool


class DirectionsSettings(Section):
    """How directions are found that samples can be edited along."""

    samples: Annotated[int, Field(ge=100, le=10**6)]
    components: Annotated[int, Field(ge=1, le=100)]
    strength: Annotated[float, Field(gt=0, le=100)]
    seed: Seed


class GateSettings(Section):
    """What new scores have to reach before ``ci/retrain`` lets them in, by their keys as in ``quality.fd``."""

    most: dict[Name, float]
    least: dict[Name, float]
    worse_by: dict[Name, Weight]
    alarms: Literal["refuse", "warn"]

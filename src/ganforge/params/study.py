"""The study of augmentation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ganforge.settings import Interval, Section, Seed


class ClassicSettings(Section):
    """Classic augmentation of the images that a classifier learns from: how far each change goes, to both sides."""

    rotation: Annotated[float, Field(ge=0, le=180)]
    translation: Annotated[float, Field(ge=0, le=0.5)]
    scale: Annotated[float, Field(ge=0, le=0.5)]
    mirror: bool


class AugmentationStudySettings(Section):
    """The study of `make augmentation`: what generated images are worth to a classifier that has few real ones."""

    per_class: Annotated[list[Interval], Field(min_length=1)]
    seeds: Annotated[list[Seed], Field(min_length=2, max_length=100)]
    validation_per_class: Interval
    generated_per_class: Interval
    shares: Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    classifier_images: Annotated[int, Field(ge=1, le=10**12)]
    classic: ClassicSettings

    @model_validator(mode="after")
    def _each_once(self) -> AugmentationStudySettings:
        for key in ("per_class", "seeds", "shares"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"augmentation_study.{key} is {values}: name each one once")
        return self

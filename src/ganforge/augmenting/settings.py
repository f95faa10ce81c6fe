"""The section ``augmentation_study`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ganforge.settings import Interval, Section, Seed


class ClassicSettings(Section):
    """Classic augmentation of the images that a classifier learns from: how far each change goes, to both sides."""

    rotation: Annotated[float, Field(ge=0, le=180)]
    """Degrees."""
    translation: Annotated[float, Field(ge=0, le=0.5)]
    """Share of the image."""
    scale: Annotated[float, Field(ge=0, le=0.5)]
    """Share of the image."""
    mirror: bool
    """Whether half of the images are mirrored left to right."""


class AugmentationStudySettings(Section):
    """The study of `make augmentation`: what generated images are worth to a classifier that has few real ones."""

    per_class: Annotated[list[Interval], Field(min_length=1)]
    """Real images of each class that GAN and classifiers learn from; what the data do not allow is left out."""
    seeds: Annotated[list[Seed], Field(min_length=2, max_length=100)]
    """A repetition each, of everything: which images, the GAN, the classifiers."""
    validation_per_class: Interval
    """Further real images of each class, by which the share of generated ones is chosen."""
    generated_per_class: Interval
    """Images of each class that the GAN draws."""
    shares: Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    """Shares of generated images in a batch that are tried."""
    classifier_images: Annotated[int, Field(ge=1, le=10**12)]
    """Images shown to every classifier, whatever they are made of."""
    classic: ClassicSettings
    """Classic augmentation, each change at random to both sides."""

    @model_validator(mode="after")
    def _each_once(self) -> AugmentationStudySettings:
        for key in ("per_class", "seeds", "shares"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"augmentation_study.{key} is {values}: name each one once")
        return self

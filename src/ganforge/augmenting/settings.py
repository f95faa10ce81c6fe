"""The section ``augmentation_study`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from ganforge.settings import Interval, Section, Seed


class ClassicSettings(Section):
    """Classic augmentation of the classifiers' training images: how far each change goes, to both sides."""

    rotation: Annotated[float, Field(ge=0, le=180)]
    """Largest rotation in degrees."""
    translation: Annotated[float, Field(ge=0, le=0.5)]
    """Largest shift, as a share of the image."""
    scale: Annotated[float, Field(ge=0, le=0.5)]
    """Largest change of size, as a share of the image."""
    mirror: bool
    """Whether half of the images are mirrored left to right."""


class AugmentationStudySettings(Section):
    """Study of generated images for a classifier with few real ones (make augmentation)."""

    per_class: Annotated[list[Interval], Field(min_length=1)]
    """Numbers of real training images of each class; too large ones are left out."""
    seeds: Annotated[list[Seed], Field(min_length=2, max_length=100)]
    """Seeds of the repetitions; each fixes the choice of images, the GAN and the classifiers."""
    validation_per_class: Interval
    """Further real images of each class, to choose the share of generated ones."""
    generated_per_class: Interval
    """Generated images of each class."""
    shares: Annotated[list[Annotated[float, Field(gt=0, lt=1)]], Field(min_length=1)]
    """Shares of generated images in a batch to try."""
    classifier_images: Annotated[int, Field(ge=1, le=10**12)]
    """Images shown to every classifier."""
    classic: ClassicSettings
    """Largest random changes to both sides: rotation in degrees, the others as shares of the image."""

    @model_validator(mode="after")
    def _each_once(self) -> AugmentationStudySettings:
        for key in ("per_class", "seeds", "shares"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"augmentation_study.{key} is {values}: name each one once")
        return self

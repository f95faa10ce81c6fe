"""The section ``extractor`` of params.yaml: a class for each feature network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ganforge.settings import Section, Seed


class FeatureSettings(Section):
    """Settings of all feature networks."""

    name: str
    """Feature network of the scores, which are distances between its features."""
    seed: Seed
    """Seed of a classifier's weights, and of the choice and order of its training data."""


class ClassifierSettings(FeatureSettings):
    """A small classifier of the real training signals."""

    name: Literal["classifier"]
    images: Annotated[int, Field(ge=1, le=10**12)]
    """Images shown in its training."""


class SqueezeNetSettings(FeatureSettings):
    """SqueezeNet trained on ImageNet (Iandola 2016, 676 kB), for few, unlabelled or varied pictures."""

    name: Literal["squeezenet"]


class InceptionSettings(FeatureSettings):
    """Inception v3 trained on ImageNet (Szegedy 2016, 104 MB), with torchvision's weights."""

    name: Literal["inception"]


ExtractorSettings = Annotated[ClassifierSettings | SqueezeNetSettings | InceptionSettings, Field(discriminator="name")]

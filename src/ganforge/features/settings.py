"""The section ``extractor`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.settings import Section, Seed


class ExtractorSettings(Section):
    """A classifier of the real training signals; scores are distances between its features."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    """Images shown to it in training."""
    seed: Seed
    """Seed of its weights and of the order of the images."""

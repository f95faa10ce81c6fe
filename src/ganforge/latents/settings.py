"""The section ``directions`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.settings import Section, Seed


class DirectionsSettings(Section):
    """Directions to edit samples and real signals along (ganforge edit, make demo)."""

    samples: Annotated[int, Field(ge=100, le=10**6)]
    """Number of samples to compute directions from."""
    components: Annotated[int, Field(ge=1, le=100)]
    """Number of directions of each kind that needs no labels: principal components, SeFa."""
    strength: Annotated[float, Field(gt=0, le=100)]
    """Range of the pictures in the report to both sides, in standard deviations."""
    seed: Seed
    """Seed of these samples."""

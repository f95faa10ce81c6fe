"""The section ``directions`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.settings import Section, Seed


class DirectionsSettings(Section):
    """Directions along which samples and real signals can be edited (ganforge edit, make demo)."""

    samples: Annotated[int, Field(ge=100, le=10**6)]
    """Samples that the directions are computed from."""
    components: Annotated[int, Field(ge=1, le=100)]
    """Directions of each kind that needs no labels: principal components, SeFa."""
    strength: Annotated[float, Field(gt=0, le=100)]
    """How far the pictures in the report go to both sides, in standard deviations."""
    seed: Seed
    """Seed of the samples that the directions are computed from."""

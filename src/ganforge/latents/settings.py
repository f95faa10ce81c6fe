"""The section ``directions`` of params.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ganforge.settings import Section, Seed


class DirectionsSettings(Section):
    """How directions are found that samples and real images can be edited along (ganforge edit, make demo)."""

    samples: Annotated[int, Field(ge=100, le=10**6)]
    """Samples that they are found from."""
    components: Annotated[int, Field(ge=1, le=100)]
    """Of each kind that is found without labels: principal components, SeFa."""
    strength: Annotated[float, Field(gt=0, le=100)]
    """How far the pictures in the report go to both sides, in standard deviations."""
    seed: Seed
    """Of those samples."""

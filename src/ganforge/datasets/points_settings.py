"""The section ``dataset`` of params.yaml of points in the plane."""

from __future__ import annotations

from typing import Literal

from ganforge.datasets.common_settings import LabelledSettings


class PointsSettings(LabelledSettings):
    """Computed points in the plane, to study how a GAN behaves."""

    name: Literal["points"]
    shape: Literal["ring", "grid", "spiral"]
    """Shape of the data. ring: 8 Gaussians on a circle; grid: 25 on a square grid; spiral: along a curve."""

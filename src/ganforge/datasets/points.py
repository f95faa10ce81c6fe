"""Points in the plane: a ring or a grid of Gaussians, or a spiral; the classic tests for mode collapse.

The ring of eight Gaussians is that of Metz et al. 2016 (https://arxiv.org/abs/1611.02163), the grid of 25 that of
Srivastava et al. 2017 (VEEGAN, https://arxiv.org/abs/1705.07761), both scaled to -1..1.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.held_out import hold_out_validation
from ganforge.datasets.source import Progress, Source
from ganforge.prepared.columns import LABELS, SIGNAL, Kind, Split
from ganforge.prepared.meta import Meta, write_prepared

if TYPE_CHECKING:
    from ganforge.datasets.points_settings import PointsSettings

COUNTS = {"train": 20_000, "test": 5_000}
SEEDS = {"train": 0, "test": 1}
TURNS = 1.5  # of the spiral
ON_SPIRAL = 40  # centres of the spiral, at equal distances


def ring() -> tuple[np.ndarray, float]:
    """Centres (8, 2) on a circle, and the spread around each."""
    angles = np.arange(8) * (2 * math.pi / 8)
    return 0.9 * np.stack([np.cos(angles), np.sin(angles)], axis=1), 0.02


def grid() -> tuple[np.ndarray, float]:
    """Centres (25, 2) of a square grid, and the spread around each."""
    steps = np.linspace(-0.9, 0.9, 5)
    return np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2), 0.02


def spiral() -> tuple[np.ndarray, float]:
    """Centres (40, 2) on an Archimedean spiral, at equal distances along it, and the spread around each."""
    angles = np.linspace(0.5, 2 * math.pi * TURNS, 2000)
    curve = 0.9 * (angles / angles[-1])[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    wanted = np.linspace(0, lengths[-1], ON_SPIRAL)
    return np.stack([np.interp(wanted, lengths, curve[:, axis]) for axis in (0, 1)], axis=1), 0.025


SHAPES = {"ring": ring, "grid": grid, "spiral": spiral}


def draw(shape: str, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points of a shape, (count, 2) float32, and the index of the centre of each, (count,) int64.

    Args:
        shape: a key of `SHAPES`.
        count: number of points.
        random: random generator.
    """
    centres, spread = SHAPES[shape]()
    labels = random.integers(len(centres), size=count)
    return (centres[labels] + spread * random.standard_normal((count, 2))).astype(np.float32), labels


class Points(Source["PointsSettings"]):
    """A mixture of Gaussians; the label of a point is its Gaussian."""

    origin = "made up by this project (a mixture of Gaussians in the plane)"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on their origin."""
        return {"README.txt": b"These points are computed from formulas: src/ganforge/datasets/points.py.\n"}

    def prepare(
        self,
        raw: Path,  # noqa: ARG002
        folder: Path,
        settings: PointsSettings,
        progress: Progress,  # noqa: ARG002
    ) -> Meta:
        """Draws all points and writes them; see `ganforge.datasets.source.Source`."""
        splits = {
            split: Split.of(*draw(settings.shape, count, np.random.default_rng(SEEDS[split])))
            for split, count in COUNTS.items()
        }
        if settings.held_out == "validation":
            splits = hold_out_validation(splits)
        centres, spread = SHAPES[settings.shape]()
        kinds = {SIGNAL: Kind("points", {"modes": np.round(centres, 4).tolist(), "spread": spread})}
        if settings.labelled:
            kinds[LABELS] = Kind("labels", {"names": [str(centre) for centre in range(len(centres))]})
        return write_prepared(
            folder, splits, kinds, dataset=settings.name, origin=self.origin, held_out=settings.held_out
        )


SOURCE = Points()

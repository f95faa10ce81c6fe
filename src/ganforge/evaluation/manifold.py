"""How two clouds of points cover each other: precision, recall, density and coverage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ganforge.evaluation.neighbours import squared_distance_blocks, squared_reach


@dataclass(frozen=True)
class Manifold:
    """How two clouds of points cover each other.

    Precision and recall: Kynkaanniemi et al. 2019, https://arxiv.org/abs/1904.06991; density and coverage: Naeem et
    al. 2020, https://arxiv.org/abs/2002.09797.

    Attributes:
        precision: share of samples within reach of a real point, which reaches as far as its k-th nearest real
            neighbour: do samples look real?
        recall: share of real points within reach of a sample: do samples cover the real data?
        density: mean number of real points within whose reach a sample lies, divided by k; may exceed 1.
        coverage: share of real points with a sample within their reach; robust to outliers.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_scores(real: np.ndarray, fake: np.ndarray, neighbours: int) -> Manifold:
    """Precision, recall, density and coverage, in blocks: it needs some hundred megabytes for any number of points.

    Args:
        real, fake: (N, features) and (M, features) float32, both of more than ``neighbours`` rows.
        neighbours: k.
    """
    real_points, fake_points = torch.from_numpy(real), torch.from_numpy(fake)
    real_reach = squared_reach(real_points, neighbours)
    fake_reach = squared_reach(fake_points, neighbours)
    within_real = torch.zeros(len(fake_points), dtype=torch.int64)
    recalled = torch.zeros(len(real_points), dtype=torch.bool)
    covered = torch.zeros(len(real_points), dtype=torch.bool)
    for start, distances in squared_distance_blocks(real_points, fake_points):
        rows = slice(start, start + len(distances))
        inside = distances <= real_reach[rows, None]
        within_real += inside.sum(0)
        covered[rows] = inside.any(1)
        recalled[rows] = (distances <= fake_reach).any(1)
    return Manifold(
        precision=float((within_real > 0).double().mean()),
        recall=float(recalled.double().mean()),
        density=float(within_real.double().mean() / neighbours),
        coverage=float(covered.double().mean()),
    )

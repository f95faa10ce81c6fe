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
        precision: share of samples that lie within reach of a real point, where a real point reaches as far as its
            k-th nearest real neighbour: are the samples good?
        recall: share of real points that lie within reach of a sample: is everything real among the samples?
        density: real points within whose reach a sample lies, on average, divided by k; may pass 1.
        coverage: share of real points that have a sample within their own reach; not fooled by outliers.
    """

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_scores(real: np.ndarray, fake: np.ndarray, neighbours: int) -> Manifold:
    """Precision, recall, density and coverage, in blocks that need some hundred megabytes at any size.

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

"""The kernel distance between two sets of features (KID, if they are Inception's)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

BLOCK_ENTRIES = 1_000_000  # values of the kernel held at once: 4 MB, which fits into caches


class KernelReference:
    """Real features to compare others with.

    The unbiased squared maximum mean discrepancy under the kernel k(x, y) = (x . y / d + 1)^3 of Binkowski et al.
    2018, https://arxiv.org/abs/1801.01401, equation 4, over all pairs. The published score averages it over random
    subsets: the expectation is the same, and this version has no randomness. For independent draws of equal
    distributions it is 0 on average, for any number of them; with fixed shares of labels, pairs within a set are less
    alike than pairs across, and it is slightly below 0.

    Args:
        real: (N, features) float32, N of at least 2.
    """

    def __init__(self, real: np.ndarray) -> None:
        self._real = torch.from_numpy(real)
        self._within = _mean_within(self._real)

    def distance(self, fake: np.ndarray) -> float:
        """The squared discrepancy of (M, features) float32, M of at least 2, from the real ones."""
        points = torch.from_numpy(fake)
        across = _sum(self._real, points) / (len(self._real) * len(points))
        return self._within + _mean_within(points) - 2 * across


def _mean_within(points: Tensor) -> float:
    """Mean of the kernel over all pairs of different points."""
    own = _sum_of_cubes((points * points).sum(1) / points.shape[1] + 1)
    return (_sum(points, points) - own) / (len(points) * (len(points) - 1))


def _sum(rows: Tensor, columns: Tensor) -> float:
    """Sum of the kernel over all pairs; the blocks of its matrix share one buffer."""
    size = max(1, BLOCK_ENTRIES // len(columns))
    place, one = torch.empty(min(size, len(rows)), len(columns)), torch.ones(1)
    total = 0.0
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        block = torch.addmm(one, some, columns.T, alpha=1 / rows.shape[1], out=place[: len(some)])
        total += _sum_of_cubes(block)
    return total


def _sum_of_cubes(values: Tensor) -> float:
    return float((values * values).mul_(values).sum(dtype=torch.float64))

"""How near generated samples are to real ones, measured between features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

BLOCK_ENTRIES = 20_000_000  # distances held at once, 80 MB


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
    real_reach = _reach(real_points, neighbours)
    fake_reach = _reach(fake_points, neighbours)
    within_real = torch.zeros(len(fake_points), dtype=torch.int64)
    recalled = torch.zeros(len(real_points), dtype=torch.bool)
    covered = torch.zeros(len(real_points), dtype=torch.bool)
    for start, distances in _distance_blocks(real_points, fake_points):
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


def _reach(points: Tensor, neighbours: int) -> Tensor:
    """Distance of every point to its k-th nearest neighbour, itself not counted; (N,)."""
    reach = torch.empty(len(points))
    for start, distances in _distance_blocks(points, points):
        nearest = distances.topk(neighbours + 1, dim=1, largest=False).values
        reach[start : start + len(distances)] = nearest[:, -1]
    return reach


def _distance_blocks(rows: Tensor, columns: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Euclidean distances of a few ``rows`` at a time to all ``columns``, with the index of the first row."""
    size = max(1, BLOCK_ENTRIES // len(columns))
    for start in range(0, len(rows), size):
        yield start, torch.cdist(rows[start : start + size], columns)


def class_divergence(counts: np.ndarray, reference: np.ndarray) -> float:
    """Kullback-Leibler divergence of class frequencies from those of the reference, in nats; 0 is equal.

    Args:
        counts: (classes,) samples of each class.
        reference: (classes,) reference items of each class, all above 0.
    """
    share, expected = counts / counts.sum(), reference / reference.sum()
    present = share > 0
    return float(np.sum(share[present] * np.log(share[present] / expected[present])))


def classes_found(counts: np.ndarray, reference: np.ndarray, least: float = 0.1) -> int:
    """Number of classes that have at least ``least`` of the share that the reference has."""
    return int(np.sum(counts / counts.sum() >= least * reference / reference.sum()))


def unique_fraction(signals: np.ndarray) -> float:
    """Share of samples that remain when repeated ones are counted once; 1: no two are the same."""
    rows = np.ascontiguousarray(signals).reshape(len(signals), -1)
    return len({row.tobytes() for row in rows}) / len(rows)

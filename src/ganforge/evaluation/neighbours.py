"""Distances between many points, a few rows of the matrix at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK_ENTRIES = 20_000_000  # distances held at once, 80 MB


def distance_blocks(rows: Tensor, columns: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Euclidean distances of a few ``rows`` at a time to all ``columns``, with the index of the first row."""
    size = max(1, BLOCK_ENTRIES // len(columns))
    for start in range(0, len(rows), size):
        yield start, torch.cdist(rows[start : start + size], columns)


def reach(points: Tensor, neighbours: int) -> Tensor:
    """Distance of every point to its k-th nearest neighbour, itself not counted; (N,)."""
    distance = torch.empty(len(points))
    for start, distances in distance_blocks(points, points):
        nearest = distances.topk(neighbours + 1, dim=1, largest=False).values
        distance[start : start + len(distances)] = nearest[:, -1]
    return distance


def nearest(points: Tensor, others: Tensor, among: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The nearest of ``others`` to each point, and how far it is.

    Args:
        points: (N, features).
        others: (M, features).
        among: (N,) which of ``others`` each point is itself and does not count; None: it is none of them.

    Returns:
        index (N,) int64 and Euclidean distance (N,).
    """
    index = torch.empty(len(points), dtype=torch.int64)
    for start, distances in distance_blocks(points, others):
        rows = slice(start, start + len(distances))
        if among is not None:
            distances.scatter_(1, among[rows, None], torch.inf)
        index[rows] = distances.argmin(1)
    return index, (points - others[index]).norm(dim=1)  # anew: a block's are blurred by rounding where they are small

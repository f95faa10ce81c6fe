"""Distances between many points, a few rows of the matrix at a time."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK_ENTRIES = 4_000_000  # distances held at once: 16 MB, most of which fits into caches


def squared_distance_blocks(rows: Tensor, columns: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Squared distances of a few ``rows`` at a time to all ``columns``, with the index of the first row.

    All blocks share one buffer, each overwriting the last: allocating memory would take longer than computing.
    """
    size = max(1, BLOCK_ENTRIES // len(columns))
    row_norms, column_norms = (rows * rows).sum(1, keepdim=True), (columns * columns).sum(1)
    place = torch.empty(min(size, len(rows)), len(columns))
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        distances = torch.addmm(column_norms, some, columns.T, alpha=-2, out=place[: len(some)])
        yield start, distances.add_(row_norms[start : start + size]).clamp_(min=0)


def squared_reach(points: Tensor, neighbours: int) -> Tensor:
    """Squared distance of every point to its k-th nearest neighbour, itself not counted; (N,)."""
    distance = torch.empty(len(points))
    for start, distances in squared_distance_blocks(points, points):
        nearest = distances.topk(neighbours + 1, dim=1, largest=False).values
        distance[start : start + len(distances)] = nearest[:, -1]
    return distance


def nearest(points: Tensor, others: Tensor, among: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The nearest of ``others`` to each point, and its distance.

    Args:
        points: (N, features).
        others: (M, features).
        among: (N,) index of each point itself in ``others``, which does not count; None: it is not among them.

    Returns:
        index (N,) int64 and Euclidean distance (N,).
    """
    index = torch.empty(len(points), dtype=torch.int64)
    for start, distances in squared_distance_blocks(points, others):
        rows = slice(start, start + len(distances))
        if among is not None:
            distances.scatter_(1, among[rows, None], torch.inf)
        index[rows] = distances.argmin(1)
    return index, (points - others[index]).norm(dim=1)  # exact: rounding blurs small distances in a block

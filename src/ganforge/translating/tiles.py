"""Overlapping tiles: their places along an axis, and their weights in an overlap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tiling:
    """How a long axis is cut into tiles.

    Attributes:
        tile: pixels of a tile, a multiple of ``multiple``.
        overlap: least overlap of two neighbours, a multiple of ``multiple``, at most half of ``tile``.
        ramp: pixels in the middle of the overlap over which the weight moves from one to the other; 0: a cut.
        multiple: tiles begin at multiples of it, so that coarser levels of a network see the same positions in each.
    """

    tile: int
    overlap: int
    ramp: int
    multiple: int


@dataclass(frozen=True, eq=False)
class Span:
    """A tile along an axis.

    Attributes:
        start, stop: its ends, as in a slice.
        weights: weights of its positions, float32 (stop - start,); those of all tiles add up to 1 everywhere.
    """

    start: int
    stop: int
    weights: np.ndarray


def spans(length: int, tiling: Tiling) -> list[Span]:
    """Evenly spread tiles that cover an axis; a single one if the axis is not longer than a tile."""
    starts = _starts(length, tiling)
    stops = [min(start + tiling.tile, length) for start in starts[:-1]] + [length]
    middles = [(stop + start) / 2 for stop, start in zip(stops, starts[1:])]
    rising = [np.ones(length, np.float32), *(_rise(length, middle, tiling.ramp) for middle in middles)]
    falling = [*(1 - rise for rise in rising[1:]), np.ones(length, np.float32)]
    return [
        Span(start, stop, (up + down - 1)[start:stop])
        for start, stop, up, down in zip(starts, stops, rising, falling, strict=True)
    ]


def _starts(length: int, tiling: Tiling) -> list[int]:
    """The starts of tiles; the last one ends with the axis, which is padded to a multiple."""
    step = tiling.multiple
    free = math.ceil(length / step) * step - tiling.tile
    if free <= 0:
        return [0]
    gaps = math.ceil(free / (tiling.tile - tiling.overlap))
    return [number * free // gaps // step * step for number in range(gaps + 1)]


def _rise(length: int, middle: float, ramp: int) -> np.ndarray:
    """0 before a place and 1 after it, linear over ``ramp`` positions; float32 (length,)."""
    distance = np.arange(length, dtype=np.float32) + 0.5 - np.float32(middle)
    return np.clip(distance / ramp + 0.5, 0, 1) if ramp else (distance > 0).astype(np.float32)

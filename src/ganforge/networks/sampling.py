"""Drawing signals from a generator network such that sample i depends on (seed, i) alone.

Everything is computed in blocks of a fixed size at fixed places: sample i is always row i % BLOCK of block i // BLOCK,
so that the rounding of a matrix product cannot depend on how many samples were asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from ganforge.scale import quantise

BLOCK = 64
# Seeds that the scores in the end are not likely to use as well: of the checks for the best generator, and of the
# samples that batch norm takes its statistics from.
CHECK_SEED, STATISTICS_SEED = 2**32 - 1, 2**32 - 2
GOLDEN_RATIO = (5**0.5 - 1) / 2


def draw_latents(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """Standard normal latents, row i depending on (seed, i) alone; (count, latent_dim) float32."""
    blocks = [
        np.random.default_rng([seed, block]).standard_normal((BLOCK, latent_dim), dtype=np.float32)
        for block in range(math.ceil(count / BLOCK))
    ]
    return np.concatenate([*blocks, np.empty((0, latent_dim), dtype=np.float32)])[:count]


def draw_labels(seed: int, count: int, class_counts: Sequence[int]) -> np.ndarray:
    """Labels as frequent as in the training data, label i depending on (seed, i) alone; (count,) int64.

    They follow a golden-ratio sequence, whose every stretch has almost exactly the wanted frequencies: independent
    draws would add their own noise to the scores of a few hundred samples.
    """
    edges = np.cumsum(class_counts) / np.sum(class_counts)
    start = np.random.default_rng([seed, 0, 1]).random()
    positions = (start + np.arange(count) * GOLDEN_RATIO) % 1
    return np.searchsorted(edges, positions, side="right").astype(np.int64)


@torch.inference_mode()
def decode(
    generator: Callable[[Tensor, Tensor | None], Tensor],
    latents: np.ndarray,
    labels: np.ndarray | None,
    device: torch.device,
) -> Iterator[np.ndarray]:
    """Yields the signals of ``latents`` in blocks of at most BLOCK, as uint8 arrays (block, *shape).

    Args:
        generator: in evaluation mode, on ``device``; or any other map of latents and labels to signals.
        latents: (count, latent_dim) float32; or whatever it takes in their place.
        labels: (count,) int64, or None for an unconditional generator.
        device: where to compute.
    """
    for start in range(0, len(latents), BLOCK):
        size = len(latents[start : start + BLOCK])
        z = torch.from_numpy(_padded(latents[start : start + BLOCK])).to(device)
        y = None if labels is None else torch.from_numpy(_padded(labels[start : start + BLOCK])).to(device)
        yield quantise(generator(z, y)[:size]).cpu().numpy()


def _padded(rows: np.ndarray) -> np.ndarray:
    """``rows`` followed by zeros up to BLOCK of them."""
    return np.concatenate([rows, np.zeros((BLOCK - len(rows), *rows.shape[1:]), dtype=rows.dtype)])

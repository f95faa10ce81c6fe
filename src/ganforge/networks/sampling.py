"""Draws signals from a generator so that sample i depends only on (seed, i).

All computation uses blocks of a fixed size: sample i is always row i % BLOCK of block i // BLOCK, so that the rounding
of a matrix product cannot depend on the number of samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from ganforge.conditions.condition import Tensors
from ganforge.networks.spec import NetworkSpec
from ganforge.prepared.columns import Arrays

BLOCK = 64
# Seeds that final scores are unlikely to use: for the checks for the best generator, and for the samples that give
# batch norm its statistics.
CHECK_SEED, STATISTICS_SEED = 2**32 - 1, 2**32 - 2

Generate = Callable[[Tensor, Tensors], Tensor]


def draw_latents(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """Standard normal latents (count, latent_dim) float32; row i depends only on (seed, i)."""
    blocks = [
        np.random.default_rng([seed, block]).standard_normal((BLOCK, latent_dim), dtype=np.float32)
        for block in range(math.ceil(count / BLOCK))
    ]
    return np.concatenate([*blocks, np.empty((0, latent_dim), dtype=np.float32)])[:count]


@torch.inference_mode()
def decode(
    generator: Generate, spec: NetworkSpec, latents: np.ndarray, condition: Arrays, device: torch.device
) -> Iterator[np.ndarray]:
    """Yields the stored signals of ``latents`` in blocks of at most BLOCK: arrays (block, *shape).

    Args:
        generator: a network in evaluation mode on ``device``, or another map of latents and condition to signals.
        spec: its description.
        latents: (count, latent_dim) float32, or its other input.
        condition: stored columns of ``count`` rows; empty for an unconditional generator.
        device: the device of the computation.
    """
    for start in range(0, len(latents), BLOCK):
        rows = slice(start, start + BLOCK)
        size = len(latents[rows])
        z = torch.from_numpy(_padded(latents[rows])).to(device)
        asked = {name: torch.from_numpy(_padded(column[rows])).to(device) for name, column in condition.items()}
        yield spec.signal.stored(generator(z, spec.condition.present(asked))[:size])


def _padded(rows: np.ndarray) -> np.ndarray:
    """``rows`` padded with zeros to BLOCK rows."""
    return np.concatenate([rows, np.zeros((BLOCK - len(rows), *rows.shape[1:]), dtype=rows.dtype)])

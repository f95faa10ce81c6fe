"""Drawing signals from a generator network such that sample i depends on (seed, i) alone.

Everything is computed in blocks of a fixed size at fixed places: sample i is always row i % BLOCK of block i // BLOCK,
so that the rounding of a matrix product cannot depend on how many samples were asked for.
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
# Seeds that the scores in the end are not likely to use as well: of the checks for the best generator, and of the
# samples that batch norm takes its statistics from.
CHECK_SEED, STATISTICS_SEED = 2**32 - 1, 2**32 - 2

Generate = Callable[[Tensor, Tensors], Tensor]


def draw_latents(seed: int, count: int, latent_dim: int) -> np.ndarray:
    """Standard normal latents, row i depending on (seed, i) alone; (count, latent_dim) float32."""
    blocks = [
        np.random.default_rng([seed, block]).standard_normal((BLOCK, latent_dim), dtype=np.float32)
        for block in range(math.ceil(count / BLOCK))
    ]
    return np.concatenate([*blocks, np.empty((0, latent_dim), dtype=np.float32)])[:count]


@torch.inference_mode()
def decode(
    generator: Generate, spec: NetworkSpec, latents: np.ndarray, condition: Arrays, device: torch.device
) -> Iterator[np.ndarray]:
    """Yields the signals of ``latents`` in blocks of at most BLOCK, as they are stored: arrays (block, *shape).

    Args:
        generator: in evaluation mode, on ``device``; or any other map of latents and condition to signals.
        spec: what it draws, and on what condition.
        latents: (count, latent_dim) float32; or whatever it takes in their place.
        condition: columns of ``count`` rows, as they are stored; empty for an unconditional generator.
        device: where to compute.
    """
    for start in range(0, len(latents), BLOCK):
        rows = slice(start, start + BLOCK)
        size = len(latents[rows])
        z = torch.from_numpy(_padded(latents[rows])).to(device)
        asked = {name: torch.from_numpy(_padded(column[rows])).to(device) for name, column in condition.items()}
        yield spec.signal.stored(generator(z, spec.condition.present(asked))[:size])


def _padded(rows: np.ndarray) -> np.ndarray:
    """``rows`` followed by zeros up to BLOCK of them."""
    return np.concatenate([rows, np.zeros((BLOCK - len(rows), *rows.shape[1:]), dtype=rows.dtype)])

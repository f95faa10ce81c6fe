"""A history of generated signals, so that discriminators do not see only the latest ones.

Shrivastava et al. 2017, https://arxiv.org/abs/1612.07828, section 2.3, as in CycleGAN (Zhu et al. 2017,
https://arxiv.org/abs/1703.10593, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

SWAPPED = 0.5  # share of a batch that earlier signals replace


class HistoryPool(nn.Module):
    """Stores earlier signals and exchanges them for about half of the new ones.

    All its state is in buffers and its random numbers are an input, so it resumes exactly, and processes with the same
    signals have the same pool.

    Attributes:
        chances: number of random numbers that a call needs.

    Args:
        size: number of stored signals, at least a batch.
        batch: number of new signals in a call.
        shape: shape of a signal.
    """

    samples: Tensor
    held: Tensor

    def __init__(self, size: int, batch: int, shape: Sequence[int]) -> None:
        super().__init__()
        self.size, self.chances = size, batch + size
        self.register_buffer("samples", torch.zeros(size, *shape))
        self.register_buffer("held", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def forward(self, fresh: Tensor, chances: Tensor) -> Tensor:
        """Returns the new signals until the pool is full; then replaces about half of them by earlier ones.

        Args:
            fresh: (batch, *shape).
            chances: (`chances`,), uniform in [0, 1).
        """
        count = len(fresh)
        filling = self.held < self.size
        swapped = (chances[:count] < SWAPPED) & ~filling
        free = (self.held + torch.arange(count, device=fresh.device)) % self.size
        places = torch.where(filling, free, chances[count:].argsort()[:count])  # all different
        earlier = self.samples[places]
        to_batch = (-1, *[1] * (fresh.dim() - 1))
        kept = torch.where((swapped | filling).reshape(to_batch), fresh.to(earlier.dtype), earlier)
        self.samples.index_copy_(0, places, kept)
        self.held.add_(count).clamp_(max=self.size)
        return torch.where(swapped.reshape(to_batch), earlier, fresh.to(earlier.dtype))

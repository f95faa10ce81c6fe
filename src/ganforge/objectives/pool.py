"""A history of generated signals, so that discriminators are shown more than the generators' latest habit.

Shrivastava et al. 2017, https://arxiv.org/abs/1612.07828, section 2.3, as in CycleGAN (Zhu et al. 2017,
https://arxiv.org/abs/1703.10593, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

SWAPPED = 0.5  # share of a batch that is exchanged for earlier signals


class HistoryPool(nn.Module):
    """Earlier signals, about half of which are given out in exchange for new ones.

    It is all buffers, and is told the random numbers that it needs: so it is resumed to the bit, and is the same in
    several processes that are given the same signals.

    Attributes:
        chances: random numbers that a call takes.

    Args:
        size: signals that it holds, at least a batch.
        batch: signals that come at a time.
        shape: of one.
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
        """The new signals while there is room for them; then about half of them in exchange for earlier ones.

        Args:
            fresh: (batch, *shape).
            chances: (`chances`,), uniform in [0, 1).
        """
        count = len(fresh)
        filling = self.held < self.size
        swapped = (chances[:count] < SWAPPED) & ~filling
        free = (self.held + torch.arange(count, device=fresh.device)) % self.size
        places = torch.where(filling, free, chances[count:].argsort()[:count])  # all of them different
        earlier = self.samples[places]
        to_batch = (-1, *[1] * (fresh.dim() - 1))
        kept = torch.where((swapped | filling).reshape(to_batch), fresh.to(earlier.dtype), earlier)
        self.samples.index_copy_(0, places, kept)
        self.held.add_(count).clamp_(max=self.size)
        return torch.where(swapped.reshape(to_batch), earlier, fresh.to(earlier.dtype))

"""Self-attention, which relates distant parts of a signal: Zhang et al. 2018, https://arxiv.org/abs/1805.08318."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganforge.networks.layers import CONVOLUTION, initialise, pyramid
from ganforge.networks.settings import AttentiveSettings
from ganforge.networks.spec import NetworkSpec

MOST_POSITIONS = 256  # attention compares all pairs of positions
REDUCTION = 8  # factor by which channels are reduced, section 3 of the paper


class SelfAttention(nn.Module):
    """x + scale * output(sum over positions i of softmax_i(key_i . query) value_i), eq. 1 to 3 of the paper.

    The scale is learned and starts at zero, so training starts without attention.

    Args:
        axes: number of axes of the signal.
        channels: channels in and out.
    """

    def __init__(self, axes: int, channels: int) -> None:
        super().__init__()
        reduced = max(1, channels // REDUCTION)
        convolution = CONVOLUTION[axes]
        self.queries = convolution(channels, reduced, 1, bias=False)
        self.keys = convolution(channels, reduced, 1, bias=False)
        self.values = convolution(channels, reduced, 1, bias=False)
        self.output = convolution(reduced, channels, 1, bias=False)
        self.scale = nn.Parameter(torch.zeros(()))
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to the same."""
        queries, keys, values = (layer(x).flatten(2) for layer in (self.queries, self.keys, self.values))
        weights = (queries.transpose(1, 2) @ keys).softmax(2)  # (batch, query positions, key positions)
        attended = (values @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        y: Tensor = self.scale * self.output(attended)
        return x + y


def attention_level(sizes: Sequence[tuple[int, ...]]) -> int:
    """The finest level of a pyramid, below the full size, with few enough positions; else the coarsest."""
    affordable = (level for level, size in enumerate(sizes) if level and math.prod(size) <= MOST_POSITIONS)
    return next(affordable, len(sizes) - 1)


def attention_at(level: int, spec: NetworkSpec, channels: int) -> list[nn.Module]:
    """The attention at a network's ``level``: one layer if ``spec`` asks for it and this is its level, or none.

    Both networks have it at the same level of the generator's `pyramid`; a discriminator may have further levels.
    """
    wanted = isinstance(spec.settings, AttentiveSettings) and spec.settings.attention
    if wanted and level == attention_level(pyramid(spec.size)):
        return [SelfAttention(len(spec.size), channels)]
    return []

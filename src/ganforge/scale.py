"""uint8 arrays as they are stored, floats in [-1, 1] as networks see them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def normalise(x: Tensor) -> Tensor:
    """uint8 0..255 to float32 -1..1, the channels of images last in memory, which convolutions are faster on."""
    layout = torch.channels_last if x.dim() == 4 else torch.contiguous_format
    return x.to(torch.float32, memory_format=layout, copy=True).div_(127.5).sub_(1)


def arrange(module: nn.Module, axes: int) -> nn.Module:
    """Lays the weights of a network out in memory as `normalise` lays out what it is given."""
    return module.to(memory_format=torch.channels_last) if axes == 2 else module


def quantise(x: Tensor) -> Tensor:
    """Floats to uint8: clipped to [-1, 1], rounded to the nearest of 256 levels."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)

"""uint8 arrays as they are stored, floats in [-1, 1] as networks see them."""

from __future__ import annotations

import torch
from torch import Tensor


def normalise(x: Tensor) -> Tensor:
    """uint8 0..255 to float32 -1..1."""
    return x.to(torch.float32) / 127.5 - 1


def quantise(x: Tensor) -> Tensor:
    """Floats to uint8: clipped to [-1, 1], rounded to the nearest of 256 levels."""
    return ((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)

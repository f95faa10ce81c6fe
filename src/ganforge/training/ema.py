"""The moving average of the generator's weights, which draws the samples."""

from __future__ import annotations

import copy

import torch
from torch import nn


class ExponentialMovingAverage:
    """Averages parameters and buffers; the early average forgets faster, as min(decay, (1 + step) / (10 + step)).

    The averaged statistics of batch norm are not those of the averaged weights: see `standing_statistics`.

    Args:
        module: the network that is being trained.
        batch_size: real signals in a step.
    """

    def __init__(self, module: nn.Module, batch_size: int) -> None:
        self.average = copy.deepcopy(module).eval().requires_grad_(False)
        self.batch_size = batch_size
        self._average, self._source = _floats(self.average), _floats(module)
        self._counters = [
            (mine, theirs)
            for mine, theirs in zip(self.average.buffers(), module.buffers(), strict=True)
            if not mine.is_floating_point()
        ]

    @torch.no_grad()
    def update(self, step: int, half_life: float) -> None:
        """Adds the weights after ``step`` to the average; steps count from 0.

        Args:
            step: step of the generator.
            half_life: real signals in which the average forgets half of its value; 0 copies the weights.
        """
        decay = 0.5 ** (self.batch_size / half_life) if half_life else 0.0
        decay = min(decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._average, self._source, 1 - decay)
        for mine, theirs in self._counters:
            mine.copy_(theirs)

    def norm(self) -> float:
        """Length of the vector of all averaged weights: infinite or NaN if one of them is."""
        return float(torch.stack(torch._foreach_norm(self._average)).norm())


def _floats(module: nn.Module) -> list[torch.Tensor]:
    """All tensors of a module that can be averaged."""
    tensors = [*module.parameters(), *module.buffers()]
    return [tensor.detach() for tensor in tensors if tensor.is_floating_point()]

"""Means over some steps, of numbers that stay on the device until they are asked for."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.objectives.objective import Terms
from ganforge.objectives.spread import least_spread
from ganforge.training.distributed import World

OF_SUMS = {"least_spread": least_spread}
"""Terms that are no scalars: what becomes of them when they are added up."""


class Meter:
    """Adds up the terms of every step; some terms are not there in every step.

    Args:
        world: the processes whose means are averaged.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, terms: Terms) -> None:
        """Takes in the scalars of a step; never waits for the device."""
        for name, value in terms.items():
            # The first value is copied, since a recorded step writes the next one into the same place.
            self._sums[name] = self._sums[name] + value if name in self._sums else value.clone()
            self._counts[name] = self._counts.get(name, 0) + 1

    def read(self) -> dict[str, float]:
        """The means since the last reading: the only place where the host waits for the device."""
        means = torch.stack([self._of(name) for name in self._sums])
        values = dict(zip(self._sums, self.world.mean(means).tolist(), strict=True))
        self._sums, self._counts = {}, {}
        return values

    def _of(self, name: str) -> Tensor:
        """A term over all steps since the last reading, a scalar."""
        if name in OF_SUMS:
            return OF_SUMS[name](self._sums[name])
        return self._sums[name] / self._counts[name]

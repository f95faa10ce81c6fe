"""Means over some steps; the numbers stay on the device until they are read."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.objectives.objective import Terms
from ganforge.objectives.spread import LeastSpread
from ganforge.training.distributed import World


class Meter:
    """Adds up the terms of every step; some steps lack some terms.

    All are scalars except ``least_spread``, which has a sum for each group of signals.

    Args:
        world: the processes whose means are averaged.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.forget()
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def forget(self) -> None:
        """Forgets all measurements of spread, as those of networks that are replaced."""
        self.least_spread = LeastSpread()

    def add(self, terms: Terms) -> None:
        """Adds the scalars of a step; never waits for the device."""
        for name, value in terms.items():
            # The first value is copied, since a recorded step writes the next one to the same memory.
            self._sums[name] = self._sums[name] + value if name in self._sums else value.clone()
            self._counts[name] = self._counts.get(name, 0) + 1

    def read(self) -> dict[str, float]:
        """The means since the last reading: the only place where the host waits for the device."""
        means = {name: self._sums[name] / count for name, count in self._counts.items() if name != "least_spread"}
        values = dict(zip(means, self.world.mean(torch.stack([*means.values()])).tolist(), strict=True))
        if "least_spread" in self._sums:
            of_all = self.world.mean(self._sums["least_spread"]) * self.world.size
            values["least_spread"] = float(self.least_spread.take(of_all))
        self._sums, self._counts = {}, {}
        return values

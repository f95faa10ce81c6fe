"""Keeps the best generator of a run, not the last: adversarial training does not improve at every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

Judge = Callable[[nn.Module], float]


class BestGenerator:
    """Weights of the generator with the lowest distance so far.

    Args:
        judge: measures a generator's distance from real data; lower is better.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.distance: float | None = None
        self.images = 0
        self.weights: dict[str, Tensor] = {}

    def consider(self, generator: nn.Module, images: int) -> float:
        """Measures ``generator`` and keeps its weights if it is the best; returns its distance."""
        distance = self.judge(generator)
        if self.distance is None or distance < self.distance:
            self.distance, self.images = distance, images
            self.weights = copy_of(generator)
        return distance

    def state(self) -> dict[str, Any]:
        """The contents of a checkpoint."""
        return {"distance": self.distance, "images": self.images, "weights": self.weights}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from `state`."""
        self.distance, self.images, self.weights = state["distance"], state["images"], state["weights"]


def copy_of(module: nn.Module) -> dict[str, Tensor]:
    """A copy of the weights of a module, on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in module.state_dict().items()}

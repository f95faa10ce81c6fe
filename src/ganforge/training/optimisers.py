"""Adam, AdamW and SGD, fused: one kernel updates all weights."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ganforge.training.schedules import value_at
from ganforge.training.settings import TrainSettings


class Optimiser(Protocol):
    """The part of `torch.optim.Optimizer` that training uses."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """The weights and their settings."""
        ...

    def zero_grad(self) -> None:
        """Forgets the gradients."""
        ...

    def step(self) -> object:
        """Updates the weights that have a gradient."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Its state and its settings."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from ``state``."""
        ...


def build_optimiser(
    params: TrainSettings, module: nn.Module, device: torch.device, *, recorded: bool = False
) -> Optimiser:
    """The optimiser of ``params``; if ``recorded``, one that a CUDA graph can record."""
    # A recorded graph reads the learning rate from a tensor; elsewhere a number is faster.
    rate: float | Tensor = torch.tensor(1.0, device=device) if recorded else 1.0
    weights = module.parameters()
    decay, betas = params.weight_decay, (params.beta1, value_at(params.beta2, 0))
    if params.optimiser == "sgd":
        return torch.optim.SGD(weights, rate, momentum=params.beta1, weight_decay=decay, fused=True)
    if device.type == "cpu" and hasattr(torch, "_fused_adam_") and hasattr(torch, "_fused_adamw_"):
        return LeanAdam(weights, betas, decay, decoupled=params.optimiser == "adamw")
    kind = torch.optim.AdamW if params.optimiser == "adamw" else torch.optim.Adam
    return kind(weights, rate, betas, weight_decay=decay, fused=True, capturable=recorded)


class LeanAdam:
    """Adam on the CPU: PyTorch's kernel and state, with the same results as ``torch.optim.Adam(fused=True)``.

    PyTorch's class sorts tensors at every step, notifies profilers, and copies gradients in channels-last format: on a
    small network this takes as long as the kernel. It also imports the compiler, which takes a second.

    Args:
        weights: the weights to update.
        betas: decay rates of the averages of gradients and of their squares.
        decay: decay of the weights.
        decoupled: whether weights decay separately from the gradient, as in AdamW.

    Attributes:
        param_groups: see `torch.optim.Optimizer`; one group.
        state: see there.
    """

    def __init__(
        self, weights: Iterable[nn.Parameter], betas: tuple[float, float], decay: float, *, decoupled: bool
    ) -> None:
        self.param_groups: list[dict[str, Any]] = [
            {"params": list(weights), "lr": 1.0, "betas": betas, "eps": 1e-8, "weight_decay": decay}
        ]
        self.state: dict[Tensor, dict[str, Tensor]] = {}
        self._kernel = torch._fused_adamw_ if decoupled else torch._fused_adam_
        self._one = torch.ones(())  # a number would become a new tensor for each count of steps

    def state_dict(self) -> dict[str, Any]:
        """In the format of ``torch.optim.Adam``: weights by number, with the states of those that had a gradient."""
        (group,) = self.param_groups
        weights = group["params"]
        state = {number: dict(self.state[weight]) for number, weight in enumerate(weights) if weight in self.state}
        return {"state": state, "param_groups": [{**group, "params": list(range(len(weights)))}]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continues from ``state``."""
        (group,), (saved,) = self.param_groups, state["param_groups"]
        self.param_groups = [{name: saved[name] for name in group} | {"params": group["params"]}]
        self.state = {
            group["params"][number]: {name: tensor.clone() for name, tensor in tensors.items()}
            for number, tensors in state["state"].items()
        }

    def zero_grad(self) -> None:
        """Forgets the gradients."""
        for weight in self.param_groups[0]["params"]:
            weight.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Updates the weights that have a gradient."""
        (group,) = self.param_groups
        weights = [weight for weight in group["params"] if weight.grad is not None]
        states = [self.state.get(weight) or self._begin(weight) for weight in weights]
        if not weights:
            return
        steps = [state["step"] for state in states]
        torch._foreach_add_(steps, self._one)
        self._kernel(
            [in_memory_order(weight) for weight in weights],
            [in_memory_order(weight.grad) for weight in weights],
            [in_memory_order(state["exp_avg"]) for state in states],
            [in_memory_order(state["exp_avg_sq"]) for state in states],
            [],
            steps,
            lr=group["lr"],
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            amsgrad=False,
            maximize=False,
        )

    def _begin(self, weight: Tensor) -> dict[str, Tensor]:
        """The state of a weight with its first gradient."""
        assert in_memory_order(weight).is_contiguous()  # else the kernel would pair the wrong numbers
        exp_avg, exp_avg_sq = torch.zeros_like(weight), torch.zeros_like(weight)
        self.state[weight] = {"step": torch.zeros(()), "exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq}
        return self.state[weight]


def in_memory_order(x: Tensor) -> Tensor:
    """The same numbers in the order of memory: that of the axes, or channels last."""
    return x if x.is_contiguous() else x.movedim(1, -1)


def set_schedules(optimiser: Optimiser, rate: float, beta2: float) -> None:
    """Sets the learning rate and, for Adam, the second beta."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
        if "betas" in group:
            group["betas"] = (group["betas"][0], beta2)

"""Adam, AdamW and SGD, fused: one kernel updates all weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganforge.params import TrainParams
from ganforge.training.schedules import value_at


def build_optimiser(
    params: TrainParams, module: nn.Module, device: torch.device, *, recorded: bool = False
) -> torch.optim.Optimizer:
    """The optimiser that ``params`` ask for; one that a CUDA graph can record if it is to be ``recorded``."""
    # A recorded graph reads the learning rate from this tensor; elsewhere a number is faster.
    rate: float | Tensor = torch.tensor(1.0, device=device) if recorded else 1.0
    weights = module.parameters()
    decay, betas = params.weight_decay, (params.beta1, value_at(params.beta2, 0))
    if params.optimiser == "sgd":
        return torch.optim.SGD(weights, rate, momentum=params.beta1, weight_decay=decay, fused=True)
    kind = torch.optim.AdamW if params.optimiser == "adamw" else torch.optim.Adam
    return kind(weights, rate, betas, weight_decay=decay, fused=True, capturable=recorded)


def set_schedules(optimiser: torch.optim.Optimizer, rate: float, beta2: float) -> None:
    """Sets the learning rate, and of Adam the second beta."""
    for group in optimiser.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
        if "betas" in group:
            group["betas"] = (group["betas"][0], beta2)

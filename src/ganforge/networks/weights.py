"""Weights of a network whose description comes from a file that nobody vouches for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)


def build_with(build: Callable[[], Network], weights: Mapping[str, Tensor]) -> Network:
    """The network that ``build`` makes, with these weights.

    It is described first, without memory: a description may lie and ask for more than there is.

    Raises:
        ValueError: the weights are of another network.
    """
    with torch.device("meta"):
        described = {name: tensor.shape for name, tensor in build().state_dict().items()}
    if described != {name: tensor.shape for name, tensor in weights.items()}:
        raise ValueError("its configuration describes another network than its weights are of")
    module = build()
    module.load_state_dict(weights)
    return module

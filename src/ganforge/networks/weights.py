"""Loads weights of a network whose description comes from an untrusted file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Network = TypeVar("Network", bound=nn.Module)


def build_with(build: Callable[[], Network], weights: Mapping[str, Tensor]) -> Network:
    """The network from ``build``, with these weights.

    It is first built without memory, because a wrong description could ask for more than is available.

    Raises:
        ValueError: the weights belong to another network.
    """
    with torch.device("meta"), WithoutDraws():
        described = {name: tensor.shape for name, tensor in build().state_dict().items()}
    if described != {name: tensor.shape for name, tensor in weights.items()}:
        raise ValueError("its weights do not match its configuration")
    module = build()
    module.load_state_dict(weights)
    return module


class WithoutDraws(TorchFunctionMode):
    """Skips the initialisation of weights, for which PyTorch would import its compiler without memory (1 s)."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Returns the tensor instead of filling it with random numbers or dividing it."""
        kwargs, name = kwargs or {}, getattr(function, "__name__", None)
        if name in {"normal_", "uniform_"}:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        if name in {"div", "true_divide", "__truediv__"} and not isinstance(args[1], Tensor):
            return args[0]
        return function(*args, **kwargs)

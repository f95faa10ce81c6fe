"""Weights of a network whose description comes from a file that nobody vouches for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Network = TypeVar("Network", bound=nn.Module)


def build_with(build: Callable[[], Network], weights: Mapping[str, Tensor]) -> Network:
    """The network that ``build`` makes, with these weights.

    It is described first, without memory: a description may lie and ask for more than there is.

    Raises:
        ValueError: the weights are of another network.
    """
    with torch.device("meta"), WithoutDraws():
        described = {name: tensor.shape for name, tensor in build().state_dict().items()}
    if described != {name: tensor.shape for name, tensor in weights.items()}:
        raise ValueError("its configuration describes another network than its weights are of")
    module = build()
    module.load_state_dict(weights)
    return module


class WithoutDraws(TorchFunctionMode):
    """Leaves new weights as they are: PyTorch draws and divides without memory by its compiler, a second to import."""

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """The tensor itself, in place of filling it with random numbers or of dividing it by a number."""
        kwargs, name = kwargs or {}, getattr(function, "__name__", None)
        if name in {"normal_", "uniform_"}:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        if name in {"div", "true_divide", "__truediv__"} and not isinstance(args[1], Tensor):
            return args[0]
        return function(*args, **kwargs)

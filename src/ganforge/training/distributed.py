"""Several processes that share every batch, by PyTorch's DistributedDataParallel; or just this one.

Each process has its own GPU (or, with gloo, its share of the CPU), sees its part of a batch, and applies the average of
all gradients: together they do what one process would do with the whole batch. ``torchrun`` starts them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from ganforge.networks import Growing


@dataclass(frozen=True)
class World:
    """The processes of a training.

    Attributes:
        rank: which of them this is; 0 writes files and reports.
        size: how many there are.
    """

    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process is the one that writes and reports."""
        return self.rank == 0

    def share(self, rows: Tensor) -> Tensor:
        """This process's part of the rows of a whole batch."""
        count = len(rows) // self.size
        return rows[self.rank * count : (self.rank + 1) * count]

    def mean(self, values: Tensor) -> Tensor:
        """The mean of ``values`` over all processes."""
        if self.size > 1:
            values = values.clone()
            torch.distributed.all_reduce(values)
            values /= self.size
        return values

    def turn(self, player: nn.Module, play: Callable[..., Any]) -> Callable[..., Any]:
        """``play``, such that the gradients it gives to ``player`` are averaged over all processes.

        Args:
            player: the network whose turn it is.
            play: any function that uses it.
        """
        if self.size == 1:
            return play
        on_cuda = next(player.parameters()).device.type == "cuda"
        return nn.parallel.DistributedDataParallel(
            _Turn(player, play),
            device_ids=[torch.cuda.current_device()] if on_cuda else None,
            find_unused_parameters=isinstance(player, Growing),  # which does not use all of its layers yet
        )


class _Turn(nn.Module):
    """What `DistributedDataParallel` wraps: the player's weights, and the function that uses them."""

    def __init__(self, player: nn.Module, play: Callable[..., Any]) -> None:
        super().__init__()
        self.player, self.play = player, play

    def forward(self, *arguments: Any) -> Any:
        return self.play(*arguments)


def join(device: torch.device) -> World:
    """The world that ``torchrun`` started this process in; alone if it did not."""
    if "RANK" not in os.environ:
        return World()
    if not torch.distributed.is_initialized():
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return World(torch.distributed.get_rank(), torch.distributed.get_world_size())


def leave(world: World) -> None:
    """Ends what `join` began."""
    if world.size > 1:
        torch.distributed.destroy_process_group()


def share_normalisation(generator: nn.Module, world: World, device: torch.device) -> nn.Module:
    """Batch norm over the whole batch, which PyTorch offers on CUDA; elsewhere every process has its own."""
    if world.size == 1 or device.type != "cuda":
        return generator
    synchronised: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(generator)  # type: ignore[no-untyped-call]
    return synchronised

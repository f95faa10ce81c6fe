"""One process, or several that share every batch.

Each process has its own GPU (or, with gloo, its share of the CPU), sees its part of a batch, and applies the average of
all gradients, as one process would with the whole batch. ``torchrun`` starts them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class World:
    """The processes of a training.

    Attributes:
        rank: number of this process; 0 writes files and reports.
        size: number of processes.
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

    def gather(self, rows: Tensor) -> Tensor:
        """The rows of the whole batch, from the parts of all processes; without a gradient."""
        if self.size == 1:
            return rows.detach()
        parts = [torch.empty_like(rows) for _ in range(self.size)]
        torch.distributed.all_gather(parts, rows.detach().contiguous())
        return torch.cat(parts)

    def mean(self, values: Tensor) -> Tensor:
        """The mean of ``values`` over all processes."""
        if self.size > 1:
            values = values.clone()
            torch.distributed.all_reduce(values)
            values /= self.size
        return values

    def average_gradients(self, weights: Iterable[nn.Parameter]) -> None:
        """Replaces the gradients of every process by the mean over all processes, for those weights that have one.

        Unlike `torch.nn.parallel.DistributedDataParallel`, it works with any function of a network.
        """
        if self.size == 1:
            return
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()


def join(device: torch.device) -> World:
    """The world of this process, as started by ``torchrun``; otherwise this process alone."""
    if "RANK" not in os.environ:
        return World()
    if not torch.distributed.is_initialized():
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return World(torch.distributed.get_rank(), torch.distributed.get_world_size())


def leave(world: World) -> None:
    """Undoes `join`."""
    if world.size > 1:
        torch.distributed.destroy_process_group()


def share_normalisation(generator: nn.Module, world: World, device: torch.device) -> nn.Module:
    """Makes batch norm use the whole batch, which PyTorch supports on CUDA; elsewhere each process uses its part."""
    if world.size == 1 or device.type != "cuda":
        return generator
    synchronised: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(generator)  # type: ignore[no-untyped-call]
    return synchronised

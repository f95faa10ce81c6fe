"""Shuffled batches of prepared columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ganforge.compute.device import fits
from ganforge.prepared.columns import Arrays

EPOCHS_HELD = 2  # the current one and the next, from which a prefetch may already read


class Batches(Protocol):
    """The batch of every step, as a function of (seed, step) alone: resuming needs no state."""

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """The stored columns of ``step``, (share, *shape) each, on the training's device."""
        ...


class Order:
    """The items of every step. An epoch is a new permutation, cut into whole batches; the few left over are not shown.

    Args:
        count: number of items, at least ``batch_size``.
        batch_size: items in a batch.
        seed: seed of the permutations.
        part: (rank, size): this process takes the rank-th of ``size`` equal parts of every batch.
        device: device of the items' numbers.
        stream: second seed of the permutations; different streams are independent.
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        part: tuple[int, int] = (0, 1),
        device: torch.device | str = "cpu",
        stream: int = 0,
    ) -> None:
        self.count, self.batch_size, self.part, self.device = count, batch_size, part, device
        self.seed = [seed] if stream == 0 else [seed, stream]
        self.per_epoch = count // batch_size
        self._epochs: dict[int, Tensor] = {}

    def __getitem__(self, step: int) -> Tensor:
        """The numbers of the items of ``step``, int64 (share,), a batch divided among ``size``."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch not in self._epochs:
            order = np.random.default_rng([*self.seed, epoch]).permutation(self.count)
            self._epochs = {number: self._epochs[number] for number in list(self._epochs)[-EPOCHS_HELD + 1 :]}
            self._epochs[epoch] = torch.from_numpy(order).to(self.device, non_blocking=True)
        rank, size = self.part
        share = self.batch_size // size
        start = position * self.batch_size + rank * share
        return self._epochs[epoch][start : start + share]


def choose_batches(
    groups: Sequence[Arrays],
    order: Callable[..., Order],
    device: torch.device,
    copies: int = 1,
) -> Batches:
    """Batches of columns in the memory of the device; if they are too large, files are read while the device works.

    Args:
        groups: columns (N, *shape) that belong together row by row, mapped from their files if they are large; several
            groups, each with its own N, are shuffled separately.
        order: makes the order of a number of items, on the given device or on the CPU.
        device: device of the batches.
        copies: how many processes hold the columns in its memory.
    """
    size = sum(column.nbytes for group in groups for column in group.values())
    resident = fits(copies * size, device)
    batches: list[Batches] = []
    for stream, group in enumerate(groups):
        count = len(next(iter(group.values())))
        if resident:
            columns = {name: torch.from_numpy(np.array(column)).to(device) for name, column in group.items()}
            batches.append(ResidentBatches(columns, order(count, stream=stream, device=device)))
        else:
            batches.append(StreamedBatches(group, order(count, stream=stream), device))
    return batches[0] if len(batches) == 1 else ApartBatches(batches)


class ResidentBatches:
    """Batches of columns in the memory of the device.

    Args:
        columns: (N, *shape) each.
        order: order of N items, on the same device.
    """

    def __init__(self, columns: Mapping[str, Tensor], order: Order) -> None:
        self.columns, self.order = columns, order

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """See `Batches`."""
        index = self.order[step]
        return {name: column[index] for name, column in self.columns.items()}


class ApartBatches:
    """Batches of columns that do not belong together row by row."""

    def __init__(self, groups: Sequence[Batches]) -> None:
        self.groups = groups

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """See `Batches`."""
        return {name: column for group in self.groups for name, column in group[step].items()}


class StreamedBatches:
    """Batches of columns that stay in their files: the next batch is read while the current one is used.

    Args:
        columns: (N, *shape) each, mapped from their files.
        order: order of N items, on the CPU.
        device: device of the batches.
    """

    def __init__(self, columns: Arrays, order: Order, device: torch.device) -> None:
        self.columns, self.order, self.device = columns, order, device
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[int, Future[dict[str, Tensor]]] | None = None

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """See `Batches`; starts to read the batch of the next step."""
        if self._ahead is None or self._ahead[0] != step:
            self._ahead = step, self._reader.submit(self._read, step)
        columns = self._ahead[1].result()
        self._ahead = step + 1, self._reader.submit(self._read, step + 1)
        return {name: column.to(self.device, non_blocking=True) for name, column in columns.items()}

    def _read(self, step: int) -> dict[str, Tensor]:
        """Reads rows in the order of the file, which is faster on disks, and sorts them into the order of the batch."""
        index = self.order[step]
        by_place = index.argsort()
        batch = {}
        for name, column in self.columns.items():
            rows = torch.from_numpy(column[index[by_place].numpy()])
            batch[name] = torch.empty_like(rows, pin_memory=self.device.type == "cuda")
            batch[name][by_place] = rows
        return batch

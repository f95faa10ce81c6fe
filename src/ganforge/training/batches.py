"""Shuffled batches of a data set that is stored as uint8."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ganforge.training.device import fits

EPOCHS_KEPT = 2  # the one that is shown and the next, which a prefetch may already be in


class Batches(Protocol):
    """The batch of every step, as a function of (seed, step) alone: resuming needs no state."""

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """The uint8 images of ``step``, (share, *shape), and their labels, (share,), on the training's device."""
        ...


class Order:
    """Which items every step shows. An epoch is a fresh permutation cut into whole batches; the few left over wait.

    Args:
        count: items, at least ``batch_size``.
        batch_size: items in a batch.
        seed: of the permutations.
        part: (rank, size): this process takes the rank-th of ``size`` equal parts of every batch.
        device: where the numbers of the items go.
    """

    def __init__(
        self,
        count: int,
        batch_size: int,
        seed: int,
        part: tuple[int, int] = (0, 1),
        device: torch.device | str = "cpu",
    ) -> None:
        self.count, self.batch_size, self.seed, self.part, self.device = count, batch_size, seed, part, device
        self.per_epoch = count // batch_size
        self._epochs: dict[int, Tensor] = {}

    def __getitem__(self, step: int) -> Tensor:
        """The numbers of the items of ``step``, int64 (share,), a batch divided among ``size``."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch not in self._epochs:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.count)
            self._epochs = {kept: self._epochs[kept] for kept in list(self._epochs)[-EPOCHS_KEPT + 1 :]}
            self._epochs[epoch] = torch.from_numpy(order).to(self.device, non_blocking=True)
        rank, size = self.part
        share = self.batch_size // size
        start = position * self.batch_size + rank * share
        return self._epochs[epoch][start : start + share]


def choose_batches(
    images: np.ndarray,
    labels: np.ndarray | None,
    order: Callable[..., Order],
    device: torch.device,
    copies: int = 1,
) -> Batches:
    """Batches of images that lie on the device, or are read from their file while it works if they are too many.

    Args:
        images: (N, *shape) uint8, mapped from their file if they are many.
        labels: (N,) int64 beside them, or None.
        order: makes the order, on the device that it is given or on the CPU.
        device: where batches go.
        copies: how often the images would lie in its memory.
    """
    targets = None if labels is None else torch.from_numpy(np.array(labels))
    if not fits(copies * images.nbytes, device):
        return StreamedBatches(images, targets, order(), device)
    resident = torch.from_numpy(np.array(images)).to(device)
    return ResidentBatches(resident, None if targets is None else targets.to(device), order(device=device))


class ResidentBatches:
    """Batches of images that lie on the device.

    Args:
        images: (N, *shape) uint8.
        labels: (N,) int64 beside them, or None.
        order: of N items, on the same device.
    """

    def __init__(self, images: Tensor, labels: Tensor | None, order: Order) -> None:
        self.images, self.labels, self.order = images, labels, order

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """See `Batches`."""
        index = self.order[step]
        return self.images[index], None if self.labels is None else self.labels[index]


class StreamedBatches:
    """Batches of images that stay in their file: the next one is read while this one is used.

    Args:
        images: (N, *shape) uint8, mapped from its file.
        labels: (N,) int64 on the CPU, or None.
        order: of N items, on the CPU.
        device: where batches go.
    """

    def __init__(self, images: np.ndarray, labels: Tensor | None, order: Order, device: torch.device) -> None:
        self.images, self.labels, self.order, self.device = images, labels, order, device
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[int, Future[tuple[Tensor, Tensor | None]]] | None = None

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """See `Batches`; that of the next step is being read when this returns."""
        if self._ahead is None or self._ahead[0] != step:
            self._ahead = step, self._reader.submit(self._read, step)
        images, labels = self._ahead[1].result()
        self._ahead = step + 1, self._reader.submit(self._read, step + 1)
        on_device = images.to(self.device, non_blocking=True)
        return on_device, None if labels is None else labels.to(self.device, non_blocking=True)

    def _read(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Reads in the order of the file, which disks like, and puts the rows into the order of the batch."""
        index = self.order[step]
        by_place = index.argsort()
        rows = torch.from_numpy(self.images[index[by_place].numpy()])
        images = torch.empty_like(rows, pin_memory=self.device.type == "cuda")
        images[by_place] = rows
        return images, None if self.labels is None else self.labels[index]

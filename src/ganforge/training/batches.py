"""Shuffled batches of a data set that is stored as uint8."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

ORDERS_KEPT = 2  # the epoch that is shown and the next, which a prefetch may already be in


class Batches:
    """The batch of every step, as a function of (seed, step) alone: resuming needs no state.

    An epoch is a fresh permutation cut into whole batches; the few images left over wait for another epoch.

    Args:
        images: (N, *shape) uint8, on the device; N of at least ``batch_size``.
        labels: (N,) int64 on the device, or None.
        batch_size: images in a batch.
        seed: of the permutations.
        part: (rank, size): this process takes the rank-th of ``size`` equal parts of every batch.
    """

    def __init__(
        self,
        images: Tensor,
        labels: Tensor | None,
        batch_size: int,
        seed: int,
        part: tuple[int, int] = (0, 1),
    ) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.seed, self.part = batch_size, seed, part
        self.per_epoch = len(images) // batch_size
        self._orders: dict[int, Tensor] = {}

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """The uint8 images and the labels of ``step``."""
        index = self._index(step)
        return self.images[index], None if self.labels is None else self.labels[index]

    def _index(self, step: int) -> Tensor:
        """Which images ``step`` shows, on the device that they lie on."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch not in self._orders:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
            self._orders = {kept: self._orders[kept] for kept in list(self._orders)[-ORDERS_KEPT + 1 :]}
            self._orders[epoch] = torch.from_numpy(order).to(self.images.device, non_blocking=True)
        rank, size = self.part
        share = self.batch_size // size
        start = position * self.batch_size + rank * share
        return self._orders[epoch][start : start + share]


class StreamedBatches(Batches):
    """The same batches of images that stay in their file: the next one is read while this one is used.

    Args:
        images: (N, *shape) uint8, mapped from its file.
        labels: (N,) int64 on the CPU, or None.
        batch_size, seed, part: as in `Batches`.
        device: where batches go.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: Tensor | None,
        batch_size: int,
        seed: int,
        part: tuple[int, int],
        device: torch.device,
    ) -> None:
        super().__init__(torch.empty(len(images), 0), labels, batch_size, seed, part)
        self.file = images
        self.device = device
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="batches")
        self._ahead: tuple[int, Future[tuple[Tensor, Tensor | None]]] | None = None

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """The batch of ``step`` on the device; that of the next step is being read when this returns."""
        if self._ahead is None or self._ahead[0] != step:
            self._ahead = step, self._reader.submit(self._read, step)
        images, labels = self._ahead[1].result()
        self._ahead = step + 1, self._reader.submit(self._read, step + 1)
        on_device = images.to(self.device, non_blocking=True)
        return on_device, None if labels is None else labels.to(self.device, non_blocking=True)

    def _read(self, step: int) -> tuple[Tensor, Tensor | None]:
        """Reads in the order of the file, which disks like, and puts the rows into the order of the batch."""
        index = self._index(step)
        order = index.argsort()
        rows = torch.from_numpy(self.file[index[order].numpy()])
        images = torch.empty_like(rows, pin_memory=self.device.type == "cuda")
        images[order] = rows
        return images, None if self.labels is None else self.labels[index]

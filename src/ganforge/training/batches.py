"""Shuffled batches of a data set that lies on the device as uint8."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class Batches:
    """The batch of every step, as a function of (seed, step) alone: resuming needs no state.

    An epoch is a fresh permutation cut into whole batches; the few images left over wait for another epoch.

    Args:
        images: (N, *shape) uint8, on the device; N of at least ``batch_size``.
        labels: (N,) int64 on the device, or None.
        batch_size: images in a batch.
        seed: of the permutations.
    """

    def __init__(self, images: Tensor, labels: Tensor | None, batch_size: int, seed: int) -> None:
        self.images, self.labels = images, labels
        self.batch_size, self.seed = batch_size, seed
        self.per_epoch = len(images) // batch_size
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor | None]:
        """The uint8 images and the labels of ``step``."""
        epoch, position = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
            self._order = torch.from_numpy(order).to(self.images.device)
            self._epoch = epoch
        index = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        return self.images[index], None if self.labels is None else self.labels[index]

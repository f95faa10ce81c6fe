"""Batches of real and of generated images, in a given proportion."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganforge.augmenting.classic import change
from ganforge.augmenting.settings import ClassicSettings
from ganforge.prepared.columns import LABELS, SIGNAL, Split


class Mixture:
    """Batches for a classifier, each a function of (seed, step) alone; see `ganforge.training.batches.Batches`.

    Args:
        real: few labelled images; a batch may contain one several times.
        generated: labelled generated images, or None for real images only.
        share: share of generated images in a batch, 0 to 1.
        classic: classic augmentation of both kinds, or None for none.
        batch_size: images in a batch.
        seed: seed of the order and of the changes.
        device: device of the batches.
    """

    def __init__(
        self,
        real: Split,
        generated: Split | None,
        share: float,
        classic: ClassicSettings | None,
        batch_size: int,
        seed: int,
        device: torch.device,
    ) -> None:
        self.classic, self.seed, self.device = classic, seed, device
        count = 0 if generated is None else round(share * batch_size)
        self._shares = [(real, batch_size - count)] + ([] if generated is None else [(generated, count)])

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        """uint8 images (batch_size, *shape) and their labels (batch_size,), the columns ``signal`` and ``labels``."""
        chosen = [(split, shuffled(len(split), step * size, size, self.seed)) for split, size in self._shares]
        images = torch.from_numpy(np.concatenate([split.signal[index] for split, index in chosen]))
        labels = torch.from_numpy(np.concatenate([split.required_labels()[index] for split, index in chosen]))
        if self.classic is not None:
            seed = int(np.random.SeedSequence([self.seed, step]).generate_state(1)[0])
            images = change(images, self.classic, torch.Generator().manual_seed(seed))
        return {SIGNAL: images.to(self.device), LABELS: labels.to(self.device)}


def shuffled(count: int, start: int, size: int, seed: int) -> np.ndarray:
    """Places ``start`` to ``start + size`` of an endless sequence of permutations of ``count`` items."""
    first, last = start // count, (start + size - 1) // count
    orders = [np.random.default_rng([seed, epoch]).permutation(count) for epoch in range(first, last + 1)]
    sequence: np.ndarray = np.concatenate([*orders, np.empty(0, dtype=np.int64)])[start - first * count :][:size]
    return sequence

"""A part of the data that nothing is learnt from: by position within each class, so that it never changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ganforge.datasets.source import Split

LARGEST_SHARE = 5  # at most one training image in five is held out


def every_kth_of_each_class(labels: np.ndarray, k: int) -> np.ndarray:
    """Where the k-th, 2k-th, 3k-th ... item of each class stands; (N,) of bool."""
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[k - 1 :: k]] = True
    return chosen


def hold_out_validation(splits: Mapping[str, Split]) -> dict[str, Split]:
    """Splits to choose settings by: the test images are left out, and training images stand in their place.

    These are every k-th of each class, k such that they are about as many as the test images, but at most a fifth of
    the training images; they are no longer among the latter. The digits of Stacked MNIST are on both sides, but in
    other stacks.

    Args:
        splits: ``train`` and ``test``, with labels.
    """
    train = splits["train"]
    labels = train.required_labels()
    k = max(LARGEST_SHARE, round(len(labels) / len(splits["test"].images)))
    held_out = every_kth_of_each_class(labels, k)
    return {
        "train": Split(train.images[~held_out], labels[~held_out]),
        "test": Split(train.images[held_out], labels[held_out]),
    }

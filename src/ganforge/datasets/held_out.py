"""Selects held-out data by position within each class, so that the selection never changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ganforge.prepared.columns import Split

LARGEST_SHARE = 5  # at most one training item in five is held out


def every_kth_of_each_class(labels: np.ndarray, k: int) -> np.ndarray:
    """Marks the k-th, 2k-th, 3k-th ... item of each class; (N,) of bool."""
    chosen = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[k - 1 :: k]] = True
    return chosen


def hold_out_validation(splits: Mapping[str, Split], unpaired: Collection[str] = ()) -> dict[str, Split]:
    """Splits for tuning settings: held-out training items replace the test items.

    Every k-th training item of each class is held out (of all items if there are no classes). k makes them about as
    many as the test items, but at most a fifth of the training items. They are removed from the training items. For
    Stacked MNIST, the same digits are on both sides, but in different stacks.

    Args:
        splits: ``train`` and ``test``.
        unpaired: columns whose rows do not belong to signals; these are held out separately.
    """
    train, test = splits["train"], splits["test"]
    classes = np.zeros(len(train), dtype=np.int64) if train.labels is None else train.labels
    of_signals = _held_out(classes, len(test))
    held_out = {
        name: _held_out(np.zeros(len(column), dtype=np.int64), len(test.columns[name]))
        if name in unpaired
        else of_signals
        for name, column in train.columns.items()
    }
    return {
        "train": Split({name: column[~held_out[name]] for name, column in train.columns.items()}),
        "test": Split({name: column[held_out[name]] for name, column in train.columns.items()}),
    }


def _held_out(classes: np.ndarray, test_count: int) -> np.ndarray:
    """Marks the held-out training items of classes (N,), about as many as test items; (N,) of bool."""
    return every_kth_of_each_class(classes, max(LARGEST_SHARE, round(len(classes) / test_count)))

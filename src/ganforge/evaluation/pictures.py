"""Which samples and which real signals people should look at side by side."""

from __future__ import annotations

import numpy as np
import torch

from ganforge.evaluation.inputs import Real, Samples
from ganforge.evaluation.memorisation import nearest_training
from ganforge.signals import Signal

NEIGHBOUR_ROWS = 3  # samples, their neighbours by features, and those by stored values
SHOWN = 8  # samples taken as they come, and as many of the most suspicious ones
VALUES_AT_ONCE = 20_000_000  # of signals that are floats at the same time, 80 MB


def neighbour_columns(samples: Samples, features: np.ndarray, real: Real) -> np.ndarray:
    """Samples of the first seed above the training signals that are nearest to them.

    The first `SHOWN` columns are the first samples, the others those that are nearest to any training signal.

    Args:
        samples: what was drawn.
        features: of the samples, (N, features).
        real: the training data.

    Returns:
        stored signals (NEIGHBOUR_ROWS * columns, *shape), row by row: samples; the nearest training signals by
        features; by values.
    """
    nearest, distance = nearest_training(features[: samples.count], real.train_features)
    suspicious = SHOWN + np.argsort(distance[SHOWN:], kind="stable")[:SHOWN]
    columns = np.concatenate([np.arange(min(SHOWN, samples.count)), suspicious])
    shown, train = np.array(samples.signal[columns]), real.train.signal
    return np.concatenate([shown, train[nearest[columns]], train[nearest_by_value(shown, train, real.signal)]])


def nearest_by_value(signals: np.ndarray, others: np.ndarray, signal: Signal) -> np.ndarray:
    """The row of ``others`` with the smallest squared difference to each signal; (N,).

    Args:
        signals: stored (N, *shape), a few.
        others: stored (M, *shape), mapped from their file if they are many.
        signal: of both; values are those that networks see.
    """

    def values_of(stored: np.ndarray) -> np.ndarray:
        """(N, *shape) to (N, values) float32."""
        return signal.presented(np.array(stored), torch.device("cpu")).reshape(len(stored), -1).numpy()

    wanted = values_of(signals)
    best, rows = np.full(len(signals), np.inf), np.zeros(len(signals), dtype=np.int64)
    size = max(1, VALUES_AT_ONCE // wanted.shape[1])
    for start in range(0, len(others), size):
        block = values_of(others[start : start + size])
        squares = (block**2).sum(1) - 2 * wanted @ block.T  # less the length of the signal, which is the same for all
        nearest = squares.argmin(1)
        values = squares[np.arange(len(signals)), nearest]
        rows = np.where(values < best, start + nearest, rows)
        best = np.minimum(values, best)
    return rows


def class_columns(samples: Samples, labels: np.ndarray, real: Real, label: int, columns: int) -> np.ndarray:
    """Samples of one class above real training signals of it; (2 * columns, *shape), fewer where there are fewer.

    Args:
        samples: what was drawn.
        labels: (seeds * count,) of the samples.
        real: the training data.
        label: the class.
        columns: how many of each.
    """
    drawn, known = np.flatnonzero(labels == label), np.flatnonzero(real.train_groups == label)
    count = min(columns, len(drawn), len(known))
    return np.concatenate([samples.signal[drawn[:count]], real.train.signal[known[:count]]])

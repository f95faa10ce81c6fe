"""Which samples and which real signals people should look at side by side."""

from __future__ import annotations

import numpy as np

from ganforge.evaluation.inputs import Real, Samples
from ganforge.evaluation.memorisation import nearest_training

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
    return np.concatenate([shown, train[nearest[columns]], train[nearest_by_value(shown, train)]])


def nearest_by_value(signals: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The row of ``others`` with the smallest squared difference to each signal; (N,).

    Args:
        signals: stored (N, *shape), a few.
        others: stored (M, *shape), mapped from their file if they are many.
    """
    wanted = signals.reshape(len(signals), -1).astype(np.float32)
    best, rows = np.full(len(signals), np.inf), np.zeros(len(signals), dtype=np.int64)
    size = max(1, VALUES_AT_ONCE // wanted.shape[1])
    for start in range(0, len(others), size):
        block = others[start : start + size].reshape(-1, wanted.shape[1]).astype(np.float32)
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

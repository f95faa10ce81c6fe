"""Chooses samples and real signals to look at side by side."""

from __future__ import annotations

import numpy as np
import torch

from ganforge.evaluation.inputs import Real, Samples
from ganforge.evaluation.memorisation import nearest_training
from ganforge.prepared.columns import RETURNED, ROWS, SOURCE
from ganforge.signals import Signal
from ganforge.signals.image import with_channels

NEIGHBOUR_ROWS = 3  # samples, their neighbours by features, and those by stored values
SHOWN = 8  # first samples, and as many of the most suspicious ones
PAIRS_SHOWN = 12  # sources
DRAWS_SHOWN = 3  # of each
VALUES_AT_ONCE = 20_000_000  # of signals that are floats at the same time, 80 MB


def neighbour_columns(samples: Samples, features: np.ndarray, real: Real) -> np.ndarray:
    """Samples of the first seed above the training signals that are nearest to them.

    The first `SHOWN` columns are the first samples; the others are those nearest to any training signal.

    Args:
        samples: the samples.
        features: features of the samples, (N, features).
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
        squares = (block**2).sum(1) - 2 * wanted @ block.T  # less the signal's own square, the same for all
        nearest = squares.argmin(1)
        values = squares[np.arange(len(signals)), nearest]
        rows = np.where(values < best, start + nearest, rows)
        best = np.minimum(values, best)
    return rows


def pair_rows(samples: Samples, real: Real) -> dict[str, np.ndarray]:
    """The sources of the first seed to show: (N,) places among its samples.

    ``first``: the first ones. If partners are known, also ``best`` and ``worst``: those whose samples are nearest to
    their partners, and farthest.
    """
    if not real.tested_by_pairs:
        return {"first": np.arange(min(PAIRS_SHOWN, samples.count))}
    drawn = np.array(samples.signal[: samples.count]).astype(np.float32)
    partners = real.test.signal[np.array(samples.columns[ROWS][: samples.count])]
    order = np.abs(drawn - partners).reshape(samples.count, -1).mean(1).argsort(kind="stable")
    shown = min(PAIRS_SHOWN, samples.count)
    return {"first": np.arange(shown), "best": order[:shown], "worst": order[::-1][:shown]}


def pair_sheet(samples: Samples, real: Real, rows: np.ndarray) -> tuple[np.ndarray, int]:
    """A row for each source: the source, draws, its partner if it is known, the first draw translated back.

    Args:
        samples: the samples, of several seeds if all were asked for the same sources.
        real: the test data.
        rows: (N,) places among the samples of the first seed.

    Returns:
        stored signals (N * columns, *shape), row by row, and the columns.
    """
    asked = np.array(samples.columns[ROWS]).reshape(samples.seeds, -1)
    draws = [seed for seed in range(samples.seeds) if (asked[seed] == asked[0]).all()][:DRAWS_SHOWN]
    of_test, channels = asked[0][rows], samples.signal.shape[1]
    columns = [
        with_channels(np.array(real.test.columns[SOURCE][of_test]), channels),
        *(np.array(samples.signal[seed * samples.count + rows]) for seed in draws),
    ]
    if real.tested_by_pairs:
        columns.append(np.array(real.test.signal[of_test]))
    if RETURNED in samples.columns:
        columns.append(with_channels(np.array(samples.columns[RETURNED][rows]), channels))
    return np.stack(columns, 1).reshape(-1, *samples.signal.shape[1:]), len(columns)


def class_columns(samples: Samples, labels: np.ndarray, real: Real, label: int, columns: int) -> np.ndarray:
    """Samples of one class above real training signals of it; (2 * columns, *shape), or fewer if there are fewer.

    Args:
        samples: the samples.
        labels: labels of the samples, (seeds * count,).
        real: the training data.
        label: the class.
        columns: how many of each.
    """
    drawn, known = np.flatnonzero(labels == label), np.flatnonzero(real.train_groups == label)
    count = min(columns, len(drawn), len(known))
    return np.concatenate([samples.signal[drawn[:count]], real.train.signal[known[:count]]])

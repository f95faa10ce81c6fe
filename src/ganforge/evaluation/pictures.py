"""Which samples and which real images people should look at side by side."""

from __future__ import annotations

import numpy as np

from ganforge.evaluation.memorisation import nearest_training
from ganforge.evaluation.scores import Real, Samples

NEIGHBOUR_ROWS = 3  # samples, their neighbours by features, and those by pixels
SHOWN = 8  # samples taken as they come, and as many of the most suspicious ones
VALUES_AT_ONCE = 20_000_000  # of images that are floats at the same time, 80 MB


def neighbour_columns(samples: Samples, sampled: np.ndarray, real: Real) -> np.ndarray:
    """Samples of the first seed above the training images that are nearest to them.

    The first `SHOWN` columns are the first samples, the others those that are nearest to any training image.

    Args:
        samples: what was drawn.
        sampled: their features.
        real: the training images.

    Returns:
        uint8 (NEIGHBOUR_ROWS * columns, *shape), row by row: samples; nearest training images by features; by pixels.
    """
    nearest, distance = nearest_training(sampled[: samples.count], real.train_features)
    suspicious = SHOWN + np.argsort(distance[SHOWN:], kind="stable")[:SHOWN]
    columns = np.concatenate([np.arange(min(SHOWN, samples.count)), suspicious])
    shown = np.array(samples.signals[columns])
    by_features = real.train.images[nearest[columns]]
    return np.concatenate([shown, by_features, real.train.images[nearest_in_pixels(shown, real.train.images)]])


def nearest_in_pixels(signals: np.ndarray, images: np.ndarray) -> np.ndarray:
    """The number of the image with the smallest squared difference to each signal; (N,).

    Args:
        signals: uint8 (N, *shape), a few.
        images: uint8 (M, *shape), mapped from their file if they are many.
    """
    wanted = signals.reshape(len(signals), -1).astype(np.float32)
    best, found = np.full(len(signals), np.inf), np.zeros(len(signals), dtype=np.int64)
    size = max(1, VALUES_AT_ONCE // wanted.shape[1])
    for start in range(0, len(images), size):
        rows = images[start : start + size].reshape(-1, wanted.shape[1]).astype(np.float32)
        squares = (rows**2).sum(1) - 2 * wanted @ rows.T  # less the length of the signal, which is the same for all
        nearest = squares.argmin(1)
        values = squares[np.arange(len(signals)), nearest]
        found = np.where(values < best, start + nearest, found)
        best = np.minimum(values, best)
    return found


def class_columns(samples: Samples, labels: np.ndarray, real: Real, label: int, columns: int) -> np.ndarray:
    """Samples of one class above real training images of it; uint8 (2 * columns, *shape), fewer where there are fewer.

    Args:
        samples: what was drawn.
        labels: (seeds * count,) of the samples.
        real: the training images.
        label: the class.
        columns: how many of each.
    """
    drawn, known = np.flatnonzero(labels == label), np.flatnonzero(real.train_groups == label)
    count = min(columns, len(drawn), len(known))
    return np.concatenate([samples.signals[drawn[:count]], real.train.images[known[:count]]])

"""The Fréchet distance of each class separately: the mean over all classes hides the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ganforge.features.frechet import Gaussian, frechet_distance

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

FEWEST = 20  # items of a class; the distance of fewer means nothing


@dataclass(frozen=True)
class ClassDistances:
    """Distances of the samples of each class, and of as many real test items, from its real training data.

    Attributes:
        classes: numbers of the classes with at least `FEWEST` samples, training and test items.
        fd: (len(classes),) of samples, mean over the seeds.
        floor: (len(classes),) of real test data.
    """

    classes: np.ndarray
    fd: np.ndarray
    floor: np.ndarray

    @property
    def worst(self) -> int | None:
        """The position in ``classes`` of the class that exceeds its floor the most; None if there are no classes."""
        return int(np.argmax(self.fd - self.floor)) if len(self.classes) else None


def class_distances(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    seeds: Sequence[tuple[np.ndarray, np.ndarray]],
    classes: int,
) -> ClassDistances:
    """Distances of each class, between equal numbers of samples and of real test items.

    The result is empty if fewer than two classes have enough real data: one alone cannot be the worst.

    Args:
        train, test: features (N, features) and labels (N,) of real data.
        seeds: features and labels of the samples of each seed.
        classes: number of labels.
    """
    nothing = ClassDistances(np.array([], dtype=np.int64), np.array([]), np.array([]))
    if not classes:
        return nothing
    compared, distances, floors = [], [], []
    fewest = np.minimum(*(np.bincount(each, minlength=classes) for _, each in (train, test)))
    if (fewest >= FEWEST).sum() < 2:
        return nothing
    for label in range(classes):
        real, held_out = (features[labels == label] for features, labels in (train, test))
        drawn = [features[labels == label] for features, labels in seeds]
        count = min(len(held_out), *map(len, drawn))
        if min(count, len(real)) < FEWEST:
            continue
        reference = Gaussian.fit(real)
        compared.append(label)
        distances.append(np.mean([frechet_distance(reference, Gaussian.fit(one[:count])) for one in drawn]))
        floors.append(frechet_distance(reference, Gaussian.fit(held_out[:count])))
    return ClassDistances(np.array(compared, dtype=np.int64), np.array(distances), np.array(floors))


def distances_by_class(samples: Samples, real: Real, context: Context) -> ClassDistances:
    """The distances of each class, see `class_distances`.

    A sample counts for the class that was asked for, or for the one that it looks like if none was; so do test items.
    Data of several views have no such distances: they have too many classes for the items of each.

    Args:
        samples: what is compared.
        real: what it is compared with.
        context: the features of the samples.
    """
    if samples.labels is None:
        labels, test_labels = context.features.labels, real.test_features.labels
    else:
        labels, test_labels = samples.labels, real.test.required_labels()
    return class_distances(
        (real.train_features, real.train_groups),
        (real.test_features.values, test_labels),
        [(context.features.values[rows], labels[rows]) for rows in samples.seed_rows(context.count)],
        real.classes if real.signal.views == 1 else 0,
    )

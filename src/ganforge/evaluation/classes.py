"""The Frechet distance of each class apart: the mean over all classes hides the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganforge.features.frechet import Gaussian, frechet_distance

FEWEST = 20  # images of a class whose distance says anything


@dataclass(frozen=True)
class ClassDistances:
    """Distances of the samples of each class, and of as many real test images, from its real training images.

    Attributes:
        classes: numbers of the classes with at least `FEWEST` images on every side.
        fd: (len(classes),) of samples, mean over the seeds.
        floor: (len(classes),) of real test images.
    """

    classes: np.ndarray
    fd: np.ndarray
    floor: np.ndarray

    @property
    def worst(self) -> int:
        """The position in ``classes`` of the one that is the farthest beyond its floor."""
        return int(np.argmax(self.fd - self.floor))


def class_distances(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    seeds: Sequence[tuple[np.ndarray, np.ndarray]],
    classes: int,
) -> ClassDistances:
    """Distances of each class, between equal numbers of samples and of real test images.

    Args:
        train, test: features (N, features) and labels (N,) of real images.
        seeds: the same of the samples of each seed.
        classes: number of labels.
    """
    kept, distances, floors = [], [], []
    for label in range(classes):
        real, held_out = (features[labels == label] for features, labels in (train, test))
        drawn = [features[labels == label] for features, labels in seeds]
        count = min(len(held_out), *map(len, drawn))
        if min(count, len(real)) < FEWEST:
            continue
        reference = Gaussian.fit(real)
        kept.append(label)
        distances.append(np.mean([frechet_distance(reference, Gaussian.fit(one[:count])) for one in drawn]))
        floors.append(frechet_distance(reference, Gaussian.fit(held_out[:count])))
    return ClassDistances(np.array(kept, dtype=np.int64), np.array(distances), np.array(floors))

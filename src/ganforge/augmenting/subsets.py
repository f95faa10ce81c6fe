"""Few images of each class, drawn from many."""

from __future__ import annotations

import numpy as np

from ganforge.prepared.columns import Split


def draw_subsets(split: Split, per_class: int, validation_per_class: int, seed: int) -> tuple[Split, Split]:
    """Images to learn from, and others for validation; each class has equal numbers.

    The same seed chooses the same validation images for any ``per_class``; larger subsets contain the smaller ones.

    Args:
        split: labelled images, at least ``per_class + validation_per_class`` of each class.
        per_class: images of each class to learn from.
        validation_per_class: images of each class for validation.
        seed: seed of the choice.
    """
    labels = split.required_labels()
    learnt, validated = [], []
    for label in np.unique(labels):
        order = np.random.default_rng([seed, int(label)]).permutation(np.flatnonzero(labels == label))
        validated.append(order[:validation_per_class])
        learnt.append(order[validation_per_class : validation_per_class + per_class])
    return split.rows(np.sort(np.concatenate(learnt))), split.rows(np.sort(np.concatenate(validated)))


def possible(class_counts: tuple[int, ...], per_class: list[int], validation_per_class: int) -> list[int]:
    """The numbers of images of each class for which the smallest class is large enough."""
    return [count for count in per_class if count + validation_per_class <= min(class_counts)]

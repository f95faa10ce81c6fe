"""metrics.json: every score of a set of samples, beside the same score of real test data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganforge.errors import UserError
from ganforge.evaluation.extractor import Features
from ganforge.evaluation.metrics import (
    class_divergence,
    classes_found,
    frechet_distance,
    manifold_scores,
    unique_fraction,
)

Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Samples:
    """What the stage ``sample`` drew: ``count`` samples of each seed, one seed after the other.

    Attributes:
        signals: uint8 (seeds * count, *shape).
        labels: (seeds * count,) int64, what was asked for; None if the generator is unconditional.
        seeds: number of seeds.
    """

    signals: np.ndarray
    labels: np.ndarray | None
    seeds: int

    @property
    def count(self) -> int:
        """Samples of each seed."""
        return len(self.signals) // self.seeds


def score(
    samples: Samples,
    sampled: Features,
    train: np.ndarray,
    test: np.ndarray,
    class_counts: np.ndarray,
    extractor_accuracy: float,
    neighbours: int,
) -> Scores:
    """All scores, as nested finite numbers.

    fd compares ``count`` samples of each seed, and as many real test images, with all real training images.
    Precision, recall, density and coverage compare the samples of all seeds together, at most as many as there are
    real training images, and as many of the latter, with the real test images.

    Args:
        samples: what is scored.
        sampled: its features.
        train, test: (N, features) of the real training and test split.
        class_counts: (classes,) real training images of each class.
        extractor_accuracy: share of real test images that the extractor classifies rightly.
        neighbours: k of precision, recall, density and coverage.

    Raises:
        UserError: there are too few samples for these scores.
    """
    count = min(samples.count, len(test))
    if count <= neighbours:
        raise UserError(
            f"params.yaml: evaluation.neighbours is {neighbours}, but only {count} samples stand against "
            f"{len(test)} real test images; allowed is less than both."
        )
    random = np.random.default_rng(0)  # which real images stand for all; no result depends on it beyond its noise
    distances = [
        frechet_distance(train, sampled.values[seed * samples.count : seed * samples.count + count])
        for seed in range(samples.seeds)
    ]
    floor = frechet_distance(train, random.permutation(test)[:count])
    pooled = min(len(sampled.values), len(train))
    fake = manifold_scores(test, random.permutation(sampled.values)[:pooled], neighbours)
    real = manifold_scores(test, random.permutation(train)[:pooled], neighbours)
    counts = np.bincount(sampled.labels, minlength=len(class_counts))
    result: Scores = {
        "n": {"real": len(test), "fake": count, "seeds": samples.seeds, "pooled": pooled},
        "quality": {
            "fd": float(np.mean(distances)),
            "fd_std": float(np.std(distances)),
            "fd_floor": floor,
            "fd_ratio": float(np.mean(distances)) / floor,
            **vars(fake),
            **{f"{name}_real": value for name, value in vars(real).items()},
        },
        "diversity": {
            "class_kl": class_divergence(counts, class_counts),
            "classes_found": classes_found(counts, class_counts),
            "unique_fraction": unique_fraction(samples.signals),
        },
        "classifier": {"extractor_accuracy": extractor_accuracy},
    }
    if samples.labels is not None:
        result["classifier"]["conditional_accuracy"] = float(np.mean(sampled.labels == samples.labels))
    return result

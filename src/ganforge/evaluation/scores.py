"""metrics.json: every score of a set of samples, beside the same score of real test data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ganforge.errors import UserError
from ganforge.evaluation.extractor import Features
from ganforge.evaluation.frechet import Gaussian, frechet_distance
from ganforge.evaluation.metrics import class_divergence, classes_found, manifold_scores, unique_fraction

MOST_POOLED_ENTRIES = 30_000 * 128  # of the features whose mutual distances are taken: a minute at most on one core

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
    test: Features,
    class_counts: np.ndarray,
    extractor_accuracy: float,
    neighbours: int,
    parts: int = 1,
) -> Scores:
    """All scores, as nested finite numbers.

    fd compares ``count`` samples of each seed, and as many real test images, with all real training images.
    Precision, recall, density and coverage compare the samples of all seeds together, at most as many as there are
    real training images, and as many of the latter, with the real test images; of each at most 30,000, and fewer where
    an image has more than 128 features. With several parts, the classes that the first seed found are counted too.

    Args:
        samples: what is scored.
        sampled: its features.
        train: (N, features) of the real training images.
        test: features of the real held-out images.
        class_counts: (classes,) real training images of each class.
        extractor_accuracy: share of real test images that the extractor classifies rightly.
        neighbours: k of precision, recall, density and coverage.
        parts: images in one item.

    Raises:
        UserError: there are too few samples for these scores.
    """
    real_test = test.values
    count = min(samples.count, len(real_test))
    if count <= neighbours:
        raise UserError(
            f"params.yaml: evaluation.neighbours is {neighbours}, but only {count} samples stand against "
            f"{len(real_test)} real test images; allowed is less than both."
        )
    random = np.random.default_rng(0)  # which real images stand for all; no result depends on it beyond its noise
    reference = Gaussian.fit(train)
    distances = [
        frechet_distance(reference, Gaussian.fit(sampled.values[start : start + count]))
        for start in range(0, len(sampled.values), samples.count)
    ]
    floor = frechet_distance(reference, Gaussian.fit(random.permutation(real_test)[:count]))
    most = MOST_POOLED_ENTRIES // real_test.shape[1]
    pooled = min(len(sampled.values), len(train), most)
    some_fake, some_train = (random.permutation(values)[:pooled] for values in (sampled.values, train))
    some_test = real_test if len(real_test) <= most else random.permutation(real_test)[:most]
    fake = manifold_scores(some_test, some_fake, neighbours)
    near = manifold_scores(some_test, some_train, neighbours)
    counts = np.bincount(sampled.labels, minlength=len(class_counts))
    result: Scores = {
        "n": {"real": len(real_test), "fake": count, "seeds": samples.seeds, "pooled": pooled},
        "quality": {
            "fd": float(np.mean(distances)),
            "fd_std": float(np.std(distances)),
            "fd_floor": floor,
            "fd_ratio": float(np.mean(distances)) / floor,
            **vars(fake),
            **{f"{name}_real": value for name, value in vars(near).items()},
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
    if parts > 1:
        real = mode_scores(random.permutation(test.labels)[:count], class_counts)
        result["task"] = mode_scores(sampled.labels[:count], class_counts)
        result["task"] |= {f"{name}_real": value for name, value in real.items()}
    return result


def mode_scores(labels: np.ndarray, class_counts: np.ndarray) -> dict[str, float]:
    """Modes found and how evenly, as published for Stacked MNIST on 26,000 samples.

    Metz et al. 2016, https://arxiv.org/abs/1611.02163; Lin et al. 2017, https://arxiv.org/abs/1712.04086.

    Args:
        labels: (N,) as a classifier sees the samples of one seed.
        class_counts: (classes,) real training images of each class.

    Returns:
        modes: classes that at least one sample falls into.
        kl: divergence of the samples' class frequencies from the real ones, in nats.
    """
    counts = np.bincount(labels, minlength=len(class_counts))
    return {"modes": int(np.sum(counts > 0)), "kl": class_divergence(counts, class_counts)}

"""metrics.json: every score of a set of samples, beside the same score of real test data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganforge.datasets.source import Split
from ganforge.errors import UserError
from ganforge.evaluation.classes import ClassDistances, class_distances
from ganforge.evaluation.frequencies import (
    class_divergence,
    classes_found,
    copied_fraction,
    jensen_shannon_divergence,
    unique_fraction,
)
from ganforge.evaluation.kernel import KernelReference
from ganforge.evaluation.manifold import manifold_scores
from ganforge.evaluation.memorisation import authentic
from ganforge.features.extractor import Features
from ganforge.features.frechet import Gaussian, frechet_distance

MOST_POOLED_ENTRIES = 30_000 * 128  # of the features whose mutual distances are taken
MOST_KERNEL_ENTRIES = 10_000 * 128  # of the features in the kernel distance and in the search for copies

Group = dict[str, float]
Scores = dict[str, Group]


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

    def seed_rows(self, most: int) -> list[slice]:
        """Where the samples of each seed stand, at most so many of each."""
        return [slice(start, start + min(most, self.count)) for start in range(0, len(self.signals), self.count)]


@dataclass(frozen=True)
class Real:
    """The real images that samples are compared with.

    Attributes:
        train, test: signals and labels of both splits.
        train_features: (N, features) of the former.
        test_features: of the latter, with the labels that the extractor sees in them.
        train_groups: (N,) labels of the training images; where samples have none, what the extractor sees in them.
        classes: number of labels, 0 without any.
        parts: images in one item.
    """

    train: Split
    test: Split
    train_features: np.ndarray
    test_features: Features
    train_groups: np.ndarray
    classes: int
    parts: int = 1

    @property
    def group_counts(self) -> np.ndarray:
        """(groups,) training images of each class or cluster."""
        return np.bincount(self.train_groups, minlength=self.classes)


def score(
    samples: Samples, sampled: Features, real: Real, extractor_accuracy: float | None, neighbours: int
) -> tuple[Scores, ClassDistances]:
    """All scores that make sense, as nested finite numbers, and the distances of single classes.

    fd and kid compare ``count`` samples of each seed, and as many real test images, with real training images: fd with
    all of them, kid with at most 10,000.
    Precision, recall, density and coverage compare the samples of all seeds together, at most as many as there are
    real training images, and as many of the latter, with the real test images; of each at most 30,000, and fewer where
    an image has more than 128 features. With several parts, the classes that the first seed found are counted too.

    Args:
        samples: what is scored.
        sampled: its features.
        real: what with.
        extractor_accuracy: share of real test images that the extractor classifies rightly; None without labels.
        neighbours: k of precision, recall, density and coverage.

    Raises:
        UserError: there are too few samples for these scores.
    """
    held_out = len(real.test_features.values)
    count = min(samples.count, held_out)
    if count <= neighbours:
        raise UserError(
            f"params.yaml: evaluation.neighbours is {neighbours}, but only {count} samples stand against "
            f"{held_out} real test images; allowed is less than both."
        )
    random = np.random.default_rng(0)  # which real images stand for all; no result depends on it beyond its noise
    chosen = random.permutation(held_out)[:count]
    quality = _distances(samples, sampled, real, chosen, random)
    pooled, manifold = _manifold(sampled.values, real, neighbours, random)
    by_class = _by_class(samples, sampled, real, count)
    if len(by_class.classes):
        worst = by_class.worst
        quality |= {"fd_worst_class": float(by_class.fd[worst]), "fd_worst_class_floor": float(by_class.floor[worst])}
    result: Scores = {
        "n": {"real": held_out, "fake": count, "seeds": samples.seeds, "pooled": pooled},
        "quality": quality | manifold,
        "diversity": _diversity(samples, sampled, real, chosen),
        "memorisation": _memorisation(samples, sampled, real, chosen),
    }
    if extractor_accuracy is not None:
        result["classifier"] = {"extractor_accuracy": extractor_accuracy}
    if samples.labels is not None:
        result["classifier"]["conditional_accuracy"] = float(np.mean(sampled.labels == samples.labels))
    if real.parts > 1:
        found = mode_scores(real.test_features.labels[chosen], real.group_counts)
        result["task"] = mode_scores(sampled.labels[:count], real.group_counts)
        result["task"] |= {f"{name}_real": value for name, value in found.items()}
    return result, by_class


def _distances(
    samples: Samples, sampled: Features, real: Real, chosen: np.ndarray, random: np.random.Generator
) -> Group:
    """Fd and kid of the samples of each seed, and of the ``chosen`` real test images."""
    reference = Gaussian.fit(real.train_features)
    most = MOST_KERNEL_ENTRIES // real.train_features.shape[1]
    kernel = KernelReference(random.permutation(real.train_features)[:most])
    seeds = [sampled.values[rows] for rows in samples.seed_rows(len(chosen))]
    fd = [frechet_distance(reference, Gaussian.fit(values)) for values in seeds]
    kid = [kernel.distance(values) for values in seeds]
    floor = frechet_distance(reference, Gaussian.fit(real.test_features.values[chosen]))
    return {
        **_over_seeds("fd", fd),
        "fd_floor": floor,
        **_over_seeds("fd_ratio", [distance / floor for distance in fd]),
        **_over_seeds("kid", kid),
        "kid_floor": kernel.distance(real.test_features.values[chosen]),
    }


def _over_seeds(name: str, values: Sequence[float]) -> Group:
    """The mean, and the standard deviation where there are several."""
    spread = {f"{name}_std": float(np.std(values, ddof=1))} if len(values) > 1 else {}
    return {name: float(np.mean(values)), **spread}


def _manifold(
    sampled: np.ndarray, real: Real, neighbours: int, random: np.random.Generator
) -> tuple[int, dict[str, float]]:
    """Precision, recall, density and coverage of samples and of as many real training images, and how many."""
    test = real.test_features.values
    most = MOST_POOLED_ENTRIES // test.shape[1]
    pooled = min(len(sampled), len(real.train_features), most)
    some_fake, some_train = (random.permutation(values)[:pooled] for values in (sampled, real.train_features))
    some_test = test if len(test) <= most else random.permutation(test)[:most]
    fake = manifold_scores(some_test, some_fake, neighbours)
    near = manifold_scores(some_test, some_train, neighbours)
    return pooled, {**vars(fake), **{f"{name}_real": value for name, value in vars(near).items()}}


def _diversity(samples: Samples, sampled: Features, real: Real, chosen: np.ndarray) -> Group:
    """How often classes, or clusters, and single samples come; the same of the ``chosen`` real test images."""
    groups = len(real.group_counts)
    held_out = np.bincount(real.test_features.labels[chosen], minlength=groups)
    unique = {
        "unique_fraction": unique_fraction(samples.signals),
        "unique_fraction_real": unique_fraction(real.test.images),
    }
    if real.classes:
        counts = np.bincount(sampled.labels, minlength=groups)
        return {
            "class_kl": class_divergence(counts, real.group_counts),
            "classes": real.classes,
            "classes_found": classes_found(counts, real.group_counts),
            "classes_found_real": classes_found(held_out, real.group_counts),
        } | unique
    divergences = [
        jensen_shannon_divergence(np.bincount(sampled.labels[rows], minlength=groups), real.group_counts)
        for rows in samples.seed_rows(len(chosen))
    ]
    real_divergence = {"cluster_js_real": jensen_shannon_divergence(held_out, real.group_counts)}
    return _over_seeds("cluster_js", divergences) | real_divergence | unique


def _memorisation(samples: Samples, sampled: Features, real: Real, chosen: np.ndarray) -> Group:
    """How many samples of the first seed are no copies, and how many of the ``chosen`` real test images."""
    count = min(len(chosen), MOST_KERNEL_ENTRIES // real.train_features.shape[1])
    test = real.test_features.values[chosen[:count]]
    return {
        "compared": count,
        "auth_pct": 100 * float(authentic(sampled.values[:count], real.train_features).mean()),
        "auth_pct_real": 100 * float(authentic(test, real.train_features).mean()),
        "copied_fraction": copied_fraction(samples.signals, real.train.images),
        "copied_fraction_real": copied_fraction(real.test.images, real.train.images),
    }


def _by_class(samples: Samples, sampled: Features, real: Real, count: int) -> ClassDistances:
    """Samples count for the class that they were asked to be or, where nobody asked, look like; so do real images.

    With several parts there are none: the classes are too many for the images of each.
    """
    if samples.labels is None:
        labels, test_labels = sampled.labels, real.test_features.labels
    else:
        labels, test_labels = samples.labels, real.test.required_labels()
    return class_distances(
        (real.train_features, real.train_groups),
        (real.test_features.values, test_labels),
        [(sampled.values[rows], labels[rows]) for rows in samples.seed_rows(count)],
        real.classes if real.parts == 1 else 0,
    )


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

"""How often each class, cluster or signal occurs."""

from __future__ import annotations

import hashlib

import numpy as np


def class_divergence(counts: np.ndarray, reference: np.ndarray) -> float:
    """Kullback-Leibler divergence of class frequencies from those of the reference, in nats; 0 is equal.

    Args:
        counts: (classes,) samples of each class.
        reference: (classes,) reference items of each class, all above 0.
    """
    share, expected = counts / counts.sum(), reference / reference.sum()
    present = share > 0
    return float(np.sum(share[present] * np.log(share[present] / expected[present])))


def jensen_shannon_divergence(counts: np.ndarray, reference: np.ndarray) -> float:
    """Jensen-Shannon divergence of two histograms, in nats: 0 if they are equal, log 2 if they share no bin.

    Args:
        counts, reference: (bins,) of which any may be 0.
    """
    one, other = counts / counts.sum(), reference / reference.sum()
    middle = (one + other) / 2
    return (class_divergence(one, middle) + class_divergence(other, middle)) / 2


def classes_found(counts: np.ndarray, reference: np.ndarray, least: float = 0.1) -> int:
    """Number of classes whose share is at least ``least`` times that in the reference."""
    return int(np.sum(counts / counts.sum() >= least * reference / reference.sum()))


def mode_scores(labels: np.ndarray, class_counts: np.ndarray) -> dict[str, float]:
    """The number of modes and how evenly they occur, as published for Stacked MNIST on 26,000 samples.

    Metz et al. 2016, https://arxiv.org/abs/1611.02163; Lin et al. 2017, https://arxiv.org/abs/1712.04086.

    Args:
        labels: (N,) labels that a classifier assigns to the samples of one seed.
        class_counts: (classes,) real training items of each class.

    Returns:
        modes: number of classes with at least one sample.
        kl: divergence of the samples' class frequencies from the real ones, in nats.
    """
    counts = np.bincount(labels, minlength=len(class_counts))
    return {"modes": int(np.sum(counts > 0)), "kl": class_divergence(counts, class_counts)}


def unique_fraction(signals: np.ndarray) -> float:
    """Share of samples that remain if repeated ones are counted once; 1: no two are the same."""
    return len(set(_digests(signals))) / len(signals)


def copied_fraction(signals: np.ndarray, originals: np.ndarray) -> float:
    """Share of ``signals`` that equal one of ``originals``, value by value."""
    known = set(_digests(originals))
    return sum(digest in known for digest in _digests(signals)) / len(signals)


def _digests(signals: np.ndarray) -> list[bytes]:
    """A digest of every signal of (N, *shape), the same for the same values."""
    return [hashlib.blake2b(signal.tobytes(), digest_size=16).digest() for signal in signals]

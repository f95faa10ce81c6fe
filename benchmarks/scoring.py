"""Measures the time of scores at the size of MNIST: 50,000 training images, 10,000 test images, 3 x 10,000 samples.

    python -m benchmarks.scoring

Features and images are random: only their number matters. Precision, recall, density and coverage of 10,000 against
10,000 are also computed in the same process by the package `prdc`, from the authors of density and coverage.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import torch
from prdc import compute_prdc

from benchmarks.training import machine_name
from ganforge.evaluation.inputs import Context, Real, Samples
from ganforge.evaluation.manifold import manifold_scores
from ganforge.evaluation.measure import measure
from ganforge.evaluation.settings import EvaluationSettings
from ganforge.features.classifier import FEATURES
from ganforge.features.extractor import Features
from ganforge.prepared.columns import Split
from ganforge.signals.image import ImageSignal

TRAIN, TEST, SEEDS, CLASSES, NEIGHBOURS = 50_000, 10_000, 3, 10, 5
SHAPE = (1, 28, 28)


def main() -> None:
    """Measures and prints."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    random = np.random.default_rng(0)
    train, test = split(random, TRAIN), split(random, TEST)
    drawn = split(random, SEEDS * TEST)
    test_features, features = recognised(random, test), recognised(random, drawn)
    signal = ImageSignal(SHAPE)
    real = Real(train, test, points(random, TRAIN), test_features, train.required_labels(), CLASSES, signal)
    samples = Samples(drawn.columns, SEEDS)
    settings = EvaluationSettings(neighbours=NEIGHBOURS, cas_images=0, inception=False)
    cpu = torch.device("cpu")
    whole = seconds(lambda: measure(samples, real, Context.of(samples, real, features, settings, 0.99, cpu)))
    ones, others = test_features.values, features.values[:TEST]
    ours = seconds(lambda: manifold_scores(ones, others, NEIGHBOURS))
    theirs = seconds(lambda: compute_prdc(ones, others, NEIGHBOURS))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**30 if sys.platform == "darwin" else 2**20)
    print(f"| {machine_name(torch.device('cpu'))}, {torch.get_num_threads()} threads | |")
    print("|---|---|")
    print(f"| all scores of {SEEDS} x {TEST:,} samples, from their features on | {whole:.0f} s |")
    print(f"| precision, recall, density and coverage of {TEST:,} samples | {ours:.1f} s |")
    print(f"| the same by the package prdc | {theirs:.1f} s, {theirs / ours:.1f} times as long |")
    print(f"| peak memory, the package's matrices included | {memory:.1f} GiB |")


def split(random: np.random.Generator, count: int) -> Split:
    """Random images with random labels."""
    return Split.of(
        random.integers(256, size=(count, *SHAPE), dtype=np.uint8),
        random.integers(CLASSES, size=count).astype(np.int64),
    )


def points(random: np.random.Generator, count: int) -> np.ndarray:
    """Random features."""
    return random.standard_normal((count, FEATURES), dtype=np.float32)


def recognised(random: np.random.Generator, images: Split) -> Features:
    """Random features in place of an extractor's."""
    return Features(points(random, len(images)), images.required_labels())


def seconds(work: Callable[[], object]) -> float:
    """Seconds of a call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

"""Metrics against closed forms and against independent implementations."""

import numpy as np
import pytest
from prdc import compute_prdc

from ganforge.evaluation import metrics
from ganforge.evaluation.metrics import (
    class_divergence,
    classes_found,
    manifold_scores,
    unique_fraction,
)


@pytest.mark.parametrize("block", [700, 20_000_000])
def test_manifold_scores_are_those_of_the_reference_implementation(monkeypatch, block):
    monkeypatch.setattr(metrics, "BLOCK_ENTRIES", block)  # a block of one row, or of all
    random = np.random.default_rng(0)
    real = random.normal(size=(300, 6)).astype(np.float32)
    fake = random.normal(0.4, 0.9, size=(500, 6)).astype(np.float32)
    reference = compute_prdc(real, fake, 5)
    scores = manifold_scores(real, fake, 5)
    for name, value in reference.items():
        assert getattr(scores, name) == pytest.approx(float(value), abs=1e-6), name


def test_class_divergence_is_kullback_leibler_in_nats():
    assert class_divergence(np.array([5, 5]), np.array([50, 50])) == 0
    assert class_divergence(np.array([10, 0]), np.array([50, 50])) == pytest.approx(np.log(2))
    expected = 0.75 * np.log(0.75 / 0.25) + 0.25 * np.log(0.25 / 0.75)
    assert class_divergence(np.array([75, 25]), np.array([25, 75])) == pytest.approx(expected)


def test_a_class_with_a_stray_sample_is_not_found():
    assert classes_found(np.array([99, 100, 1]), np.array([10, 10, 10])) == 2


def test_repeated_samples_are_counted_once():
    samples = np.random.default_rng(0).integers(0, 256, (10, 1, 8, 8), dtype=np.uint8)
    assert unique_fraction(samples) == 1
    assert unique_fraction(np.concatenate([samples, samples])) == 0.5

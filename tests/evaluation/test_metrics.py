"""Metrics against closed forms and against independent implementations."""

import numpy as np
import pytest
from prdc import compute_prdc

from ganforge.evaluation import metrics
from ganforge.evaluation.metrics import (
    class_divergence,
    classes_found,
    frechet_distance,
    manifold_scores,
    unique_fraction,
)


def test_frechet_distance_of_two_gaussians_is_the_closed_form():
    """Diagonal covariances: sum of (m1 - m2)^2 + (s1 - s2)^2; samples are whitened so that the fit is exact."""
    random = np.random.default_rng(0)
    raw = random.normal(size=(500, 4))
    raw -= raw.mean(0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T)).T)
    mean, one, two = np.array([1.0, 0, -2, 0.5]), np.array([1.0, 2, 0.5, 1]), np.array([1.0, 1, 1.5, 3])
    expected = np.sum(mean**2) + np.sum((one - two) ** 2)
    assert frechet_distance(white * one, white * two + mean) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_of_a_set_to_itself_is_zero():
    features = np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32)
    assert frechet_distance(features, features) == pytest.approx(0, abs=1e-6)


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

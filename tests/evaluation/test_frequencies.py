"""Frequencies against closed forms."""

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from ganforge.evaluation.frequencies import (
    class_divergence,
    classes_found,
    copied_fraction,
    jensen_shannon_divergence,
    mode_scores,
    unique_fraction,
)


def test_class_divergence_is_kullback_leibler_in_nats():
    assert class_divergence(np.array([5, 5]), np.array([50, 50])) == 0
    assert class_divergence(np.array([10, 0]), np.array([50, 50])) == pytest.approx(np.log(2))
    expected = 0.75 * np.log(0.75 / 0.25) + 0.25 * np.log(0.25 / 0.75)
    assert class_divergence(np.array([75, 25]), np.array([25, 75])) == pytest.approx(expected)


def test_jensen_shannon_divergence_is_that_of_scipy():
    one, other = np.array([3, 0, 5, 2]), np.array([10, 20, 0, 70])
    assert jensen_shannon_divergence(one, other) == pytest.approx(jensenshannon(one, other) ** 2)
    assert jensen_shannon_divergence(np.array([1, 0]), np.array([0, 9])) == pytest.approx(np.log(2))


def test_a_class_with_a_stray_sample_is_not_found():
    assert classes_found(np.array([99, 100, 1]), np.array([10, 10, 10])) == 2


def test_modes_are_classes_that_any_sample_falls_into():
    scores = mode_scores(np.array([0, 0, 0, 2]), np.array([10, 10, 10, 10]))
    assert scores["modes"] == 2
    assert scores["kl"] == pytest.approx(0.75 * np.log(3) + 0.25 * np.log(1))


def test_repeated_and_copied_samples_are_counted():
    signals = np.random.default_rng(0).integers(0, 256, (10, 1, 8, 8), dtype=np.uint8)
    assert unique_fraction(signals) == 1
    assert unique_fraction(np.concatenate([signals, signals])) == 0.5
    almost = signals.copy()
    almost[3, 0, 0, 0] ^= 1
    assert copied_fraction(almost, signals) == 0.9

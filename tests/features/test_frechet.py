"""The Frechet distance against closed forms and independent implementations."""

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from torch import nn

from ganforge.features.frechet import Gaussian, frechet_distance


def gaussian(mean: np.ndarray, covariance: np.ndarray) -> Gaussian:
    return Gaussian(torch.from_numpy(mean), torch.from_numpy(covariance))


def rotation(features: int) -> np.ndarray:
    return np.linalg.qr(np.random.default_rng(7).normal(size=(features, features)))[0]


def test_a_fit_has_the_mean_and_the_unbiased_covariance():
    features = np.random.default_rng(0).normal(3, 2, size=(50, 8)).astype(np.float32)
    fitted = Gaussian.fit(features)
    assert fitted.covariance.dtype == torch.float64
    assert fitted.mean.numpy() == pytest.approx(features.astype(np.float64).mean(0), rel=1e-12)
    assert fitted.covariance.numpy() == pytest.approx(np.cov(features.T.astype(np.float64)), rel=1e-9)


@pytest.mark.parametrize("flat_axes", [0, 30])
def test_covariances_that_commute_have_a_closed_form(flat_axes):
    """|m|^2 and the sum of (s1 - s2)^2 over the common axes; also where one of them has no extent in many axes."""
    random = np.random.default_rng(0)
    axes, mean, one, two = rotation(64), *random.normal(size=(3, 64))
    one, two = np.abs(one), np.abs(two)
    one[:flat_axes] = 0
    first = gaussian(np.zeros(64), axes @ np.diag(one**2) @ axes.T)
    second = gaussian(mean, axes @ np.diag(two**2) @ axes.T)
    expected = np.sum(mean**2) + np.sum((one - two) ** 2)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-10)
    assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-10)


def test_covariances_that_do_not_commute_are_as_by_the_matrix_square_root():
    random = np.random.default_rng(1)
    (mean_one, mean_two), (one, two) = random.normal(size=(2, 12)), random.normal(size=(2, 12, 12))
    one, two = one @ one.T, two @ two.T
    expected = np.sum((mean_one - mean_two) ** 2) + np.trace(one + two - 2 * sqrtm(one @ two).real)
    assert frechet_distance(gaussian(mean_one, one), gaussian(mean_two, two)) == pytest.approx(expected, rel=1e-9)


def test_directions_without_extent_change_nothing():
    """Points of a plane lie as far apart in a space of forty dimensions as in the plane."""
    random = np.random.default_rng(2)
    one, two = random.normal(size=(300, 5)), random.normal(0.3, 2, size=(200, 5))
    plane = rotation(40)[:5]
    flat = frechet_distance(Gaussian.fit(one), Gaussian.fit(two))
    assert frechet_distance(Gaussian.fit(one @ plane), Gaussian.fit(two @ plane)) == pytest.approx(flat, rel=1e-10)


@pytest.mark.parametrize("samples", [2, 20, 200])
def test_a_set_is_at_no_distance_from_itself_even_with_fewer_samples_than_features(samples):
    features = np.random.default_rng(3).normal(size=(samples, 64)).astype(np.float32)
    assert frechet_distance(Gaussian.fit(features), Gaussian.fit(features)) == pytest.approx(0, abs=1e-10)


def test_features_score_as_by_torchmetrics():
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Identity(nn.Identity):
        num_features = 64

    random = np.random.default_rng(4)
    real, fake = random.normal(size=(500, 64)), random.normal(0.1, 1.3, size=(400, 64))
    metric = FrechetInceptionDistance(feature=Identity())
    metric.set_dtype(torch.float64)
    metric.update(torch.from_numpy(real), real=True)
    metric.update(torch.from_numpy(fake), real=False)
    distance = frechet_distance(Gaussian.fit(real), Gaussian.fit(fake))
    assert distance == pytest.approx(float(metric.compute()), rel=1e-9)

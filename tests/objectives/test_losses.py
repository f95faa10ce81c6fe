"""Losses against their formulas, written out in numpy."""

import numpy as np
import pytest
import torch

from ganforge.objectives.losses import non_saturating, relativistic

REAL = np.array([2.0, -1.0, 0.5, 30.0])
FAKE = np.array([-0.3, 1.5, 0.0, -40.0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_non_saturating_is_binary_cross_entropy():
    discriminator, generator = non_saturating(torch.tensor(REAL), torch.tensor(FAKE))
    expected = -np.mean(np.log(sigmoid(REAL))) - np.mean(np.log(1 - sigmoid(FAKE)))
    assert float(discriminator) == pytest.approx(expected)
    assert float(generator) == pytest.approx(-np.mean(np.log(sigmoid(FAKE))))


def test_relativistic_judges_pairs():
    discriminator, generator = relativistic(torch.tensor(REAL), torch.tensor(FAKE))
    assert float(discriminator) == pytest.approx(-np.mean(np.log(sigmoid(REAL - FAKE))))
    assert float(generator) == pytest.approx(np.mean(np.log1p(np.exp(REAL - FAKE))))


@pytest.mark.parametrize("loss", [non_saturating, relativistic])
def test_extreme_scores_give_finite_losses_and_gradients(loss):
    real = torch.tensor([-1e4, 1e4], requires_grad=True)
    fake = torch.tensor([1e4, -1e4], requires_grad=True)
    for term in loss(real, fake):
        gradients = torch.autograd.grad(term, (real, fake), retain_graph=True, allow_unused=True)
        assert torch.isfinite(term)
        assert all(torch.isfinite(gradient).all() for gradient in gradients if gradient is not None)

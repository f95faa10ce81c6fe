"""Losses against their formulas, written out in numpy."""

import numpy as np
import pytest
import torch

from ganforge.objectives.losses import LOSSES
from ganforge.objectives.settings import CRITICS, SMOOTHABLE

REAL = np.array([2.0, -1.0, 0.5, 30.0])
FAKE = np.array([-0.3, 1.5, 0.0, -40.0])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def relu(x):
    return np.maximum(x, 0)


def cross_entropy(target=1.0):
    real = target * np.log(sigmoid(REAL)) + (1 - target) * np.log(1 - sigmoid(REAL))
    return -np.mean(real) - np.mean(np.log(1 - sigmoid(FAKE)))


FORMULAS = {
    "minimax": (cross_entropy(), np.mean(np.log(1 - sigmoid(FAKE)))),
    "non_saturating": (cross_entropy(), -np.mean(np.log(sigmoid(FAKE)))),
    "least_squares": (np.mean((REAL - 1) ** 2) / 2 + np.mean(FAKE**2) / 2, np.mean((FAKE - 1) ** 2) / 2),
    "hinge": (np.mean(relu(1 - REAL)) + np.mean(relu(1 + FAKE)), -np.mean(FAKE)),
    "wasserstein": (np.mean(FAKE) - np.mean(REAL), -np.mean(FAKE)),
    "relativistic": (-np.mean(np.log(sigmoid(REAL - FAKE))), -np.mean(np.log(sigmoid(FAKE - REAL)))),
}


@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_is_its_formula(name):
    discriminator, generator = LOSSES[name].function(torch.tensor(REAL), torch.tensor(FAKE))
    assert float(discriminator) == pytest.approx(FORMULAS[name][0])
    assert float(generator) == pytest.approx(FORMULAS[name][1])


@pytest.mark.parametrize("name", ["minimax", "non_saturating"])
def test_smoothing_moves_the_target_of_real_samples_only(name):
    discriminator, generator = LOSSES[name].function(torch.tensor(REAL), torch.tensor(FAKE), target=0.9)
    real = 0.9 * np.log(sigmoid(REAL)) + 0.1 * np.log(sigmoid(-REAL))
    assert float(discriminator) == pytest.approx(-np.mean(real) - np.mean(np.log(1 - sigmoid(FAKE))))
    assert float(generator) == pytest.approx(FORMULAS[name][1])


def test_smoothed_least_squares():
    discriminator, _ = LOSSES["least_squares"].function(torch.tensor(REAL), torch.tensor(FAKE), target=0.8)
    assert float(discriminator) == pytest.approx(np.mean((REAL - 0.8) ** 2) / 2 + np.mean(FAKE**2) / 2)


@pytest.mark.parametrize("name", LOSSES)
def test_exactly_the_losses_with_a_target_can_be_smoothed(name):
    real, fake = torch.zeros(2), torch.zeros(2)
    if name in SMOOTHABLE:
        assert torch.isfinite(LOSSES[name].function(real, fake, target=0.9)[0])
    else:
        with pytest.raises(TypeError):
            LOSSES[name].function(real, fake, target=0.9)


def test_settings_know_the_losses_that_estimate_a_distance():
    assert {name for name, loss in LOSSES.items() if loss.critic} == set(CRITICS)


@pytest.mark.parametrize("name", LOSSES)
def test_extreme_scores_give_finite_losses_and_gradients(name):
    real = torch.tensor([-1e4, 1e4], requires_grad=True)
    fake = torch.tensor([1e4, -1e4], requires_grad=True)
    for term in LOSSES[name].function(real, fake):
        gradients = torch.autograd.grad(term, (real, fake), retain_graph=True, allow_unused=True)
        assert torch.isfinite(term)
        assert all(torch.isfinite(gradient).all() for gradient in gradients if gradient is not None)


@pytest.mark.parametrize("name", LOSSES)
def test_each_player_wants_the_scores_that_are_good_for_it(name):
    """Down the discriminator's loss real scores rise and generated ones fall; down the generator's, its own rise."""
    real = torch.tensor([0.2, -0.1], requires_grad=True)
    fake = torch.tensor([0.1, 0.3], requires_grad=True)
    discriminator, generator = LOSSES[name].function(real, fake)
    real_gradient, fake_gradient = torch.autograd.grad(discriminator, (real, fake), retain_graph=True)
    assert (real_gradient < 0).all()
    assert (fake_gradient > 0).all()
    (fake_gradient,) = torch.autograd.grad(generator, fake)
    assert (fake_gradient < 0).all()


def test_confidence_is_the_mean_sign_beyond_what_is_taken_for_real():
    real, fake = torch.tensor([0.4, 0.6, 2.0, -1.0]), torch.tensor([0.0, 1.0, 1.0, -2.0])
    assert float(LOSSES["hinge"].confidence(real, fake)) == 0.5
    assert float(LOSSES["least_squares"].confidence(real, fake)) == 0
    assert float(LOSSES["relativistic"].confidence(real, fake)) == 0.5

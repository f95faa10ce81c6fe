"""What the game asks of each player."""

import pytest
import torch

from ganforge.networks import NetworkSpec, build_discriminator, build_generator
from ganforge.objectives import LOSSES, Adversarial
from ganforge.objectives.penalties import squared_gradient_norm


def game(loss="relativistic", r1=0.5, r2=0.25, interval=4) -> Adversarial:
    torch.manual_seed(0)
    spec = NetworkSpec("dcgan", (1, 8, 8), 10, 4, 8)
    return Adversarial(
        build_generator(spec), build_discriminator(spec), loss=loss, r1=r1, r2=r2, penalty_interval=interval
    ).double()


def batch():
    torch.manual_seed(1)
    real = torch.rand(6, 1, 8, 8, dtype=torch.float64) * 2 - 1
    return real, torch.arange(6), torch.randn(6, 4, dtype=torch.float64)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_lazy_penalty_is_scaled_by_its_interval(loss):
    objective, (real, labels, latents) = game(loss), batch()
    with torch.no_grad():
        fake = objective.generator(latents, labels)
    penalties = []
    for signals in (real, fake):
        inputs = signals.clone().requires_grad_()
        penalties.append(squared_gradient_norm(objective.discriminator(inputs, labels), inputs).mean())
    plain, _ = objective.discriminator_loss(real, labels, latents, penalise=False)
    penalised, terms = objective.discriminator_loss(real, labels, latents, penalise=True)
    expected = plain + 4 * (0.5 / 2 * penalties[0] + 0.25 / 2 * penalties[1])
    assert torch.allclose(penalised, expected)
    assert torch.allclose(terms["gradient_real"], penalties[0])
    assert torch.allclose(terms["gradient_fake"], penalties[1])


def test_the_penalty_comes_every_few_steps_and_never_without_a_weight():
    assert [step for step in range(9) if game().wants_penalty(step)] == [0, 4, 8]
    assert not any(game(r1=0, r2=0).wants_penalty(step) for step in range(9))


@pytest.mark.parametrize("loss", LOSSES)
def test_each_player_gets_gradients_from_its_own_loss(loss):
    objective, (real, labels, latents) = game(loss), batch()
    objective.discriminator_loss(real, labels, latents, penalise=True)[0].backward()
    assert all(parameter.grad is None for parameter in objective.generator.parameters())
    assert all(parameter.grad is not None for parameter in objective.discriminator.parameters())
    objective.discriminator.requires_grad_(False)
    objective.generator_loss(real, labels, latents)[0].backward()
    assert all(parameter.grad is not None for parameter in objective.generator.parameters())


@pytest.mark.parametrize("loss", LOSSES)
def test_the_generator_loss_is_that_of_its_scores(loss):
    objective, (real, labels, latents) = game(loss), batch()
    value, _ = objective.generator_loss(real, labels, latents)
    fake = objective.discriminator(objective.generator(latents, labels), labels)
    _, expected = LOSSES[loss](objective.discriminator(real, labels), fake)
    assert torch.allclose(value, expected)

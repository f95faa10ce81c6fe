"""What the game asks of each player."""

import pytest
import torch

from ganforge.networks.build import build_discriminator, build_generator
from ganforge.objectives.adversarial import PENALTIES, Adversarial, Penalty
from ganforge.objectives.losses import LOSSES
from ganforge.objectives.objective import Players, build_objective
from ganforge.objectives.penalties import squared_gradient_norms
from ganforge.objectives.settings import SMOOTHABLE
from ganforge.training.schedules import value_at
from tests.specs import plan, spec

R1_AND_R2 = {"r1": (0.5, 4), "r2": (0.25, 4)}


def constant(weight, interval) -> Penalty:
    return Penalty(lambda progress: weight, interval)


def game(loss="relativistic", penalties=R1_AND_R2, network="dcgan", target=1.0) -> Adversarial:
    torch.manual_seed(0)
    networks = spec(network, classes=10, width=8)
    objective = Adversarial(
        build_generator(networks),
        build_discriminator(networks),
        networks.condition,
        LOSSES[loss],
        target=target,
        penalties={name: constant(*values) for name, values in penalties.items()},
    ).double()
    objective.advance(0.0)
    return objective


def batches(objective):
    """Six real samples, and as many generated ones."""
    torch.manual_seed(1)
    real = torch.rand(6, 1, 8, 8, dtype=torch.float64) * 2 - 1
    latents = torch.randn(6, 4, dtype=torch.float64)
    batch = {"signal": real, "labels": torch.arange(6), "latents": latents}
    return batch, objective.generate(batch)


def scores_of(objective, *batches):
    return [objective.discriminators(batch["signal"], {"labels": torch.arange(6)}) for batch in batches]


def shifted(batch):
    return {**batch, "signal": batch["signal"] + 0.5}


def copied(batch):
    """A batch whose signals no penalty has asked gradients of."""
    return {**batch, "signal": batch["signal"].clone()}


@pytest.mark.parametrize("loss", LOSSES)
def test_lazy_penalties_are_scaled_by_their_intervals(loss):
    objective = game(loss, {"r1": (0.5, 4), "r2": (0.25, 8)})
    batch, drawn = batches(objective)
    norms = {}
    for name, signals in (("r1", batch["signal"]), ("r2", drawn["signal"])):
        inputs = signals.detach().clone().requires_grad_()
        (squares,) = squared_gradient_norms(objective.discriminators(inputs, {"labels": batch["labels"]}), inputs)
        norms[name] = squares.mean()
    plain, *_ = objective.discriminator_loss(copied(batch), drawn)
    penalised, _, terms = objective.discriminator_loss(copied(batch), drawn, ("r1", "r2"))
    assert torch.allclose(penalised, plain + 4 * 0.5 / 2 * norms["r1"] + 8 * 0.25 / 2 * norms["r2"])
    assert torch.allclose(terms["gradient_r1"], norms["r1"])
    assert torch.allclose(terms["gradient_r2"], norms["r2"])
    only_r2, *_ = objective.discriminator_loss(copied(batch), drawn, ("r2",))
    assert torch.allclose(only_r2, plain + 8 * 0.25 / 2 * norms["r2"])


def test_the_wgan_penalty_is_taken_between_real_and_generated_samples():
    objective = game("wasserstein", {"wgan_gp": (10.0, 2)})
    batch, drawn = batches(objective)
    plain, *_ = objective.discriminator_loss(batch, drawn)
    torch.manual_seed(5)
    penalised, *_ = objective.discriminator_loss(batch, drawn, ("wgan_gp",))
    torch.manual_seed(5)
    share = torch.rand(6, 1, 1, 1, dtype=torch.float64)
    mixed = ((1 - share) * batch["signal"] + share * drawn["signal"].detach()).requires_grad_()
    (scores,) = scores_of(objective, {"signal": mixed})
    (gradient,) = torch.autograd.grad(scores.sum(), mixed)
    expected = 20.0 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    assert torch.allclose(penalised - plain, expected)


def test_each_penalty_comes_at_its_own_interval_and_never_without_a_weight():
    objective = game(penalties={"r1": (1.0, 4), "r2": (0.0, 1), "wgan_gp": (1.0, 3)})
    assert [step for step in range(9) if "r1" in objective.due(step)] == [0, 4, 8]
    assert [step for step in range(9) if "wgan_gp" in objective.due(step)] == [0, 3, 6]
    assert not any("r2" in objective.due(step) for step in range(9))


def test_a_weight_may_change_with_the_run():
    objective = game(penalties={})
    objective.penalties = {"r1": Penalty(lambda progress: 1 - progress, 2)}
    objective.advance(0.25)
    assert float(objective.weights[0]) == 2 * 0.75


@pytest.mark.parametrize("network", ["dcgan", "style"])
@pytest.mark.parametrize("loss", LOSSES)
def test_each_player_gets_gradients_from_its_own_loss(loss, network):
    objective = game(loss, network=network)
    batch, drawn = batches(objective)
    minimised, real_scores, _ = objective.discriminator_loss(batch, drawn, ("r1", "r2"))
    minimised.backward()
    assert all(parameter.grad is None for parameter in objective.generators.parameters())
    assert all(parameter.grad is not None for parameter in objective.discriminators.parameters())
    objective.discriminators.requires_grad_(False)
    objective.generator_loss(batch, drawn, real_scores)[0].backward()
    assert all(parameter.grad is not None for parameter in objective.generators.parameters())


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_are_those_of_the_scores(loss):
    target = 0.9 if loss in SMOOTHABLE else 1.0
    objective = game(loss, target=target)
    batch, drawn = batches(objective)
    scores = scores_of(objective, batch, drawn)
    smoothing = {"target": target} if target < 1 else {}
    expected = LOSSES[loss].function(*scores, **smoothing)
    minimised, real_scores, _ = objective.discriminator_loss(batch, drawn)
    assert torch.allclose(minimised, expected[0])
    assert torch.allclose(real_scores, scores[0])
    assert torch.allclose(objective.generator_loss(batch, drawn, real_scores)[0], expected[1])


def test_a_discriminator_that_ties_a_batch_together_sees_real_and_generated_samples_apart():
    objective = game(network="style")
    batch, drawn = batches(objective)
    *_, terms = objective.discriminator_loss(batch, drawn)
    real_scores, fake_scores = scores_of(objective, batch, drawn)
    assert torch.allclose(terms["score_real"], real_scores.mean())
    assert torch.allclose(terms["score_fake"], fake_scores.mean())


def test_terms_tell_who_wins_unless_the_discriminator_is_a_critic():
    objective = game()
    batch, drawn = batches(objective)
    *_, terms = objective.discriminator_loss(batch, drawn)
    scores = scores_of(objective, batch, drawn)
    assert float(terms["pair_accuracy"]) == pytest.approx(float((scores[0] > scores[1]).double().mean()))
    *_, terms = game("wasserstein").discriminator_loss(batch, drawn)
    assert "pair_accuracy" not in terms


@pytest.mark.parametrize("network", ["dcgan", "style"])
def test_in_bfloat16_every_penalty_works_and_scores_are_kept_in_full(network):
    objective = game("non_saturating", dict.fromkeys(PENALTIES, (1.0, 1)), network)
    batch, _ = batches(objective)
    batch = {name: column.float() if column.is_floating_point() else column for name, column in batch.items()}
    objective = objective.float()
    with torch.autocast("cpu", torch.bfloat16):
        drawn = objective.generate(batch)
        loss, _, terms = objective.discriminator_loss(batch, drawn, PENALTIES)
    loss.backward()
    assert torch.isfinite(loss)
    assert {value.dtype for value in terms.values()} == {torch.float32}


class Shift:
    """An augmentation that can be told from no augmentation."""

    def __init__(self):
        self.adapted = []

    def __call__(self, x):
        return x + 0.5

    def adapt(self, confidence, count):
        self.adapted.append((float(confidence), count))


def test_both_players_see_augmented_samples_only_and_the_augmentation_hears_of_it():
    plain, augmented = game(), game()
    augmented.augmentation = Shift()
    batch, drawn = batches(plain)
    expected, scores, _ = plain.discriminator_loss(shifted(batch), shifted(drawn))
    assert torch.allclose(augmented.discriminator_loss(batch, drawn)[0], expected)
    assert len(augmented.augmentation.adapted) == 1
    assert augmented.augmentation.adapted[0][1] == 6
    expected = plain.generator_loss(batch, shifted(drawn), scores)[0]
    assert torch.allclose(augmented.generator_loss(batch, drawn, scores)[0], expected)


def test_the_objective_of_some_settings_has_their_loss_target_and_penalties():
    fade = {"start": 2.0, "end": 0.0, "shape": "linear", "begin": 0.0}
    settings = plan(
        objective={"loss": "least_squares", "label_smoothing": 0.1, "r1": fade, "r1_interval": 4, "r2": 0.0}
    ).objective
    networks = spec(classes=10)
    players = Players(
        build_generator=lambda: build_generator(networks),
        build_discriminator=lambda: build_discriminator(networks),
        condition=networks.condition,
        augmentation=None,
        schedule=value_at,
    )
    objective = build_objective(settings, players)
    assert objective.loss is LOSSES["least_squares"]
    assert objective.target == pytest.approx(0.9)
    assert objective.kept is objective.generators
    assert objective.condition is networks.condition
    assert [objective.due(step) for step in range(5)] == [("r1",), (), (), (), ("r1",)]
    objective.advance(0.25)
    assert objective.weights.tolist() == pytest.approx([4 * 1.5, 0, 0])

"""The game on pairs: what is added to it, against the formulas of the papers."""

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from ganforge.conditions import Unconditional
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.objectives.objective import Players, build_objective
from ganforge.objectives.paired import mode_seeking, perceptual_distance
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.signals.image import ImageSignal
from ganforge.training.schedules import value_at
from tests.specs import PLAN

SIGNAL = ImageSignal((3, 8, 8))
GAME = {"name": "paired", "l1": 10.0, "perceptual": 0.0, "diversity": 0.0, "baseline": False}


class Generator(nn.Module):
    """Mixes latents into the source."""

    def __init__(self):
        super().__init__()
        self.share = nn.Parameter(torch.tensor(0.5))

    def forward(self, latents, condition):
        return condition["source"] * self.share + latents.mean(1)[:, None, None, None]


class Discriminator(nn.Module):
    """A score for each position."""

    mixes_batch = False

    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(6, 1, 1)

    def forward(self, x, condition):
        return self.layer(torch.cat([x, condition["source"]], 1)).flatten(1)


def objective(condition=None, guide=None, **settings):
    torch.manual_seed(0)
    values = GAME if settings.get("name", "paired") == "paired" else {}
    common = PLAN["objective"] if values else {}
    parsed = TypeAdapter(ObjectiveSettings).validate_python({**common, **values, **settings})
    condition = condition or Source(SIGNAL)
    return build_objective(parsed, Players(Generator, Discriminator, condition, None, value_at, guide))


def batch():
    torch.manual_seed(1)
    pictures = {name: torch.rand(6, 3, 8, 8) * 2 - 1 for name in ("signal", "source")}
    return {**pictures, "latents": torch.randn(6, 4)}


def generator_loss(game, given):
    drawn = game.generate(given)
    _, carried, _ = game.discriminator_loss(given, drawn, ())
    return *game.generator_loss(given, drawn, carried), drawn


def test_the_distance_to_the_partner_is_added_with_its_weight():
    given = batch()
    with_distance, terms, drawn = generator_loss(objective(), given)
    without, _, _ = generator_loss(objective(l1=0.0), given)
    expected = np.abs(drawn["signal"].detach().numpy() - given["signal"].numpy()).mean()
    assert terms["loss_l1"].item() == pytest.approx(expected, rel=1e-6)
    assert (with_distance - without).item() == pytest.approx(10 * expected, rel=1e-5)


def test_the_perceptual_distance_is_that_of_channels_of_unit_length_added_over_levels():
    random = np.random.default_rng(0)
    levels, others = ([random.normal(size=(2, 5, 4, 4)), random.normal(size=(2, 7, 2, 2))] for _ in range(2))
    expected = np.zeros(2)
    for one, other in zip(levels, others):
        one, other = (level / np.sqrt((level**2).sum(1, keepdims=True)) for level in (one, other))
        expected += ((one - other) ** 2).sum(1).mean((1, 2))
    found = perceptual_distance(*([torch.from_numpy(level).float() for level in each] for each in (levels, others)))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)


def test_what_guides_is_asked_about_what_was_drawn_and_about_the_partner():
    game = objective(perceptual=2.0, guide=lambda x: [x.detach() * 0 + 1 if not x.requires_grad else x])
    _, terms, drawn = generator_loss(game, batch())
    expected = perceptual_distance([drawn["signal"]], [torch.ones(6, 3, 8, 8)]).mean()
    assert terms["loss_perceptual"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_a_guide_that_is_asked_for_has_to_be_there():
    with pytest.raises(ValueError, match="the players have no guide"):
        objective(perceptual=1.0)


def test_mode_seeking_is_the_ratio_of_differences_of_pictures_and_of_latents():
    pictures, others = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), 0.2)
    latents, other_latents = torch.zeros(2, 4), torch.full((2, 4), -0.5)
    assert mode_seeking(pictures, others, latents, other_latents).item() == pytest.approx(0.2 / 0.5)


def test_a_generator_that_ignores_its_latents_is_told_so_by_mode_seeking():
    game = objective(diversity=1.0)
    _, terms, _ = generator_loss(game, batch())
    assert terms["diversity_ratio"] > 0.1
    game.generators.forward = lambda latents, condition: condition["source"] * game.generators.share
    _, terms, _ = generator_loss(game, batch())
    assert terms["diversity_ratio"] == 0


def test_regression_has_one_player_and_only_the_distance():
    game, given = objective(name="regression"), batch()
    drawn = game.generate(given)
    loss, terms = game.generator_loss(given, drawn, None)
    assert game.discriminators is None
    assert loss.item() == terms["loss_l1"].item() == (drawn["signal"] - given["signal"]).abs().mean().item()


@pytest.mark.parametrize("name", ["paired", "regression"])
@pytest.mark.parametrize("condition", [Unconditional(), Source(SIGNAL, unpaired=True)])
def test_data_without_pairs_are_refused(name, condition):
    with pytest.raises(UserError, match=f"objective.name is {name}, which needs pairs of pictures"):
        objective(condition, name=name)

"""Translation without pairs: what is added to the game, against the formulas of the papers."""

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from ganforge.conditions import Unconditional
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.objectives.contrastive import busyness, draw_places, patch_loss
from ganforge.objectives.objective import Players, build_objective
from ganforge.objectives.pool import HistoryPool
from ganforge.objectives.settings import ObjectiveSettings
from ganforge.objectives.signs import translation_terms
from ganforge.signals.image import ImageSignal
from ganforge.training.schedules import value_at
from tests.specs import PLAN, spec
from tests.training.unpaired import OBJECTIVES

SIZE = (16, 16)


def players(channels=(1, 1), condition=None, batch=6, size=SIZE):
    signal, source = (ImageSignal((count, *size)) for count in channels)
    there = spec("translator", signal=signal, condition=condition or Source(source, unpaired=True), latent_dim=0)

    def of(one):
        return Players(
            lambda: build_generator(one), lambda: build_discriminator(one.of_discriminator()), one.condition, None,
            value_at, shape=one.shape, batch_size=batch,
            reversed=(lambda: of(one.reversed())) if one.condition.signals else None,
        )  # fmt: skip

    return of(there)


def objective(name, given=None, **changes):
    torch.manual_seed(0)
    values = {**PLAN["objective"], **OBJECTIVES[name], "r1": 0.0, "r2": 0.0, **changes}
    return build_objective(TypeAdapter(ObjectiveSettings).validate_python(values), given or players())


def batch(game, channels=(1, 1)):
    torch.manual_seed(1)
    signal, source = (torch.rand(6, count, *SIZE) * 2 - 1 for count in channels)
    return {"signal": signal, "source": source, "latents": torch.zeros(6, 0), "chances": torch.rand(game.chances)}


def generator_loss(game, given):
    torch.manual_seed(2)
    drawn = game.generate(given)
    _, carried, _ = game.discriminator_loss(given, drawn, ())
    torch.manual_seed(3)
    return *game.generator_loss(given, drawn, carried), drawn


def test_cycles_and_identities_are_added_with_their_weights():
    game = objective("cycle", pool=0)
    given = batch(game)
    loss, terms, drawn = generator_loss(game, given)
    there, back = (lambda x, g=g: g(given["latents"], {"source": x}) for g in (game.kept.there, game.kept.back))
    x, y = given["source"], given["signal"]
    cycle = (back(there(x)) - x).abs().mean() + (there(back(y)) - y).abs().mean()
    identity = (there(y) - y).abs().mean() + (back(x) - x).abs().mean()
    assert torch.equal(drawn["signal"], there(x))
    assert torch.equal(drawn["source"], back(y))
    assert terms["loss_cycle"].item() == pytest.approx(cycle.item(), rel=1e-5)
    assert terms["loss_identity"].item() == pytest.approx(identity.item(), rel=1e-5)
    alone = terms["loss_generator"] + terms["loss_generator_back"]
    assert loss.item() == pytest.approx((alone + 10 * cycle + 5 * identity).item(), rel=1e-5)


def test_both_discriminators_judge_pictures_of_their_own_kind_and_not_what_they_were_made_of():
    game = objective("cycle", players((3, 1)), identity=0.0, pool=0)
    given = batch(game, (3, 1))
    drawn = game.generate(given)
    assert drawn["signal"].shape[1] == 3
    assert drawn["source"].shape[1] == 1
    _, (of_signals, of_sources), _ = game.discriminator_loss(given, drawn, ())
    other = {**given, "source": -given["source"]}
    _, (again, changed), _ = game.discriminator_loss(other, drawn, ())
    assert torch.equal(again, of_signals)
    assert not torch.equal(changed, of_sources)


def test_a_pool_gives_new_pictures_while_it_fills_and_then_exchanges_about_half_of_them():
    pool, random = HistoryPool(20, 8, (1,)), torch.Generator().manual_seed(0)
    numbers = torch.arange(800.0).reshape(-1, 8, 1)
    earlier, kept = [], []
    for fresh in numbers:
        shown = pool(fresh, torch.rand(pool.chances, generator=random))
        earlier += (shown != fresh).flatten().tolist()
        assert set(shown.flatten().tolist()) <= set(range(int(fresh.max()) + 1))
        kept.append(set(pool.samples.flatten().tolist()))
    assert not any(earlier[:24])
    assert 0.4 < np.mean(earlier[24:]) < 0.6
    assert all(len(held) == 20 for held in kept[3:])
    assert min(kept[-1]) < 750  # some are old


def test_a_pool_puts_what_it_takes_in_the_place_of_what_it_gives():
    pool = HistoryPool(4, 2, (1,))
    pool(torch.tensor([[1.0], [2.0]]), torch.rand(6))
    pool(torch.tensor([[3.0], [4.0]]), torch.rand(6))
    chances = torch.tensor([0.0, 0.9, 0.5, 0.1, 0.8, 0.2])  # the first is exchanged, for that in the second place
    shown = pool(torch.tensor([[5.0], [6.0]]), chances)
    assert shown.flatten().tolist() == [2.0, 6.0]
    assert pool.samples.flatten().tolist() == [1.0, 5.0, 3.0, 4.0]


def test_a_loss_of_patches_is_the_cross_entropy_of_finding_the_right_one():
    random = np.random.default_rng(0)
    vectors, keys = (random.normal(size=(2, 5, 3)) for _ in range(2))
    scores = np.einsum("bpc,bqc->bpq", vectors, keys) / 0.2
    expected = np.mean(np.log(np.exp(scores).sum(2)) - np.einsum("bpp->bp", scores))
    assert patch_loss(torch.tensor(vectors), torch.tensor(keys), 0.2).item() == pytest.approx(expected)


def test_patches_are_drawn_where_there_is_something_to_see_and_never_twice():
    pictures = torch.ones(2, 1, 16, 16)
    pictures[:, :, 4:8, 4:8] = -1
    busy = busyness(pictures)
    assert busy[0, 0, 12:, 12:].max() == 0
    torch.manual_seed(0)
    places = draw_places(busy.flatten(1), 20)
    rows, columns = places // 16, places % 16
    assert ((rows < 11) & (columns < 11)).float().mean() > 0.9  # a third of all positions
    assert all(len(set(each.tolist())) == 20 for each in places)
    assert draw_places(busy.flatten(1), 1000).shape == (2, 256)


@pytest.mark.parametrize("side", [16, 30])  # the latter is padded by the networks
def test_the_translation_of_a_mirrored_source_is_compared_with_the_source(side):
    game = objective("contrastive", players(size=(side, side)), flips=True, identity=0.0)
    levels = game.kept.levels
    given = {"source": torch.rand(6, 1, side, side) * 2 - 1, "latents": torch.zeros(6, 0)}

    class Still(nn.Module):
        multiple = game.kept.multiple

        def forward(self, latents, condition):
            return condition["source"]

        def levels(self, latents, source):
            return levels(latents, source)

    game.generators[0] = Still()
    drawn = game.generate(given)
    flipped = drawn["flipped"].flatten()
    assert 0 < flipped.sum() < 6
    assert torch.equal(drawn["signal"][flipped], given["source"][flipped].flip(-1))
    assert torch.equal(drawn["signal"][~flipped], given["source"][~flipped])
    losses = []
    for pictures in (drawn["signal"], given["source"]):
        torch.manual_seed(0)
        mirrored = drawn["flipped"] if pictures is drawn["signal"] else None
        losses.append(game._patch_loss(given["latents"], given["source"], pictures, mirrored).item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)  # as if nothing had been mirrored
    assert losses[0] < game._patch_loss(given["latents"], given["source"], drawn["signal"], None)


def test_contrast_and_identity_are_added_with_their_weights():
    terms = {}
    for name, changes in {"both": {}, "none": {"contrast": 0.0, "identity": 0.0}}.items():
        game = objective("contrastive", flips=False, **changes)
        loss, terms[name], _ = generator_loss(game, batch(game))
        terms[name]["loss"] = loss
    added = terms["both"]["loss"] - terms["none"]["loss"]
    assert added.item() == pytest.approx((terms["both"]["loss_contrast"] + terms["both"]["loss_identity"]).item(), 1e-4)


def test_signs_tell_of_copies_negatives_and_chequers():
    torch.manual_seed(0)
    source = torch.nn.functional.avg_pool2d(torch.rand(4, 3, 32, 32), 5, 1, 2) * 2 - 1
    copied, inverted = translation_terms(source, source, source), translation_terms(source, -source, source)
    assert copied["change"] == 0
    assert copied["correlation"].item() == pytest.approx(1)
    assert inverted["correlation"].item() == pytest.approx(-1)
    pattern = torch.ones(32, 32)
    pattern[::2, ::2] = pattern[1::2, 1::2] = -1
    assert translation_terms(source, source + 0.2 * pattern, source)["chequers"] > 3 * copied["chequers"]
    assert copied["detail"].item() == pytest.approx(1)
    smeared = torch.nn.functional.avg_pool2d(source, 9, 1, 4)
    assert translation_terms(source, smeared, source)["detail"] < 0.3
    assert translation_terms(source, source[:, :, :16], source) == {}


@pytest.mark.parametrize(
    ("name", "given", "changes", "sentence"),
    [
        ("cycle", players(condition=Unconditional()), {}, "there are no sources in the data"),
        ("contrastive", players(condition=Unconditional()), {}, "there are no sources in the data"),
        ("cycle", players(condition=Source(ImageSignal((1, *SIZE)))), {}, "every source has its partner in the data"),
        ("cycle", players((3, 1)), {}, "pictures have 3 and sources 1"),
        ("contrastive", players((3, 1)), {}, "set dataset.channels to 3 or objective.name to cycle.$"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, given, changes, sentence):
    with pytest.raises(UserError, match=sentence):
        objective(name, given, **changes)

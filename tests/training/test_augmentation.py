"""Differentiable augmentation: what it may change, that gradients pass, and how it adapts."""

from functools import partial

import pytest
import torch

from ganforge.training.augmentation import (
    MOVES,
    TRANSFORMATIONS,
    DifferentiableAugmentation,
    colour,
    cutout,
    moved,
    translation,
)
from ganforge.training.distributed import World
from ganforge.training.game import moved_together

SHAPES = [(8, 3, 16, 24), (8, 1, 9, 9), (8, 2, 64), (8, 3, 4, 16, 8)]


def augmentation(names=("colour", "translation", "cutout"), **options) -> DifferentiableAugmentation:
    return DifferentiableAugmentation(
        names, **{"adaptive": False, "target": 0.6, "speed": 1000, "world": World()} | options
    )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_gradients_pass_twice(name, shape):
    torch.manual_seed(0)
    x = torch.rand(shape, requires_grad=True)
    changed = TRANSFORMATIONS[name](x)
    assert changed.shape == x.shape
    (gradient,) = torch.autograd.grad(changed.square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(gradient.square().sum(), x)
    assert torch.isfinite(second).all()
    assert second.abs().sum() > 0


def test_translation_moves_by_at_most_an_eighth_and_fills_with_zeros():
    torch.manual_seed(0)
    x = torch.zeros(500, 1, 16, 8)
    x[:, 0, 8, 4] = 1
    moved = translation(x)
    assert (moved.flatten(1).sum(1) == 1).all()
    places = moved[:, 0].nonzero()[:, 1:]
    assert sorted(places[:, 0].unique().tolist()) == [6, 7, 8, 9, 10]
    assert sorted(places[:, 1].unique().tolist()) == [3, 4, 5]
    ones = translation(torch.ones(100, 1, 16, 8))
    assert sorted(ones.unique().tolist()) == [0, 1]


def test_cutout_cuts_a_box_of_half_of_each_axis_where_it_lies_inside():
    torch.manual_seed(0)
    cut = (cutout(torch.ones(300, 2, 16, 8)) == 0).flatten(1).sum(1)
    assert cut.max() == 2 * 8 * 4
    assert cut.min() >= 2 * 4 * 2  # a box whose centre is in a corner loses three quarters
    assert len(cut.unique()) > 5


def test_colour_keeps_where_things_are():
    torch.manual_seed(0)
    x = torch.rand(50, 3, 4, 4)
    changed = colour(x)
    for before, after in zip(x, changed, strict=True):
        grey, new_grey = before.mean(0).flatten(), after.mean(0).flatten()
        assert torch.equal(grey.argsort(), new_grey.argsort())
    flat = colour(torch.full((50, 3, 4, 4), 0.2))
    assert torch.allclose(flat, flat[:, :1, :1, :1].expand_as(flat), atol=1e-6)
    assert (flat - 0.2).abs().max() <= 0.5 + 1e-6


def test_adaptive_augmentation_begins_with_none_and_reaches_the_share_that_it_says():
    torch.manual_seed(0)
    augment, x = augmentation(("translation",), adaptive=True), torch.rand(4000, 1, 8, 8) + 0.1
    assert torch.equal(augment(x), x)
    augment.probability.fill_(0.25)
    changed = (augment(x) != x).flatten(1).any(1).float().mean()
    assert float(changed) == pytest.approx(0.25 * 8 / 9, abs=0.03)  # one of nine shifts changes nothing


def test_the_probability_follows_the_discriminator_at_the_given_speed():
    augment = augmentation(adaptive=True, target=0.6, speed=1000)
    for _ in range(5):
        augment.adapt(torch.tensor(0.9), 50)
    assert float(augment.probability) == pytest.approx(0.25)
    augment.adapt(torch.tensor(0.1), 100)
    assert float(augment.probability) == pytest.approx(0.15)
    for _ in range(50):
        augment.adapt(torch.tensor(-1.0), 100)
    assert float(augment.probability) == 0


def test_one_that_does_not_adapt_always_augments():
    augment = augmentation()
    augment.adapt(torch.tensor(-1.0), 10_000)
    assert float(augment.probability) == 1


def test_signals_and_sources_are_moved_alike():
    torch.manual_seed(0)
    signal = torch.rand(20, 3, 16, 16)
    batch = moved_together({"signal": signal, "source": -signal[:, :1], "latents": signal}, partial(moved, names=MOVES))
    assert torch.equal(batch["source"], -batch["signal"][:, :1])
    assert torch.equal(batch["latents"], signal)
    assert not torch.equal(batch["signal"], signal)


def test_a_mirrored_picture_is_itself_or_its_mirror_image():
    torch.manual_seed(0)
    x = torch.rand(40, 1, 4, 6)
    mirrored = MOVES["mirror"](x)
    turned = [bool((one == other.flip(-1)).all()) for one, other in zip(mirrored, x)]
    kept = [bool((one == other).all()) for one, other in zip(mirrored, x)]
    assert all(one != other for one, other in zip(turned, kept))
    assert 5 < sum(turned) < 35


def test_a_shifted_picture_repeats_its_edge_where_nothing_is_left():
    torch.manual_seed(0)
    shifted = MOVES["shift"](torch.full((30, 1, 16, 16), 0.7))
    assert torch.equal(shifted, torch.full((30, 1, 16, 16), 0.7))

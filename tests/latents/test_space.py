"""Codes, and walks between them."""

import numpy as np
import pytest
import torch
from torch import nn

from ganforge.conditions.captions import Captions
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.generator import Generator, spherical_interpolation
from ganforge.latents.space import Space, has_codes
from ganforge.networks.storage import GeneratorConfig
from ganforge.signals.image import ImageSignal
from tests.latents.conftest import generator_of, untrained
from tests.specs import spec


@pytest.mark.parametrize("classes", [0, 3])
def test_the_signals_of_drawn_codes_are_the_samples(family, classes):
    space = untrained(family, classes)
    codes, asked = space.draw(70, seed=4)
    assert np.array_equal(space.signals(codes), space.generator.sample(70, seed=4))
    assert list(asked) == ["labels"] * (classes > 0)
    assert space.classes == tuple("abc"[:classes])
    assert space.signals(codes[:0]).shape == (0, 1, 16, 16)


@pytest.mark.parametrize("name", ["dcgan", "style"])
def test_truncated_codes_are_those_of_truncated_samples(name):
    space = untrained(name, 3)
    codes, _ = space.draw(10, seed=4, truncation=0.5)
    assert np.array_equal(space.signals(codes), space.generator.sample(10, seed=4, truncation=0.5))


@pytest.mark.parametrize("classes", [0, 3])
def test_the_first_weight_is_what_the_first_layer_multiplies_with(family, classes):
    """Nothing changes along what it maps to zero; only that makes its eigenvectors mean something."""
    space = untrained(family, classes)
    weight = space.module.first_weight().detach().numpy()
    codes, _ = space.draw(2, seed=0)
    assert weight.shape[1] == codes.shape[1]
    if family == "style":
        pytest.skip("a style reaches all layers, not the first alone")
    silent = np.linalg.svd(weight)[2][-1] if weight.shape[0] < weight.shape[1] else None
    loud = np.linalg.svd(weight)[2][0].astype(np.float32)
    changed = space.module.synthesise(torch.from_numpy(codes + 3 * loud)) - space.module.synthesise(
        torch.from_numpy(codes)
    )
    assert changed.abs().max() > 1e-3
    if silent is not None:
        still = space.module.synthesise(torch.from_numpy(codes + 3 * silent.astype(np.float32)))
        assert torch.allclose(still, space.module.synthesise(torch.from_numpy(codes)), atol=1e-4)


def test_a_walk_in_w_is_a_straight_line():
    space = untrained("style", 3)
    (start, end), _ = space.draw(2, seed=0)
    path = space.between(start, end, 5)
    assert np.allclose(path, [start + share * (end - start) for share in (0, 0.25, 0.5, 0.75, 1)], atol=1e-6)


def test_a_walk_in_z_is_on_a_great_circle_and_goes_from_label_to_label_in_a_straight_line():
    space = untrained("dcgan", 3)
    (start, end), _ = space.draw(2, seed=0, condition=np.array([0, 2]))
    path = space.between(start, end, 5)
    assert np.allclose(path[:, :8], spherical_interpolation(start[:8], end[:8], 5))
    assert np.allclose(path[2, 8:], (start[8:] + end[8:]) / 2)
    assert np.allclose(path[[0, -1]], [start, end], atol=1e-6)


class Translator(nn.Module):
    """What makes one image of another, without a code."""

    def forward(self, latents, condition):
        return condition["source"]


def test_what_draws_without_codes_is_refused():
    network = spec(condition=Source(ImageSignal((1, 8, 8))))
    generator = Generator(Translator(), GeneratorConfig(network, "edges", 100), torch.device("cpu"))
    assert not has_codes(generator) and has_codes(untrained("mlp", 0).generator)
    with pytest.raises(UserError, match=r"^[^\n]* of this generator of edges draws without codes[^\n]*\.$"):
        Space(generator)


def test_a_caption_is_asked_for_or_drawn_from_a_pool():
    space = Space(generator_of(spec("style", condition=Captions(("", "low", "high"), 2))))
    pool = {"tokens": np.array([[2, 1]], np.int32)}
    asked = [space.draw(3, 0, "high low")[1], space.draw(3, 0, pool=pool)[1]]
    assert all(each["tokens"].tolist() == [[2, 1]] * 3 for each in asked)
    with pytest.raises(UserError, match="needs a caption for each sample, but none is given"):
        space.draw(3, 0)

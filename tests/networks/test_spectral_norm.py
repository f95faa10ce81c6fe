"""Spectral normalisation: the discriminator's weights have largest singular value one and can be trained."""

import pytest
import torch
from torch.nn.utils import parametrize

from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import arrange
from ganforge.networks.settings import AnyLengthSettings
from tests.specs import network, spec

NAMES = ["mlp", "dcgan", "resnet"]


def wrapped(module):
    return [layer for layer in module.modules() if parametrize.is_parametrized(layer)]


@pytest.mark.parametrize("shape", [(1, 12, 12), (1, 64), (1, 8, 8, 8)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_the_largest_singular_value_of_every_weight_is_one(name, shape):
    torch.manual_seed(0)
    discriminator = build_discriminator(spec(name, shape, 3, width=8, attention=True, spectral_norm=True))
    signals, condition = torch.rand(2, *shape), {"labels": torch.tensor([0, 2])}
    for _ in range(20):
        scores = discriminator(signals, condition)
    discriminator.eval()
    largest = [torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() for layer in wrapped(discriminator)]
    weights = [key for key in discriminator.state_dict() if key.endswith("weight")]
    assert torch.isfinite(scores).all()
    assert not weights  # none was left out: a wrapped one is called parametrizations.weight.original
    assert largest == pytest.approx([1] * len(largest), abs=0.05)


@pytest.mark.parametrize("name", NAMES)
def test_it_survives_double_backward_with_channels_last(name):
    torch.manual_seed(0)
    discriminator = build_discriminator(spec(name, (3, 12, 12), width=8, spectral_norm=True))
    arrange(discriminator, 2)
    signals = torch.rand(4, 3, 12, 12).contiguous(memory_format=torch.channels_last).requires_grad_()
    scores = discriminator(signals)
    (slope,) = torch.autograd.grad(scores.sum(), signals, create_graph=True)
    (scores.sum() + slope.square().sum()).backward()
    gradients = [parameter.grad for parameter in discriminator.parameters()]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    loaded = build_discriminator(spec(name, (3, 12, 12), width=8, spectral_norm=True))
    loaded.load_state_dict(discriminator.state_dict())
    assert torch.allclose(loaded.eval()(signals), discriminator.eval()(signals), atol=1e-5)


def test_the_generator_is_left_as_it_is():
    normalised = spec("dcgan", spectral_norm=True)
    assert not wrapped(build_generator(normalised))
    assert wrapped(build_discriminator(normalised))


@pytest.mark.parametrize("name", NAMES)
def test_without_it_weights_are_left_as_they_are(name):
    assert not wrapped(build_discriminator(spec(name)))


@pytest.mark.parametrize("name", ["progressive", "style", "modulated"])
def test_families_of_equalised_layers_have_no_such_setting(name):
    assert not isinstance(network(name), AnyLengthSettings)
    assert "spectral_norm" not in network(name).model_dump()
    assert not wrapped(build_discriminator(spec(name)))

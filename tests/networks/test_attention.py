"""Self-attention against its formula, and where the families place it."""

import numpy as np
import pytest
import torch

from ganforge.networks.attention import SelfAttention, attention_level
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import pyramid
from ganforge.networks.settings import AttentiveSettings
from tests.specs import network, spec


@pytest.mark.parametrize("size", [(6,), (3, 4), (2, 3, 2)])
def test_attention_is_the_softmax_of_products_of_keys_and_queries(size):
    torch.manual_seed(0)
    layer = SelfAttention(len(size), 16)
    torch.nn.init.constant_(layer.scale, 0.7)
    x = torch.randn(2, 16, *size)
    f, g, h, v = (
        part.weight.detach().flatten(1).numpy() for part in (layer.keys, layer.queries, layer.values, layer.output)
    )
    expected = []
    for sample in x.flatten(2).numpy():  # (channels, positions)
        similarity = (f @ sample).T @ (g @ sample)  # s_ij of position i for position j
        beta = np.exp(similarity) / np.exp(similarity).sum(0)
        expected.append(sample + 0.7 * v @ (h @ sample @ beta))
    assert np.allclose(layer(x).detach().flatten(2).numpy(), np.stack(expected), atol=1e-5)


def test_attention_begins_as_nothing():
    x = torch.randn(2, 8, 5, 5)
    assert torch.equal(SelfAttention(2, 8)(x), x)


@pytest.mark.parametrize(
    ("size", "level"),
    [((28, 28), 1), ((32, 32), 1), ((64, 64), 2), ((8, 8), 1), ((8192,), 3), ((16, 32, 32), 2), ((28, 28, 28), 2)],
)
def test_attention_stands_at_the_finest_level_of_at_most_256_positions(size, level):
    """Below the full size; where even the base has more, 7x7x7, it stands there."""
    assert attention_level(pyramid(size)) == level


@pytest.mark.parametrize(
    "shape", [(1, 8, 8), (1, 28, 28), (3, 33, 47), (3, 64, 64), (1, 4096), (1, 12, 16, 16)], ids=str
)
@pytest.mark.parametrize("name", ["dcgan", "resnet"])
def test_both_networks_get_one_layer_at_the_same_level_and_train_it(name, shape):
    torch.manual_seed(0)
    attentive = spec(name, shape, attention=True)
    generator, discriminator = build_generator(attentive), build_discriminator(attentive)
    seen = []
    for module in (generator, discriminator):
        (layer,) = (layer for layer in module.modules() if isinstance(layer, SelfAttention))
        torch.nn.init.ones_(layer.scale)
        layer.register_forward_hook(lambda _, inputs, __: seen.append(tuple(inputs[0].shape[2:])))
    discriminator(generator(torch.randn(2, 4))).sum().backward()
    sizes = pyramid(attentive.size)
    assert seen == [sizes[attention_level(sizes)]] * 2
    for module in (generator, discriminator):
        assert all(parameter.grad is not None for parameter in module.parameters())


@pytest.mark.parametrize("name", ["mlp", "progressive", "style", "modulated"])
def test_families_without_a_place_for_attention_have_no_such_setting(name):
    modules = [*build_generator(spec(name)).modules(), *build_discriminator(spec(name)).modules()]
    assert not isinstance(network(name), AttentiveSettings)
    assert "attention" not in network(name).model_dump()
    assert not any(isinstance(module, SelfAttention) for module in modules)

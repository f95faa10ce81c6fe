"""Networks that grow: what they show on the way, and that nothing jumps."""

import copy

import numpy as np
import pytest
import torch

from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.equalised import EqualisedConvolution, EqualisedLinear, MinibatchDeviation
from ganforge.networks.progressive import GROWN_AT, Growing, enlarge, shrink
from tests.specs import spec

SPEC = spec("progressive", (1, 28, 28))  # 7 -> 14 -> 28


@pytest.fixture
def pair():
    torch.manual_seed(0)
    return build_generator(SPEC), build_discriminator(SPEC)


def test_phases_of_equal_length_end_at_the_full_size():
    network = Growing()
    network.begin(3)
    seen = []
    for eighth in range(9):  # of the part of the run in which it grows: two steps per phase
        network.grow(GROWN_AT * eighth / 8)
        seen.append((network.level, network.fade))
    assert seen == [(2, 1), (2, 1), (1, 0), (1, 0.5), (1, 1), (1, 1), (0, 0), (0, 0.5), (0, 1)]
    assert network.grown
    network.grow(1.0)
    assert network.grown


def test_a_fresh_copied_or_loaded_network_is_as_grown_as_it_should_be(pair):
    generator, _ = pair
    assert generator.grown
    generator.grow(0.0)
    assert not generator.grown
    assert copy.deepcopy(generator).level == generator.level
    loaded = build_generator(SPEC)
    loaded.load_state_dict(generator.state_dict())
    assert loaded.grown


def test_nothing_jumps_while_it_grows(pair):
    """Just before and just after every border between two phases, outputs are the same."""
    generator, discriminator = pair
    latents, signals = torch.randn(4, 4), torch.rand(4, 1, 28, 28)

    def outputs(progress):
        for network in pair:
            network.grow(progress)
        with torch.no_grad():
            return generator(latents), discriminator(signals)

    for border in np.arange(1, 5) / 4 * GROWN_AT:
        for before, after in zip(outputs(border - 1e-7), outputs(border + 1e-7)):
            assert torch.allclose(before, after, atol=1e-4)


def test_a_coarse_generator_fills_the_full_size_with_blocks(pair):
    generator, _ = pair
    generator.grow(0.0)
    signals = generator(torch.randn(2, 4))
    blocks = signals.unflatten(3, (7, 4)).unflatten(2, (7, 4))  # (batch, channel, 7, 4, 7, 4)
    assert signals.shape == (2, 1, 28, 28)
    assert torch.equal(blocks, blocks[:, :, :, :1, :, :1].expand_as(blocks))
    assert blocks[:, :, :, 0, :, 0].std() > 0


def test_a_coarse_discriminator_sees_averages_only(pair):
    _, discriminator = pair
    discriminator.grow(0.0)
    signals = torch.rand(4, 1, 28, 28)
    averages = signals.unflatten(3, (7, 4)).unflatten(2, (7, 4)).mean((3, 5))
    blocks = averages.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.allclose(discriminator(signals), discriminator(blocks), atol=1e-5)


def test_a_level_is_faded_in_by_interpolating_what_is_not_bounded_yet(pair):
    generator, _ = pair
    latents = torch.randn(2, 4)

    def at(phase):
        generator.grow(GROWN_AT * phase / 4)
        return generator.unbounded(generator.encode(latents))

    expected = 0.75 * at(2.5) + 0.25 * at(4)  # level 1 alone, level 0 alone
    assert torch.allclose(at(3.25), expected, atol=1e-5)


def test_parameters_that_are_not_in_use_yet_get_no_gradient(pair):
    generator, _ = pair
    generator.grow(0.0)
    generator(torch.randn(2, 4)).sum().backward()
    used = {name.split(".")[0] for name, p in generator.named_parameters() if p.grad is not None}
    assert used == {"start", "to_signal"}
    assert [layer.weight.grad is not None for layer in generator.to_signal] == [False, False, True]


@pytest.mark.parametrize(("fine", "coarse"), [((28, 28), (14, 14)), ((33, 47), (17, 24)), ((4096,), (1024,))])
def test_shrinking_undoes_enlarging_at_odd_sizes_too(fine, coarse):
    x = torch.randn(2, 3, *coarse)
    assert enlarge(x, fine).shape[2:] == fine
    assert torch.allclose(shrink(enlarge(x, fine), coarse), x, atol=1e-6)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_equalised_layers_keep_unit_variance_and_draw_unit_weights(axes):
    torch.manual_seed(0)
    convolution, linear = EqualisedConvolution(axes, 32, 64, 3), EqualisedLinear(256, 512, learning_rate=0.01)
    outputs = (convolution(torch.randn(8, 32, *[8] * axes)), linear(torch.randn(64, 256)))
    assert convolution.weight.std().item() == pytest.approx(1, rel=0.05)
    assert linear.weight.std().item() == pytest.approx(100, rel=0.05)
    assert outputs[1].std().item() == pytest.approx(1, rel=0.1)
    inner = outputs[0][(slice(None), slice(None), *[slice(1, -1)] * axes)]  # zeros beyond the edge lower the rest
    assert inner.std().item() == pytest.approx(1, rel=0.1)


@pytest.mark.parametrize(("batch", "group"), [(1, 1), (2, 2), (6, 6), (4, 4), (8, 4)])
@pytest.mark.parametrize("size", [(5,), (3, 4), (2, 3, 2)])
def test_minibatch_deviation_against_numpy(size, batch, group):
    x = torch.randn(batch, 3, *size)
    y = MinibatchDeviation()(x)
    assert torch.equal(y[:, :3], x)
    for first in range(batch // group):
        members = list(range(first, batch, batch // group))
        expected = x[members].numpy().std(0).mean() if group > 1 else 1e-4
        assert np.allclose(y[members, 3].numpy(), expected, atol=1e-5)

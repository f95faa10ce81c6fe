"""Modulated growth as the paper writes modulation, and a signal that is the sum of what the levels contribute."""

import pytest
import torch
from torch import nn

from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import BlurredUpsample, RepeatedUpsample
from ganforge.networks.modulated import ModulatedGrowth, ModulatedOutput
from ganforge.signals.image import ImageSignal, saturate
from ganforge.signals.music import MusicSignal
from tests.specs import spec

GROW = {1: nn.functional.conv_transpose1d, 2: nn.functional.conv_transpose2d, 3: nn.functional.conv_transpose3d}


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_growth_is_that_of_weights_made_for_every_sample(axes):
    torch.manual_seed(0)
    layer = ModulatedGrowth(4, 6, 5, (5,) * axes, (10,) * axes)
    x, w = torch.randn(3, 6, *[5] * axes), torch.randn(3, 4)
    styles = w @ layer.style.weight.T / 4**0.5 + layer.style.bias
    expected = []
    for sample, style in zip(x, styles):
        weight = layer.weight * style.view(6, 1, *[1] * axes)
        norm = (weight.square().transpose(0, 1).flatten(1).sum(1) / 2**axes + 1e-8).sqrt()
        grown = GROW[axes](sample[None], weight, stride=2, padding=1)[0] / norm.view(-1, *[1] * axes)
        expected.append(nn.functional.leaky_relu(grown, 0.2) * (2 / 1.04) ** 0.5)
    assert torch.allclose(layer(x, w), torch.stack(expected), atol=1e-5)


@pytest.mark.parametrize(("coarse", "size"), [((16, 16), (32, 32)), ((16, 16), (31, 32)), ((16,), (64,)), ((8,), (8,))])
def test_growth_keeps_the_mean_square_whatever_the_style(coarse, size):
    torch.manual_seed(0)
    layer = ModulatedGrowth(4, 256, 256, coarse, size)
    with torch.no_grad():
        grown = layer(torch.randn(3, 256, *coarse), torch.tensor([[0.1], [3.0], [50.0]]) * torch.randn(3, 4))
    inner = grown[(slice(None), slice(None), *[slice(2, -2)] * len(size))]
    assert grown.shape[2:] == size
    assert inner.flatten(1).square().mean(1).tolist() == pytest.approx([1, 1, 1], rel=0.15)


def test_the_signal_is_the_sum_of_what_the_levels_contribute():
    torch.manual_seed(0)
    generator = build_generator(spec("modulated", (3, 28, 28), 3)).eval()
    latents, condition = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    w = generator.mapping(latents, condition)
    assert torch.equal(saturate(generator.unbounded(w)), generator(latents, condition))
    for output in generator.modules():
        if isinstance(output, ModulatedOutput):
            nn.init.zeros_(output.weight)
    nn.init.zeros_(generator.end[-1].bias)
    with torch.no_grad():
        generator.outputs[0].bias.copy_(torch.tensor([0.1, 0.2, 0.3]))  # of 7x7: a colour of everything
        generator.outputs[1].bias.fill_(0.5)
    expected = torch.tensor([0.6, 0.7, 0.8]).view(1, 3, 1, 1).expand(2, 3, 28, 28)
    assert torch.allclose(generator.unbounded(w), expected, atol=1e-6)


@pytest.mark.parametrize("size", [(28, 28), (27, 30), (64,), (8, 12, 12)])
def test_what_is_flat_at_half_of_the_resolution_is_not_chequered_at_the_full_one(size):
    torch.manual_seed(0)
    generator = build_generator(spec("modulated", (3, *size)))
    half = [(length + 1) // 2 for length in size]
    signal = generator.end(torch.randn(1, 8, *[1] * len(size)).expand(-1, -1, *half))
    inner = signal[(0, slice(None), *[slice(2, -2)] * len(size))].flatten(1)
    assert torch.allclose(inner, inner[:, :1].expand_as(inner), atol=1e-6)


def test_the_discriminator_sees_how_varied_a_batch_is():
    torch.manual_seed(0)
    discriminator = build_discriminator(spec("modulated", (3, 32, 32)))
    signals = torch.rand(4, 3, 32, 32)
    alike = signals[:1].expand(4, -1, -1, -1)
    assert not torch.allclose(discriminator(signals)[0], discriminator(alike)[0])


def test_between_categories_nothing_is_blurred():
    """A note goes over into the next at once: halfway between their scores a third one could win."""
    music = MusicSignal((2, 32), {"lowest": 60, "pitches": 5, "steps_per_quarter": 4, "tempo": 90})
    for signal, kind in ((music, RepeatedUpsample), (ImageSignal((1, 32, 32)), BlurredUpsample)):
        generator = build_generator(spec("modulated", signal=signal))
        found = {type(module) for module in generator.modules()} & {RepeatedUpsample, BlurredUpsample}
        assert found == {kind}
    line = torch.arange(4.0).view(1, 1, 4)
    assert RepeatedUpsample((4,), (7,))(line).flatten().tolist() == [0, 0, 1, 1, 2, 2, 3]

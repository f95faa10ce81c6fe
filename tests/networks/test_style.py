"""Style-based networks: modulation as the paper writes it, and noise that is there in training only."""

import pytest
import torch
from torch import nn

from ganforge.networks.build import build_generator
from ganforge.networks.style import ModulatedConvolution, Noise
from ganforge.signals.image import saturate
from tests.specs import spec

CONVOLVE = {1: nn.functional.conv1d, 2: nn.functional.conv2d, 3: nn.functional.conv3d}


@pytest.fixture
def generator():
    torch.manual_seed(0)
    return build_generator(spec("style", (1, 28, 28), 3))


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_modulation_is_that_of_weights_made_for_every_sample(axes, demodulate):
    torch.manual_seed(0)
    layer = ModulatedConvolution(axes, 4, 6, 5, 3, demodulate=demodulate)
    x, w = torch.randn(3, 6, *[7] * axes), torch.randn(3, 4)
    styles = w @ layer.style.weight.T / 4**0.5 + layer.style.bias
    expected = []
    for sample, style in zip(x, styles):
        weight = layer.convolution.weight / (6 * 3**axes) ** 0.5
        weight = weight * style.view(1, 6, *[1] * axes)
        if demodulate:
            weight = torch.stack([kernel / (kernel.square().sum() + 1e-8).sqrt() for kernel in weight])
        expected.append(CONVOLVE[axes](sample[None], weight, padding=1)[0])
    assert torch.allclose(layer(x, w), torch.stack(expected), atol=1e-5)


def test_demodulation_keeps_unit_variance_whatever_the_style():
    torch.manual_seed(0)
    layer = ModulatedConvolution(2, 4, 16, 32, 3)
    with torch.no_grad():
        outputs = layer(torch.randn(3, 16, 34, 34), torch.tensor([[0.1], [3.0], [50.0]]) * torch.randn(3, 4))
    deviations = outputs[:, :, 1:-1, 1:-1].std((1, 2, 3))
    assert deviations.tolist() == pytest.approx([1, 1, 1], rel=0.1)


def test_the_generator_is_synthesis_after_mapping(generator):
    latents, condition = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    w = generator.mapping(latents, condition)
    assert w.shape == (2, 4)
    assert torch.equal(saturate(generator.eval().synthesis(w)), generator(latents, condition))


def test_the_length_of_a_latent_vector_is_of_no_account(generator):
    latents, condition = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    assert torch.allclose(generator.mapping(latents, condition), generator.mapping(7 * latents, condition), atol=1e-5)


def test_noise_is_fresh_in_training_and_constant_in_evaluation(generator):
    latents, condition = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    generator.train()
    assert torch.equal(generator(latents, condition), generator(latents, condition))  # of no strength at the start
    for layer in generator.modules():
        if isinstance(layer, Noise):
            nn.init.constant_(layer.strength, 0.5)
    assert not torch.equal(generator(latents, condition), generator(latents, condition))
    generator.eval()
    assert torch.equal(generator(latents, condition), generator(latents, condition))
    assert torch.allclose(
        generator(latents[:1], {"labels": torch.tensor([0])}), generator(latents, condition)[:1], atol=1e-5
    )


def test_the_constant_noise_is_kept_with_the_weights(generator):
    other = build_generator(spec("style", (1, 28, 28), 3)).eval()
    for layer in generator.modules():
        if isinstance(layer, Noise):
            nn.init.constant_(layer.strength, 0.5)
    other.load_state_dict(generator.state_dict())
    latents, condition = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    assert torch.equal(generator.eval()(latents, condition), other(latents, condition))

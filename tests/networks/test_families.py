"""Every family of networks, at every shape that is promised."""

import pytest
import torch

from ganforge.networks import FAMILIES, NetworkSpec, build_discriminator, build_generator
from ganforge.networks.layers import pyramid

SHAPES = [
    (1, 8, 8),
    (1, 28, 28),
    (3, 32, 32),
    (3, 64, 64),
    (1, 33, 47),
    (3, 9, 30),
    (1, 4096),
    (1, 8192),
    (27, 16),
    (1, 16, 32, 32),
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("classes", [0, 10])
@pytest.mark.parametrize("name", FAMILIES)
def test_shapes_and_gradients(name, classes, shape):
    torch.manual_seed(0)
    spec = NetworkSpec(name, shape, classes, latent_dim=4, width=8)
    generator, discriminator = build_generator(spec), build_discriminator(spec)
    labels = torch.tensor([0, 3]) if classes else None
    signals = generator(torch.randn(2, 4), labels)
    scores = discriminator(signals, labels)
    scores.sum().backward()

    assert signals.shape == (2, *shape)
    assert scores.shape == (2,)
    assert torch.isfinite(signals).all()
    assert torch.isfinite(scores).all()
    without = [
        parameter_name
        for module in (generator, discriminator)
        for parameter_name, parameter in module.named_parameters()
        if parameter.grad is None
    ]
    assert not without


@pytest.mark.parametrize("width", [4, 12, 20, 36, 68])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_width_that_is_allowed_can_be_built(name, width):
    spec = NetworkSpec(name, (1, 8, 8), 0, latent_dim=4, width=width)
    assert build_discriminator(spec)(build_generator(spec)(torch.randn(2, 4))).shape == (2,)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_label_changes_what_is_drawn_and_how_it_is_judged(name):
    torch.manual_seed(0)
    spec = NetworkSpec(name, (1, 8, 8), 10, latent_dim=4, width=8)
    generator, discriminator = build_generator(spec).eval(), build_discriminator(spec).eval()
    latents, signals = torch.randn(2, 4), torch.rand(2, 1, 8, 8)
    one, two = torch.tensor([1, 1]), torch.tensor([2, 2])
    assert not torch.equal(generator(latents, one), generator(latents, two))
    assert not torch.equal(discriminator(signals, one), discriminator(signals, two))


@pytest.mark.parametrize("name", FAMILIES)
def test_the_discriminator_judges_each_sample_by_itself(name):
    """Gradient penalties and relativistic pairs are meaningless if a score depends on the rest of the batch."""
    torch.manual_seed(0)
    discriminator = build_discriminator(NetworkSpec(name, (1, 12, 12), 0, latent_dim=4, width=8))
    signals = torch.rand(6, 1, 12, 12)
    alone = torch.cat([discriminator(signal[None]) for signal in signals])
    assert torch.allclose(discriminator(signals), alone, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((32, 32), [(32, 32), (16, 16), (8, 8), (4, 4)]),
        ((8, 8), [(8, 8), (4, 4), (4, 4)]),
        ((33, 16), [(33, 16), (17, 8), (9, 4), (5, 2)]),
        ((8192,), [(8192,), (2048,), (512,), (128,), (64,), (32,), (16,), (8,), (4,)]),
        ((16, 32, 32), [(16, 32, 32), (8, 16, 16), (4, 8, 8), (2, 4, 4)]),
    ],
)
def test_a_pyramid_ends_at_a_base_of_four_to_seven(size, sizes):
    assert pyramid(size) == sizes

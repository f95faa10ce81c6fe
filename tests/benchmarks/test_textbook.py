"""What ours is measured against is the same thing, written down plainly."""

import pytest
import torch

from benchmarks.textbook import TextbookLoop, plain_discriminator, plain_generator
from ganforge.networks.build import build_discriminator, build_generator
from tests.specs import spec


@pytest.mark.parametrize("refinement", [False, True])
@pytest.mark.parametrize("size", [16, 28, 32])
def test_plain_networks_are_the_same_maps(size, refinement):
    torch.manual_seed(0)
    network = spec("dcgan", (3, size, size), latent_dim=8, width=8, refinement=refinement)
    generator, discriminator = build_generator(network), build_discriminator(network)
    latents, images = torch.randn(4, 8), torch.randn(4, 3, size, size)
    assert torch.allclose(plain_generator(generator)(latents), generator(latents), atol=1e-5)
    assert torch.allclose(plain_discriminator(discriminator)(images), discriminator(images), atol=1e-4)


def test_the_textbook_loop_learns(digits):
    torch.manual_seed(0)
    network = spec("dcgan", (1, 8, 8), 10, latent_dim=8, width=8)
    train = digits.splits["train"]
    with TextbookLoop(
        build_generator(network),
        build_discriminator(network),
        train.signal,
        train.labels,
        conditional=True,
        batch_size=32,
        latent_dim=8,
        device=torch.device("cpu"),
    ) as loop:
        for _ in range(60):
            loop.step()
    first, last = loop.losses[0][0], sum(loss for loss, _ in loop.losses[-10:]) / 10
    assert last < first

"""Sample i depends on (seed, i) alone."""

import numpy as np
import torch

from ganforge.networks.build import build_generator
from ganforge.networks.sampling import decode, draw_latents
from tests.specs import spec


def test_latents_do_not_depend_on_how_many_are_drawn():
    many = draw_latents(3, 200, 8)
    assert np.array_equal(draw_latents(3, 70, 8), many[:70])
    assert not np.array_equal(draw_latents(4, 200, 8), many)


def test_latents_are_standard_normal():
    latents = draw_latents(0, 20_000, 4)
    assert np.abs(latents.mean(0)).max() < 0.03
    assert np.abs(np.cov(latents.T) - np.eye(4)).max() < 0.03


def test_decoding_is_bit_identical_whatever_stands_beside_a_sample():
    torch.manual_seed(0)
    digits = spec("dcgan", (1, 28, 28), 10, latent_dim=8, width=16)
    generator = build_generator(digits).eval()
    latents, labels = draw_latents(0, 150, 8), np.arange(150) % 10
    device = torch.device("cpu")
    whole = np.concatenate(list(decode(generator, digits, latents, {"labels": labels}, device)))
    part = np.concatenate(list(decode(generator, digits, latents[:67], {"labels": labels[:67]}, device)))
    assert whole.dtype == np.uint8
    assert whole.shape == (150, 1, 28, 28)
    assert np.array_equal(part, whole[:67])

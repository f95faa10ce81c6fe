"""Sample i depends on (seed, i) alone."""

import numpy as np
import torch

from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.sampling import decode, draw_labels, draw_latents


def test_latents_and_labels_do_not_depend_on_how_many_are_drawn():
    many = draw_latents(3, 200, 8)
    assert np.array_equal(draw_latents(3, 70, 8), many[:70])
    assert not np.array_equal(draw_latents(4, 200, 8), many)
    assert np.array_equal(draw_labels(3, 70, [5, 5, 9]), draw_labels(3, 200, [5, 5, 9])[:70])


def test_latents_are_standard_normal():
    latents = draw_latents(0, 20_000, 4)
    assert np.abs(latents.mean(0)).max() < 0.03
    assert np.abs(np.cov(latents.T) - np.eye(4)).max() < 0.03


def test_label_frequencies_are_those_of_the_training_data():
    counts = np.array([100, 300, 50, 50])
    drawn = np.bincount(draw_labels(0, 500, counts), minlength=4)
    assert np.abs(drawn - counts).max() <= 3


def test_decoding_is_bit_identical_whatever_stands_beside_a_sample():
    torch.manual_seed(0)
    generator = build_generator(NetworkSpec("dcgan", (1, 28, 28), 10, 8, 16)).eval()
    latents, labels = draw_latents(0, 150, 8), np.arange(150) % 10
    device = torch.device("cpu")
    whole = np.concatenate(list(decode(generator, latents, labels, device)))
    part = np.concatenate(list(decode(generator, latents[:67], labels[:67], device)))
    assert whole.dtype == np.uint8
    assert whole.shape == (150, 1, 28, 28)
    assert np.array_equal(part, whole[:67])

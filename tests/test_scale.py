"""Bytes as they are stored and floats as networks see them."""

import pytest
import torch

from ganforge.scale import normalise, quantise


@pytest.mark.parametrize("shape", [(2, 1, 128), (2, 1, 16, 8), (2, 1, 4, 4, 8)])
def test_every_byte_survives_the_way_to_floats_and_back(shape):
    stored = torch.arange(256, dtype=torch.uint8).reshape(shape)
    seen = normalise(stored)
    expected = torch.linspace(-1, 1, 256, dtype=torch.float64).reshape(shape)
    assert torch.allclose(seen.double(), expected, atol=1e-6)
    assert torch.equal(quantise(seen), stored)


def test_the_channels_of_images_lie_last_in_memory():
    images = torch.zeros(2, 3, 4, 5, dtype=torch.uint8)
    assert normalise(images).is_contiguous(memory_format=torch.channels_last)


def test_what_is_given_stays_as_it_was():
    floats = torch.full((2, 3, 4, 4), 255.0).contiguous(memory_format=torch.channels_last)
    assert torch.equal(normalise(floats), torch.ones(2, 3, 4, 4))
    assert torch.equal(floats, torch.full((2, 3, 4, 4), 255.0))

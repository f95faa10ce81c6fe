"""Rearrangements that must lose nothing."""

import pytest
import torch

from ganforge.networks.layers import DepthToSpace, SpaceToDepth, crop


@pytest.mark.parametrize(("factor", "size"), [((2,), (6,)), ((2, 2), (4, 6)), ((2, 1, 2), (4, 3, 6)), ((4,), (8,))])
def test_depth_to_space_undoes_space_to_depth(factor, size):
    x = torch.randn(2, 3, *size)
    assert torch.equal(DepthToSpace(factor)(SpaceToDepth(factor)(x)), x)


def test_depth_to_space_of_any_axes_is_the_pixel_shuffle():
    """The general path, seen through an axis of length one, against torch's own in two axes."""
    x = torch.randn(2, 12, 4, 5)
    general = DepthToSpace((1, 2, 2))(x[:, :, None])[:, :, 0]
    assert torch.equal(general, torch.nn.functional.pixel_shuffle(x, 2))
    y = torch.randn(2, 3, 8, 10)
    assert torch.equal(SpaceToDepth((1, 2, 2))(y[:, :, None])[:, :, 0], torch.nn.functional.pixel_unshuffle(y, 2))


def test_an_odd_size_survives_the_round_trip():
    x = torch.randn(1, 1, 7, 9)
    assert torch.equal(crop(DepthToSpace((2, 2))(SpaceToDepth((2, 2))(x)), (7, 9)), x)

"""Tiles along an axis."""

import itertools

import numpy as np
import pytest

from ganforge.translating.tiles import Tiling, spans


@pytest.mark.parametrize("length", [1, 63, 64, 65, 97, 100, 500, 1001])
@pytest.mark.parametrize("tiling", [Tiling(64, 32, 16, 16), Tiling(64, 32, 0, 4), Tiling(64, 16, 8, 4)], ids=str)
def test_weights_of_tiles_add_up_to_one_everywhere_and_end_before_a_tile_does(length, tiling):
    total, tiles = np.zeros(length), spans(length, tiling)
    for tile in tiles:
        total[tile.start : tile.stop] += tile.weights
        assert tile.start % tiling.multiple == 0
        assert tile.stop - tile.start <= tiling.tile
        assert (tile.weights >= 0).all()
        margin = (tiling.overlap - tiling.ramp) // 2 - 1
        assert tile.start == 0 or not tile.weights[:margin].any()
        assert tile.stop == length or not tile.weights[-margin:].any()
    assert np.allclose(total, 1)
    assert len(tiles) == 1 or length > tiling.tile
    assert all(before.stop - behind.start >= tiling.overlap for before, behind in itertools.pairwise(tiles))

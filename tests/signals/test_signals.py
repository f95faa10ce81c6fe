"""Arrays, tensors and pictures of each other."""

import numpy as np
import torch
from PIL import Image

from ganforge.scale import normalise, quantise
from ganforge.signals import SIGNALS


def test_every_level_survives_the_round_trip():
    levels = torch.arange(256, dtype=torch.uint8)
    scaled = normalise(levels)
    assert float(scaled.min()) == -1
    assert float(scaled.max()) == 1
    assert torch.equal(quantise(scaled), levels)


def test_values_beyond_the_range_are_clipped():
    assert quantise(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]


def test_a_sheet_shows_images_row_by_row(tmp_path):
    images = np.zeros((3, 1, 8, 8), dtype=np.uint8)
    images[1] = 255
    SIGNALS["image"]().sheet(images, 2, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        pixels = np.asarray(picture)
    factor = pixels.shape[0] // 17
    assert pixels.shape == (17 * factor, 17 * factor)
    assert factor > 10
    assert (pixels[: 8 * factor, 9 * factor :] == 255).all()
    assert (pixels[9 * factor :, : 8 * factor] == 0).all()


def test_colour_images_are_written_as_they_are(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 6), dtype=np.uint8)
    SIGNALS["image"]().each(images, ["one", "two"], tmp_path / "single")
    with Image.open(tmp_path / "single" / "two.png") as picture:
        assert np.array_equal(np.moveaxis(np.asarray(picture), -1, 0), images[1])

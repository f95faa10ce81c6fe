"""A user's picture, brought to the shape that a generator draws."""

import io

import numpy as np
import pytest
from PIL import Image

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.single import read_single
from ganforge.errors import UserError
from tests.datasets.sections import section

SOUNDS = DataSettings(name="sounds", held_out="test")


def wide():
    """A PNG whose left half is red, whose middle is transparent, and whose right half is blue."""
    image = Image.new("RGBA", (64, 16), "#ff0000ff")
    image.paste("#0000ffff", (32, 0, 64, 16))
    image.paste((0, 0, 0, 0), (28, 0, 36, 16))
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("settings", [section("digits"), SOUNDS])
def test_where_no_settings_say_otherwise_it_is_the_largest_square_on_white(settings):
    pixels = read_single(wide(), "wide.png", (3, 16, 16), settings)
    assert pixels.shape == (3, 16, 16)
    assert pixels[:, 8, 8].tolist() == [255, 255, 255]
    assert pixels[:, 8, 0].tolist() == [255, 0, 0]
    assert pixels[:, 8, 15].tolist() == [0, 0, 255]


def test_it_is_cropped_as_image_files_are():
    settings = section("folder", crop="pad", background="#00ff00")
    pixels = read_single(wide(), "wide.png", (3, 16, 16), settings)
    assert pixels[:, 0, 8].tolist() == pixels[:, 15, 8].tolist() == [0, 255, 0]
    assert pixels[0, 8, 0] == pixels[2, 8, 15] == 255


def test_it_is_grey_where_the_generator_draws_grey_and_small_ones_are_enlarged():
    pixels = read_single(wide(), "wide.png", (1, 32, 32), section("folder", min_side=99))
    assert pixels.shape == (1, 32, 32)
    assert pixels.dtype == np.uint8


@pytest.mark.parametrize(
    ("content", "shape", "words"),
    [
        (b"%PDF-1.7", (3, 16, 16), "wide.png cannot be read"),
        (b"", (3, 16, 16), "wide.png cannot be read"),
        (wide(), (3, 16, 32), "cannot be converted to the shape"),
        (wide(), (3, 5, 16, 16), "cannot be converted to the shape"),
        (wide(), (1, 64), "cannot be converted to the shape"),
    ],
)
def test_what_is_no_picture_or_would_not_fit_is_refused(content, shape, words):
    with pytest.raises(UserError, match=words):
        read_single(content, "wide.png", shape, section("digits"))

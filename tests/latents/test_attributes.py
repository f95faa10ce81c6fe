"""What is measured on images."""

import numpy as np
import pytest

from ganforge.latents.attributes import brightness, measures, slant, width
from ganforge.signals.image import ImageSignal
from tests.sounds import SOUND


def stroke(slope, ink=255, paper=0, thickness=2.0, side=33):
    """A stroke that moves ``slope`` pixels to the right for each pixel upwards."""
    down, across = np.meshgrid(np.arange(side) - side // 2, np.arange(side) - side // 2, indexing="ij")
    inside = (np.abs(across + slope * down) <= thickness) & (np.abs(down) <= 10)
    return np.where(inside, ink, paper).astype(np.uint8)[None, None]


@pytest.mark.parametrize("slope", [-0.5, 0.0, 0.25, 1.0])
@pytest.mark.parametrize(("ink", "paper"), [(255, 0), (0, 255), (90, 200)])
def test_the_slant_is_that_of_the_stroke_whatever_the_paper(slope, ink, paper):
    assert slant(stroke(slope, ink, paper))[0] == pytest.approx(slope, abs=0.03)


def test_the_width_is_the_standard_deviation_across():
    for thickness in (2, 5):
        columns = np.arange(-thickness, thickness + 1)
        assert width(stroke(0.0, thickness=thickness))[0] == pytest.approx(columns.std(), rel=1e-3)


def test_brightness_is_the_mean_of_all_channels():
    images = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 6), dtype=np.uint8)
    assert np.allclose(brightness(images), images.mean((1, 2, 3)))


def test_an_empty_image_has_no_slant_and_makes_no_trouble():
    blank = np.full((1, 1, 9, 9), 7, np.uint8)
    assert np.isfinite([slant(blank), width(blank)]).all()


def test_what_is_measured_depends_on_the_signal():
    assert set(measures(ImageSignal((1, 28, 28)))) == {"brightness", "width", "slant"}
    assert set(measures(ImageSignal((3, 28, 28)))) == {"brightness"}
    assert measures(SOUND) == {}

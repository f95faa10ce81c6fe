"""Classic augmentation."""

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from ganforge.augmenting.classic import change
from ganforge.augmenting.settings import ClassicSettings

NOTHING = {"rotation": 0.0, "translation": 0.0, "scale": 0.0, "mirror": False}


def smooth_images(count=4, side=32):
    """Images without sharp edges, dark at the border, on which kinds of interpolation agree."""
    images = np.random.default_rng(0).normal(size=(count, 1, side, side))
    images = ndimage.gaussian_filter(images, (0, 0, 3, 3))
    window = np.hanning(side)[:, None] * np.hanning(side)
    images = images / np.abs(images).max() * window
    return torch.from_numpy((127 + 127 * images).astype(np.uint8))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def changed(images, **settings):
    return change(images, ClassicSettings(**NOTHING | settings), seeded())


def test_without_any_change_every_pixel_stays():
    images = smooth_images()
    assert torch.equal(changed(images), images)


def test_mirrored_images_are_the_same_ones_left_to_right_about_half_of_them():
    images = torch.randint(0, 256, (200, 3, 7, 7), dtype=torch.uint8, generator=seeded())
    after = changed(images, mirror=True)
    same = (after == images).flatten(1).all(1)
    assert torch.equal(after[~same], images[~same].flip(3))
    assert 70 < same.sum() < 130


def test_a_rotation_is_that_of_scipy():
    images = smooth_images()
    after = changed(images, rotation=40.0)
    angles = (2 * torch.rand(len(images), generator=seeded()) - 1) * 40
    assert angles.abs().max() > 20
    for image, turned, angle in zip(images[:, 0].numpy(), after[:, 0].numpy(), angles.tolist()):
        wanted = ndimage.rotate(image.astype(float), angle, reshape=False, order=1, mode="nearest")
        assert np.abs(wanted - turned).max() < 2
        assert np.abs(image - turned.astype(float)).max() > 10 or abs(angle) < 5


def test_an_image_that_is_not_square_is_turned_and_not_sheared():
    """A disc stays a disc, and an upright stroke as long as it was."""
    down, across = np.meshgrid(np.arange(40) - 19.5, np.arange(80) - 39.5, indexing="ij")
    disc = torch.from_numpy(np.where(np.hypot(down, across) < 12, 200, 0).astype(np.uint8))[None, None].repeat(
        20, 1, 1, 1
    )
    assert (changed(disc, rotation=90.0).float() - disc.float()).abs().mean() < 2
    stroke = torch.from_numpy(np.where((abs(across) < 2) & (abs(down) < 15), 200, 0).astype(np.uint8))[None, None]
    turned = changed(stroke.repeat(20, 1, 1, 1), rotation=90.0).float()
    ink = turned / turned.sum((1, 2, 3), keepdim=True)
    extent = (ink[:, 0] * torch.from_numpy(down**2 + across**2)).sum((1, 2)).sqrt()
    assert extent.numpy() == pytest.approx(extent.mean().item(), rel=0.03)


@pytest.mark.parametrize("more", [{}, {"rotation": 30.0, "scale": 0.3}], ids=["alone", "with all else"])
@pytest.mark.parametrize("most", [0.1, 0.25])
def test_no_image_is_moved_farther_than_asked_for(most, more):
    images = torch.zeros(300, 1, 41, 41, dtype=torch.uint8)
    images[:, :, 18:23, 18:23] = 200
    after = changed(images, translation=most, **more).float()[:, 0]
    rows, columns = torch.meshgrid(torch.arange(41.0), torch.arange(41.0), indexing="ij")
    total = after.sum((1, 2))
    for positions in (rows, columns):
        moved = (after * positions).sum((1, 2)) / total - 20
        assert moved.abs().max() <= most * 41 + 0.1
        assert moved.max() > 0.8 * most * 41 and moved.min() < -0.8 * most * 41


def test_scaling_changes_the_area_by_its_square():
    images = torch.zeros(300, 1, 41, 41, dtype=torch.uint8)
    images[:, :, 12:29, 12:29] = 200
    area = changed(images, scale=0.2).float().sum((1, 2, 3)) / images[0].sum()
    assert math.sqrt(area.max()) == pytest.approx(1.2, abs=0.02)
    assert math.sqrt(area.min()) == pytest.approx(0.8, abs=0.02)

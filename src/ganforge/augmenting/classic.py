"""Classic augmentation: images are rotated, moved, scaled and mirrored at random, and keep their labels."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganforge.augmenting.settings import ClassicSettings


def change(images: Tensor, settings: ClassicSettings, random: torch.Generator) -> Tensor:
    """Applies a random affine map to each image; pixels from outside repeat the border.

    Args:
        images: (batch, channels, height, width) uint8.
        settings: how far each change goes, to both sides.
        random: random generator of the changes, on the CPU.

    Returns:
        The same shape, uint8.
    """

    def draw(most: float) -> Tensor:
        return (2 * torch.rand(len(images), generator=random) - 1) * most

    angle, size = draw(math.radians(settings.rotation)), 1 + draw(settings.scale)
    flip = torch.where(torch.rand(len(images), generator=random) < 0.5 * settings.mirror, -1.0, 1.0)
    across, down = draw(2 * settings.translation), draw(2 * settings.translation)  # the grid is 2 wide
    # Maps places in the changed image to those in the original: moves back, then rotates and scales back. The grid
    # counts in halves of the height and of the width, the rotation in pixels.
    aspect = images.shape[2] / images.shape[3]
    cosine, sine = angle.cos() / size, angle.sin() / size
    first = torch.stack([cosine, -sine * aspect], dim=1) * flip[:, None]
    second = torch.stack([sine / aspect, cosine], dim=1)
    linear = torch.stack([first, second], dim=1)
    offset = -linear @ torch.stack([across, down], dim=1)[:, :, None]
    rows = torch.cat([linear, offset], dim=2)
    grid = nn.functional.affine_grid(rows.to(images.device), list(images.shape), align_corners=False)
    changed = nn.functional.grid_sample(images.float(), grid, padding_mode="border", align_corners=False)
    return changed.round().clamp(0, 255).to(torch.uint8)

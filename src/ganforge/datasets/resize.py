"""Resizes images."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ganforge.prepared.columns import Split


def resize_pictures(split: Split, side: int) -> Split:
    """The split with every column of pictures, uint8 (N, 1 or 3, height, width), resized to side x side."""
    pictures = {
        name: array
        for name, array in split.columns.items()
        if array.dtype == np.uint8 and array.ndim == 4 and array.shape[1] in (1, 3)
    }
    return split.with_columns(**{name: resize(array, side) for name, array in pictures.items()})


def resize(images: np.ndarray, side: int) -> np.ndarray:
    """Resizes images to side x side by Lanczos with antialiasing.

    Args:
        images: uint8 (N, channels, height, width).
        side: pixels.

    Returns:
        uint8 (N, channels, side, side).
    """
    if images.shape[2:] == (side, side):
        return images
    resized = np.empty((*images.shape[:2], side, side), dtype=np.uint8)
    for image, target in zip(images, resized, strict=True):
        for channel, plane in zip(image, target, strict=True):
            plane[:] = Image.fromarray(channel).resize((side, side), Image.Resampling.LANCZOS)
    return resized

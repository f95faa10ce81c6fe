"""Images of one size as images of another."""

from __future__ import annotations

import numpy as np
from PIL import Image


def resize(images: np.ndarray, side: int) -> np.ndarray:
    """Lanczos with antialiasing to side x side.

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

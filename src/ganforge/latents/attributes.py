"""What can be measured on any image, to find the direction that changes it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def brightness(images: np.ndarray) -> np.ndarray:
    """Mean of all pixels, 0 to 255; (N, channels, height, width) to (N,)."""
    mean: np.ndarray = images.reshape(len(images), -1).mean(1, dtype=np.float64)
    return mean


def width(images: np.ndarray) -> np.ndarray:
    """Standard deviation across of where the ink is, in pixels; (N, 1, height, width) to (N,)."""
    ink, _, across = _centred(images)
    spread: np.ndarray = np.sqrt((ink * across**2).sum((1, 2)))
    return spread


def slant(images: np.ndarray) -> np.ndarray:
    """Pixels that the ink moves to the right for each pixel upwards; (N, 1, height, width) to (N,).

    The slope of the regression of columns on rows, as in the deskewing of handwriting.
    """
    ink, down, across = _centred(images)
    slope: np.ndarray = -(ink * down * across).sum((1, 2)) / np.maximum((ink * down**2).sum((1, 2)), 1e-9)
    return slope


Measure = Callable[[np.ndarray], np.ndarray]
ANY: dict[str, Measure] = {"brightness": brightness}
DRAWN: dict[str, Measure] = {**ANY, "width": width, "slant": slant}


def measures(shape: tuple[int, ...]) -> dict[str, Measure]:
    """What can be measured on signals (channels, *size): nothing but on images; more on those without colour."""
    if len(shape) != 3:
        return {}
    return DRAWN if shape[0] == 1 else ANY


def _centred(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ink as weights (N, height, width) of sum 1, and the place of every pixel from their centre, down and across.

    Ink is what differs from the border, whose median pixel is taken for the paper.
    """
    pixels = images[:, 0].astype(np.float64)
    border = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, 1:-1, 0], pixels[:, 1:-1, -1]], axis=1)
    ink = np.abs(pixels - np.median(border, axis=1)[:, None, None]) + 1e-9
    ink /= ink.sum((1, 2), keepdims=True)
    down, across = np.meshgrid(*(np.arange(length, dtype=np.float64) for length in pixels.shape[1:]), indexing="ij")
    centres = [(ink * place).sum((1, 2))[:, None, None] for place in (down, across)]
    return ink, down - centres[0], across - centres[1]

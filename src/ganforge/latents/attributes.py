"""Attributes of signals that can be measured, to find the directions that change them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal, StackedImageSignal


def brightness(images: np.ndarray) -> np.ndarray:
    """Mean of all pixels, 0 to 255; (N, channels, height, width) to (N,)."""
    mean: np.ndarray = images.reshape(len(images), -1).mean(1, dtype=np.float64)
    return mean


def width(images: np.ndarray) -> np.ndarray:
    """Horizontal standard deviation of the ink, in pixels; (N, 1, height, width) to (N,)."""
    ink, _, across = _centred(images)
    spread: np.ndarray = np.sqrt((ink * across**2).sum((1, 2)))
    return spread


def slant(images: np.ndarray) -> np.ndarray:
    """Slant of the ink: pixels to the right for each pixel upwards; (N, 1, height, width) to (N,).

    The slope of the regression of columns on rows, as in the deskewing of handwriting.
    """
    ink, down, across = _centred(images)
    slope: np.ndarray = -(ink * down * across).sum((1, 2)) / np.maximum((ink * down**2).sum((1, 2)), 1e-9)
    return slope


Measure = Callable[[np.ndarray], np.ndarray]
"""Stored signals (N, *shape) to (N,)."""

ANY_IMAGE: dict[str, Measure] = {"brightness": brightness}
GREY_IMAGE: dict[str, Measure] = {**ANY_IMAGE, "width": width, "slant": slant}


def measures_of_images(signal: Signal) -> dict[str, Measure]:
    """Further attributes of images without colour."""
    return GREY_IMAGE if signal.shape[0] == 1 else ANY_IMAGE


MEASURES: dict[str, Callable[[Signal], dict[str, Measure]]] = {
    ImageSignal.kind: measures_of_images,
    StackedImageSignal.kind: measures_of_images,
}
"""Attributes by kind of signal; other kinds have none."""


def measures(signal: Signal) -> dict[str, Measure]:
    """The attributes of such signals, by name."""
    of_kind = MEASURES.get(signal.kind)
    return {} if of_kind is None else of_kind(signal)


def _centred(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ink as weights (N, height, width) of sum 1, and the place of every pixel relative to its centre, down and across.

    Ink is the difference from the paper, which is the median pixel of the border.
    """
    pixels = images[:, 0].astype(np.float64)
    border = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, 1:-1, 0], pixels[:, 1:-1, -1]], axis=1)
    ink = np.abs(pixels - np.median(border, axis=1)[:, None, None]) + 1e-9
    ink /= ink.sum((1, 2), keepdims=True)
    down, across = np.meshgrid(*(np.arange(length, dtype=np.float64) for length in pixels.shape[1:]), indexing="ij")
    centres = [(ink * place).sum((1, 2))[:, None, None] for place in (down, across)]
    return ink, down - centres[0], across - centres[1]

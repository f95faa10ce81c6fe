"""What can be measured on any signal of a kind, to find the direction that changes it."""

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
"""Signals (N, *shape) as they are stored to (N,)."""

ANY_IMAGE: dict[str, Measure] = {"brightness": brightness}
GREY_IMAGE: dict[str, Measure] = {**ANY_IMAGE, "width": width, "slant": slant}


def measures_of_images(signal: Signal) -> dict[str, Measure]:
    """More on images without colour."""
    return GREY_IMAGE if signal.shape[0] == 1 else ANY_IMAGE


MEASURES: dict[str, Callable[[Signal], dict[str, Measure]]] = {
    ImageSignal.kind: measures_of_images,
    StackedImageSignal.kind: measures_of_images,
}
"""What can be measured, by kind of signal; nothing on other kinds."""


def measures(signal: Signal) -> dict[str, Measure]:
    """What can be measured on such signals, by name."""
    of_kind = MEASURES.get(signal.kind)
    return {} if of_kind is None else of_kind(signal)


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

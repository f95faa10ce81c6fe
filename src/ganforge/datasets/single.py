"""Reads one image file in the form of a generator's training images."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.decoding import Framing, Refusal, decode
from ganforge.datasets.settings import ImageFileSettings
from ganforge.errors import UserError


def read_single(content: bytes, name: str, shape: tuple[int, ...], settings: DataSettings) -> np.ndarray:
    """The image in the bytes of a file, cropped like the data and resized.

    Args:
        content: content of the file.
        name: its name in messages.
        shape: (channels, height, width) of the result.
        settings: section `dataset` of params.yaml.

    Returns:
        uint8 array of that shape.

    Raises:
        UserError: it is not a readable image, or the shape is not that of a square image.
    """
    if len(shape) != 3 or shape[1] != shape[2] or shape[0] not in (1, 3):
        raise UserError(f"{name} cannot be converted to the shape {shape}; this needs a generator of square images.")
    framing = Framing.of(settings) if isinstance(settings, ImageFileSettings) else Framing.plain()
    channels: Literal[1, 3] = 1 if shape[0] == 1 else 3
    picture = decode(content, dataclasses.replace(framing, side=shape[1], channels=channels, min_side=1))
    if isinstance(picture, Refusal):
        raise UserError(f"{name} cannot be read ({picture.reason}); use a PNG, JPEG or other image.")
    return picture.pixels

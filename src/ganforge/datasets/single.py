"""One image file, as the images are that a generator was trained on."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.decoding import Framing, Refusal, decode
from ganforge.datasets.settings import ImageFileSettings
from ganforge.errors import UserError


def read_single(content: bytes, name: str, shape: tuple[int, ...], settings: DataSettings) -> np.ndarray:
    """The image that the bytes of a file hold, cropped as the data were and resized.

    Args:
        content: of the file.
        name: what to call it.
        shape: (channels, height, width) to bring it to.
        settings: section `dataset` of params.yaml.

    Returns:
        uint8 array of that shape.

    Raises:
        UserError: it is no image that can be read, or the shape is none of a square image.
    """
    if len(shape) != 3 or shape[1] != shape[2] or shape[0] not in (1, 3):
        raise UserError(f"{name} cannot be brought to the shape {shape}; this needs a generator of square images.")
    framing = Framing.of(settings) if isinstance(settings, ImageFileSettings) else Framing.plain()
    channels: Literal[1, 3] = 1 if shape[0] == 1 else 3
    picture = decode(content, dataclasses.replace(framing, side=shape[1], channels=channels, min_side=1))
    if isinstance(picture, Refusal):
        raise UserError(f"{name} cannot be read ({picture.reason}); allowed is a PNG, JPEG or other image.")
    return picture.pixels

"""Reads a user's pictures, of any size and format, as sources of a translator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.decoding import MOST_PIXELS, WHITE, Framing, Refusal, decode
from ganforge.datasets.derived import derive
from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.signals import picture_of
from ganforge.translating.translation import source_signal

SHRUNK = {"small"}  # ways to derive a source that lose detail but no pixels: pictures are enlarged first
DRAWN = {"edges"}  # ways whose sources a user can draw


@dataclass(frozen=True)
class Reading:
    """How a picture becomes a source.

    Attributes:
        side: pixels of its shorter side after resizing; None for no resizing.
        longest: most pixels of its longer side after that; None for no limit.
        derived: whether to derive the source from it as for the training data; otherwise the picture is the source.
        background: red, green and blue behind transparent pixels, 0 to 255.
    """

    side: int | None = None
    longest: int | None = None
    derived: bool = False
    background: tuple[int, int, int] = WHITE


def background_of(settings: DataSettings) -> tuple[int, int, int]:
    """The colour behind transparent pixels of a data set: white, unless its settings say otherwise."""
    red, green, blue, *_ = ImageColor.getrgb(getattr(settings, "background", "#ffffff"))
    return red, green, blue


def derivation_in(generator: Generator) -> tuple[str, float] | None:
    """How the sources of the training data were derived from pictures, and how strongly; None if they were not."""
    about = source_signal(generator).about
    return (about["derived"], float(about.get("strength", 0))) if "derived" in about else None


def enlargement(generator: Generator) -> float:
    """The ratio of the sides of a result to those of its picture."""
    way, strength = derivation_in(generator) or ("", 1.0)
    return strength if way in SHRUNK else 1.0


def can_be_drawn(generator: Generator) -> bool:
    """Whether its sources are lines on white."""
    derivation = derivation_in(generator)
    return derivation is not None and derivation[0] in DRAWN


def read_source(content: bytes, name: str, generator: Generator, reading: Reading) -> np.ndarray:
    """The source in the content of a picture file.

    Without ``reading.derived``, the picture is already a source, such as an outline. If sources were made by shrinking,
    it is a small picture, which is enlarged bicubically by the same factor.

    Args:
        content: content of the file.
        name: name of the file in errors.
        generator: a translator.
        reading: how the picture becomes a source.

    Returns:
        uint8 (C, height, width), C being the channels of the generator's sources.

    Raises:
        UserError: the picture cannot be read, or is too large; or sources were not derived from pictures.
    """
    derivation, signal = derivation_in(generator), source_signal(generator)
    if reading.derived and derivation is None:
        raise UserError(
            f"{name} cannot become a source in this way: the sources of {generator.config.dataset} are files, not "
            "derived. Give a source."
        )
    made_of = generator.signal if reading.derived else signal
    pixels = _read(content, name, made_of.shape[0], reading)
    if reading.derived and derivation is not None:
        derived: np.ndarray = derive(pixels[None], *derivation)[0]
        return derived
    return resized(pixels, enlargement(generator), Image.Resampling.BICUBIC, name)


def read_example(content: bytes, name: str, generator: Generator, background: tuple[int, int, int]) -> np.ndarray:
    """The example picture of a style in a file; its shorter side is resized to that of training.

    Args:
        content: content of the file.
        name: name of the file in errors.
        generator: a translator.
        background: red, green and blue behind transparent pixels, 0 to 255.

    Returns:
        uint8 (C, height, width), with the channels of the generator's pictures.

    Raises:
        UserError: the picture cannot be read.
    """
    reading = Reading(side=min(generator.shape[1:]), background=background)
    return _read(content, name, generator.shape[0], reading)


def _read(content: bytes, name: str, channels: int, reading: Reading) -> np.ndarray:
    """The picture in a file at the wanted size, uint8 (1 or 3, height, width)."""
    framing = Framing(None, "none", reading.background, 1 if channels == 1 else 3, 1, MOST_PIXELS)
    picture = decode(content, framing)
    if isinstance(picture, Refusal):
        raise UserError(f"{name} cannot be read ({picture.reason}); allowed is a PNG, JPEG or other image.")
    return resized(picture.pixels, _factor(picture.pixels, reading), Image.Resampling.LANCZOS, name)


def _factor(pixels: np.ndarray, reading: Reading) -> float:
    """The factor by which a picture is resized first."""
    short, long = sorted(pixels.shape[1:])
    factor = 1.0 if reading.side is None else reading.side / short
    return factor if reading.longest is None else min(factor, reading.longest / long)


def resized(pixels: np.ndarray, factor: float, resampling: Image.Resampling, name: str) -> np.ndarray:
    """A picture (C, height, width) enlarged or shrunk by a factor, its sides rounded.

    Raises:
        UserError: the result would be too large.
    """
    if factor == 1:
        return pixels
    height, width = (max(1, round(side * factor)) for side in pixels.shape[1:])
    if height * width > MOST_PIXELS:
        raise UserError(
            f"{name} would have {height * width / 1e6:.1f} million pixels after scaling its sides by {factor:g}; "
            f"allowed are {MOST_PIXELS / 1e6:g} million: shrink it first."
        )
    image = picture_of(pixels).resize((width, height), resampling)
    array: np.ndarray = np.asarray(image)
    return array[None] if array.ndim == 2 else np.ascontiguousarray(np.moveaxis(array, -1, 0))

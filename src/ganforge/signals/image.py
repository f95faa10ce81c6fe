"""Images: two axes, one or three channels."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ganforge.files import write_durably

SHEET_SIDE = 640  # pixels; sheets of small images are enlarged towards this, by whole factors


class ImageSignal:
    """uint8 arrays of shape (N, channels, height, width) as pictures."""

    suffix = ".png"

    def sheet(self, images: np.ndarray, columns: int, path: Path) -> None:
        """Writes ``images`` as one PNG, row by row, enlarged by a whole factor when they are small."""
        write_durably(path, _png(enlarged(Image.fromarray(_tile(images, columns)), SHEET_SIDE)))

    def encode(self, image: np.ndarray) -> bytes:
        """One image (channels, height, width) as the content of a PNG file."""
        return _png(picture_of(image))

    def each(self, images: np.ndarray, names: Sequence[str], folder: Path) -> None:
        """Writes every image at its own size as ``folder/name.png``."""
        folder.mkdir(parents=True, exist_ok=True)
        for image, name in zip(images, names, strict=True):
            (folder / f"{name}{self.suffix}").write_bytes(self.encode(image))


def picture_of(image: np.ndarray) -> Image.Image:
    """uint8 (1 or 3, height, width) as Pillow has it, at its own size."""
    return Image.fromarray(_height_width_channels(image))


def enlarged(picture: Image.Image, side: int) -> Image.Image:
    """A picture with every pixel repeated, by the largest whole factor within ``side``; large ones stay as they are."""
    factor = max(1, side // max(picture.size))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def _png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def _height_width_channels(image: np.ndarray) -> np.ndarray:
    """(C, H, W) as Pillow wants it: (H, W) if grey, else (H, W, 3)."""
    return image[0] if len(image) == 1 else np.ascontiguousarray(np.moveaxis(image, 0, -1))


def _tile(images: np.ndarray, columns: int, gap: int = 1) -> np.ndarray:
    """(N, C, H, W) laid out in rows with a thin mid-grey gap between; (H', W') or (H', W', 3)."""
    count, channels, height, width = images.shape
    rows = math.ceil(count / columns)
    canvas = np.full((channels, rows * (height + gap) - gap, columns * (width + gap) - gap), 128, dtype=np.uint8)
    for index, image in enumerate(images):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        canvas[:, top : top + height, left : left + width] = image
    return _height_width_channels(canvas)

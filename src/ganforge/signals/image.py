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
        picture = Image.fromarray(_tile(images, columns))
        factor = max(1, SHEET_SIDE // max(picture.size))
        enlarged = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
        write_durably(path, _png(enlarged))

    def encode(self, image: np.ndarray) -> bytes:
        """One image (channels, height, width) as the content of a PNG file."""
        return _png(Image.fromarray(_height_width_channels(image)))

    def each(self, images: np.ndarray, names: Sequence[str], folder: Path) -> None:
        """Writes every image at its own size as ``folder/name.png``."""
        folder.mkdir(parents=True, exist_ok=True)
        for image, name in zip(images, names, strict=True):
            (folder / f"{name}{self.suffix}").write_bytes(self.encode(image))


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

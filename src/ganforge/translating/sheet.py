"""Sources next to their translations, as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ganforge.files import write_durably
from ganforge.signals import enlarged, picture_of
from ganforge.signals.signal import GAP, png

CELL = 256  # most pixels of the longer side of a picture
GREY = (128, 128, 128)


def thumbnail(pixels: np.ndarray) -> Image.Image:
    """uint8 (1 or 3, height, width) within a cell: large ones shrunk, small ones enlarged by a whole factor."""
    picture = picture_of(pixels).convert("RGB")
    if max(picture.size) <= CELL:
        return enlarged(picture, CELL)
    picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return picture


def write_sheet(rows: Sequence[Sequence[Image.Image]], path: Path) -> None:
    """Writes rows of `thumbnail` as a PNG, in columns with grey gaps.

    Args:
        rows: one or more, each with pictures of one size.
        path: where to write.
    """
    width = max(picture.width for row in rows for picture in row)
    heights = [max(picture.height for picture in row) for row in rows]
    columns = max(len(row) for row in rows)
    size = columns * (width + GAP) - GAP, sum(heights) + (len(rows) - 1) * GAP
    sheet, top = Image.new("RGB", size, GREY), 0
    for row, height in zip(rows, heights, strict=True):
        for column, picture in enumerate(row):
            sheet.paste(picture, (column * (width + GAP) + (width - picture.width) // 2, top))
        top += height + GAP
    write_durably(path, png(sheet))

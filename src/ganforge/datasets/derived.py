"""Derives sources from the pictures themselves; a translator learns to reverse this."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ganforge.datasets.decoding import digest_of
from ganforge.files import read_array, read_blocks, write_blocks
from ganforge.prepared.columns import SIGNAL, SOURCE, Kind
from ganforge.prepared.meta import SPLITS, Meta, column_file, describe

GREY = 128  # of a hole
BLOCK_PIXELS = 1 << 22  # processed at a time
RED, GREEN = 19595, 38470  # weights of the luminance in 65,536ths, as in Pillow (ITU-R 601-2); the rest is blue
NEIGHBOURS = ((0, 1), (1, 1), (1, 0), (1, -1))  # down and right of a pixel, by the direction of its gradient


def derive(pictures: np.ndarray, how: str, strength: float) -> np.ndarray:
    """The source of each picture.

    Args:
        pictures: uint8 (N, 1 or 3, height, width).
        how: ``grey``, ``edges``, ``small`` or ``masked``.
        strength: edges: least gradient that counts, 0 to 1; small: factor of the shrinking; masked: share of each side
            that the hole covers; unused for grey.

    Returns:
        uint8 (N, channels, height, width): one channel for grey and edges, else as many as the pictures have.
    """
    return WAYS[how](pictures, strength)


def add_source(folder: Path, meta: Meta, how: str, strength: float) -> Meta:
    """Writes a source for every picture of prepared data and updates meta.json.

    Args:
        folder: folder of the prepared data.
        meta: their current description.
        how, strength: as in `derive`.
    """
    for split in SPLITS:
        path = column_file(folder, split, SIGNAL)
        count, channels, height, width = read_array(path, mapped=True).shape
        rows = max(1, BLOCK_PIXELS // (channels * height * width))
        blocks = (derive(block, how, strength) for block in read_blocks(path, rows))
        shape = (count, 1 if how in ONE_CHANNEL else channels, height, width)
        write_blocks(column_file(folder, split, SOURCE), shape, blocks, np.uint8)
    kinds = {name: Kind(column.kind, column.about) for name, column in meta.columns.items()}
    about = {"derived": how} if how == "grey" else {"derived": how, "strength": strength}
    return describe(
        folder,
        kinds | {SOURCE: Kind("image", about)},
        dataset=meta.dataset,
        origin=meta.origin,
        held_out=meta.held_out,
    )


def grey(pictures: np.ndarray, _: float = 0.0) -> np.ndarray:
    """The luminance: uint8 (N, 1 or 3, height, width) to (N, 1, height, width)."""
    if pictures.shape[1] == 1:
        return pictures.copy()
    red, green, blue = (pictures[:, channel].astype(np.uint32) for channel in range(3))
    luminance = (RED * red + GREEN * green + (65536 - RED - GREEN) * blue + 32768) >> 16
    return luminance.astype(np.uint8)[:, None]


def edges(pictures: np.ndarray, least: float) -> np.ndarray:
    """Black lines on white, one pixel wide, where the gradient is at least ``least`` and a local maximum.

    The gradient is Sobel's, of the slightly smoothed picture in its steepest channel; a vertical edge from black to
    white has 0.75. Thinning follows Canny 1986, https://doi.org/10.1109/TPAMI.1986.4767851, with one threshold.

    Args:
        pictures: uint8 (N, 1 or 3, height, width).
        least: gradient, 0 to 1.

    Returns:
        uint8 (N, 1, height, width) of 0 and 255.
    """
    down, right = _steepest(pictures)
    steepness = np.hypot(down, right)
    framed = np.pad(steepness, ((0, 0), (1, 1), (1, 1)))
    direction = np.round(np.arctan2(down, right) / (np.pi / 4)).astype(np.int64) % 4
    height, width = steepness.shape[1:]
    largest = np.zeros(steepness.shape, dtype=bool)
    for number, (y, x) in enumerate(NEIGHBOURS):
        behind = framed[:, 1 + y : 1 + y + height, 1 + x : 1 + x + width]
        before = framed[:, 1 - y : 1 - y + height, 1 - x : 1 - x + width]
        largest |= (direction == number) & (steepness > before) & (steepness >= behind)
    return np.where(largest & (steepness >= least), 0, 255).astype(np.uint8)[:, None]


def _steepest(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient down and right in the channel where it is steepest; float32 (N, height, width) each."""
    smooth = _along(_along(pictures.astype(np.float32) / 255, 2, (0.25, 0.5, 0.25)), 3, (0.25, 0.5, 0.25))
    down = _along(_along(smooth, 2, (-1, 0, 1)), 3, (0.25, 0.5, 0.25))
    right = _along(_along(smooth, 3, (-1, 0, 1)), 2, (0.25, 0.5, 0.25))
    channel = np.argmax(down**2 + right**2, axis=1)[:, None]
    return np.take_along_axis(down, channel, 1)[:, 0], np.take_along_axis(right, channel, 1)[:, 0]


def _along(values: np.ndarray, axis: int, weights: tuple[float, float, float]) -> np.ndarray:
    """Weighted sums of each value and its two neighbours along an axis; border values are repeated."""
    widths = [(1, 1) if number == axis else (0, 0) for number in range(values.ndim)]
    padded = np.moveaxis(np.pad(values, widths, mode="edge"), axis, 0)
    before, middle, behind = weights
    total: np.ndarray = before * padded[:-2] + middle * padded[1:-1] + behind * padded[2:]
    return np.moveaxis(total, 0, axis)


def small(pictures: np.ndarray, factor: float) -> np.ndarray:
    """The pictures shrunk by a factor, by means of pixels, and enlarged bicubically to their old shape."""
    height, width = pictures.shape[2:]
    shrunk = max(1, round(width / factor)), max(1, round(height / factor))
    sources = np.empty_like(pictures)
    for picture, source in zip(pictures, sources, strict=True):
        for plane, target in zip(picture, source, strict=True):
            image = Image.fromarray(plane).resize(shrunk, Image.Resampling.BOX)
            target[:] = image.resize((width, height), Image.Resampling.BICUBIC)
    return sources


def masked(pictures: np.ndarray, share: float) -> np.ndarray:
    """The pictures with a grey hole that covers a share of each side.

    A digest of the pixels determines its place, which stays the same when pictures are added.
    """
    height, width = pictures.shape[2:]
    tall, wide = max(1, round(share * height)), max(1, round(share * width))
    sources = pictures.copy()
    for source, (draw_y, draw_x) in zip(sources, _draws(pictures), strict=True):
        top, left = draw_y % (height - tall + 1), draw_x % (width - wide + 1)
        source[:, top : top + tall, left : left + wide] = GREY
    return sources


def _draws(pictures: np.ndarray) -> Iterator[tuple[int, int]]:
    """Two integers of 64 bits for each picture, from a digest of its pixels."""
    for picture in pictures:
        digest = digest_of(np.ascontiguousarray(picture).data)
        yield int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")


WAYS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "grey": grey,
    "edges": edges,
    "small": small,
    "masked": masked,
}
ONE_CHANNEL = {"grey", "edges"}

"""Translates pictures of any size with a trained translator, whole or in tiles.

A network is trained at one size, and its weights fit any other. Memory grows with the area, so large pictures are
translated in tiles. Tiles should not be as small as the training pictures: a U-Net that was trained on outlines at 64
pixels translates a photograph of 1000 x 668 best as a whole. Tiles of 64 have visible borders, since a position depends
on up to 64 pixels around it; their mean difference from the whole is 11 of 256 levels. Tiles of 256 that share 128 with
their neighbours have no visible borders and differ by 0.03 levels (`tiling_of`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.sampling import draw_latents
from ganforge.networks.styled import STYLE
from ganforge.networks.translation import Translator
from ganforge.prepared.columns import SOURCE
from ganforge.signals import Signal
from ganforge.translating.styles import named_style, style_names
from ganforge.translating.tiles import Span, Tiling, spans

KEPT = 256  # pixels of a tile's side to keep, by default
COARSEST = 4  # least positions of a tile at the coarsest level of a network, as in training

Network = Callable[[np.ndarray], np.ndarray]
"""A stored source (C, height, width) to a float32 picture (C', height, width) as networks see it."""


def translates(generator: Generator) -> bool:
    """Whether a generator makes pictures from pictures."""
    return generator.signal.is_picture and any(source.is_picture for source in generator.condition.signals.values())


def takes_any_size(generator: Generator) -> bool:
    """Whether it translates pictures of other sizes than those of training."""
    return translates(generator) and isinstance(generator.module, Translator)


def source_signal(generator: Generator) -> Signal:
    """The kind of its sources.

    Raises:
        UserError: its sources are not pictures.
    """
    if not translates(generator):
        raise UserError(
            f"this generator of {generator.config.dataset} asks for {generator.condition.summary()}, and translates no "
            "pictures: draw samples with `ganforge sample`."
        )
    return generator.condition.signals[SOURCE]


def translate(
    generator: Generator, picture: np.ndarray, count: int = 1, seed: int = 0, tile: int | None = None, style: str = ""
) -> np.ndarray:
    """Translates one source; draw i depends on (seed, i) alone, not on ``count``.

    Args:
        generator: a translator.
        picture: a stored source, uint8 (C, height, width), of any size.
        count: draws with different latents, 1 or more; without latents, all draws are equal.
        seed: 0 or more.
        tile: see `translate_by`.
        style: name of a style, if the generator has several.

    Returns:
        uint8 (count, C', height, width).

    Raises:
        UserError: count is too small; and as in `translate_by`.
    """
    if count < 1:
        raise UserError(f"count is {count}; allowed is 1 or more.")
    latents = draw_latents(seed, count, generator.spec.latent_dim)
    if style or style_names(generator):
        latents = named_style(generator, style, latents)
    different = latents if generator.spec.latent_dim else latents[:1]
    drawn = np.stack([translate_by(generator, picture, each, tile) for each in different])
    return drawn if len(drawn) == count else np.repeat(drawn, count, axis=0)


def translate_by(generator: Generator, picture: np.ndarray, latent: np.ndarray, tile: int | None = None) -> np.ndarray:
    """Translates one source with one latent vector.

    Pictures with longer sides than a tile are translated tile by tile. If the result depends only on `Translator.reach`
    pixels around a position, tiles share as many on both sides and are cut in the middle: the result is the same as for
    the whole picture. Otherwise they are blended, see `tiling_of`. The tile bounds the memory of the network.

    Args:
        generator: a translator.
        picture: a stored source, uint8 (C, height, width).
        latent: (latent_dim,) float32; a style if the generator has several, see `ganforge.translating.styles`.
        tile: side in pixels, rounded down to a multiple of the network's; None: see `tiling_of`.

    Returns:
        uint8 (C', height, width).

    Raises:
        UserError: it does not translate, or not this size; the source has other channels, or the tile is too small.
    """
    signal = source_signal(generator)
    if picture.ndim != 3 or len(picture) != signal.shape[0] or picture.dtype != signal.dtype:
        raise UserError(
            f"the source is {picture.dtype} of shape {picture.shape}; allowed is {signal.dtype} of shape "
            f"({signal.shape[0]}, height, width)."
        )
    if not isinstance(generator.module, Translator):
        return _at_the_size_of_training(generator, picture, latent)
    tiling = tiling_of(generator.module, signal.shape[1:], tile)
    rows, columns = (spans(length, tiling) for length in picture.shape[1:])
    result = np.empty((generator.shape[0], *picture.shape[1:]), np.uint8)
    for start, finished in _in_bands(_network(generator, latent), picture, rows, columns):
        stored = generator.signal.stored(torch.from_numpy(finished)[None])[0]
        result[:, start : start + finished.shape[1]] = stored
    return result


def tiling_of(module: Translator, trained: tuple[int, ...], tile: int | None = None) -> Tiling:
    """The size of tiles and their overlap.

    By default, a tile keeps 256 pixels of its side and has more on both sides: `reach` if that is finite, else as many
    as the training pictures are long. With `reach` on both sides, tiles are cut in the middle of their overlap;
    otherwise they are blended linearly over its middle half, since results near the border of a tile are unreliable. A
    smaller tile shares at most half of its side.

    Args:
        module: the network.
        trained: height and width of the training pictures.
        tile: pixels of a side; None for the default.

    Raises:
        UserError: the tile is too small for the network.
    """
    step, exact = module.multiple, module.reach is not None
    around = max(trained) if module.reach is None else module.reach
    overlap, least = _up(2 * around, step), COARSEST * step
    if tile is None:
        tile = max(least, _up(KEPT + overlap, step))
    if tile < least:
        raise UserError(f"the tile is {tile} pixels; allowed for this network is {least} or more.")
    tile = tile // step * step
    half = tile // 2 // step * step
    if exact and overlap <= half:
        return Tiling(tile, overlap, 0, step)
    overlap = min(overlap, half)
    return Tiling(tile, overlap, overlap // 2, step)


def _up(number: int, step: int) -> int:
    """The next multiple."""
    return math.ceil(number / step) * step


def _at_the_size_of_training(generator: Generator, picture: np.ndarray, latent: np.ndarray) -> np.ndarray:
    """See `translate_by`, for a network that may accept one size only."""
    expected = source_signal(generator).shape
    if picture.shape != expected:
        (_, height, width), (_, trained_height, trained_width) = picture.shape, expected
        raise UserError(
            f"the picture has {width} x {height} pixels; the network {generator.spec.settings.name} translates only "
            f"the size of its training, {trained_width} x {trained_height}."
        )
    (stored,) = next(iter(generator.decode(latent[None], {SOURCE: picture[None]})))
    return np.asarray(stored)


def _network(generator: Generator, latent: np.ndarray) -> Network:
    """The network with one latent vector, as a function of arrays."""
    signal, device = source_signal(generator), generator.device
    latents = torch.from_numpy(np.ascontiguousarray(latent[None], np.float32)).to(device)

    beside = {STYLE: latents} if style_names(generator) else {}

    @torch.inference_mode()
    def made(source: np.ndarray) -> np.ndarray:
        shown = signal.presented(np.array(source[None], order="C"), device)
        drawn: np.ndarray = generator.module(latents, {SOURCE: shown, **beside})[0].float().cpu().numpy()
        return drawn

    return made


def _in_bands(
    network: Network, source: np.ndarray, rows: list[Span], columns: list[Span]
) -> Iterator[tuple[int, np.ndarray]]:
    """The result from top to bottom: bands (C', some rows, width) float32, each with its first row."""
    ends = [*(row.start for row in rows[1:]), source.shape[1]]
    shared: np.ndarray | None = None
    for row, end in zip(rows, ends, strict=True):
        band = _band(network, source[:, row.start : row.stop], columns) * row.weights[:, None]
        if shared is not None:
            band[:, : shared.shape[1]] += shared
        finished = end - row.start
        yield row.start, band[:, :finished]
        shared = band[:, finished:]


def _band(network: Network, source: np.ndarray, columns: list[Span]) -> np.ndarray:
    """The result for a band of a source, (C', rows, width) float32."""
    band: np.ndarray | None = None
    for column in columns:
        made = network(source[:, :, column.start : column.stop])
        if band is None:
            band = np.zeros((len(made), *source.shape[1:]), np.float32)
        band[:, :, column.start : column.stop] += made * column.weights
    assert band is not None
    return band

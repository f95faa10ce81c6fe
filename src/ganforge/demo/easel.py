"""The actions of the page of a translator, without the page."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.single import read_single
from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.sampling import draw_latents
from ganforge.prepared.columns import SOURCE, Arrays
from ganforge.settings import LAST_SEED
from ganforge.signals import enlarged, picture_of
from ganforge.translating.sources import (
    Reading,
    background_of,
    can_be_drawn,
    derivation_in,
    enlargement,
    read_example,
    read_source,
)
from ganforge.translating.styles import named_style, style_names, style_of
from ganforge.translating.translation import source_signal, takes_any_size, translate_by

SIDE = 448  # pixels; small pictures are enlarged towards this, by whole factors
LONGEST = 1024  # pixels of the longer side of a result, so that the page responds soon
CANVAS = 512  # pixels of the longer side of the canvas
INK = 160  # levels below which a pixel of a shrunk drawing belongs to a line


class Easel:
    """A translator and its sources.

    Attributes:
        derivation: how the sources of the training data were derived from pictures; None if they were not.
        draws: whether a user can draw a source.
        canvas: width and height of the canvas.
        pen: width in pixels of a line on the canvas that becomes one pixel wide.
        varies: whether seeds change the picture of a source.
        styles: names of its styles; empty if there is only one.
        examples: number of sources of the test data.

    Args:
        generator: the translator.
        settings: section `dataset` of params.yaml, which says how to crop pictures, and their background.
        pool: columns of the test data, if they are here.

    Raises:
        UserError: the generator does not translate.
    """

    def __init__(self, generator: Generator, settings: DataSettings, pool: Arrays | None = None) -> None:
        self.generator, self.settings = generator, settings
        self.signal = source_signal(generator)
        self.derivation, self.draws = derivation_in(generator), can_be_drawn(generator)
        height, width = self.signal.shape[1:]
        self.pen = max(1, CANVAS // max(height, width))
        self.canvas = self.pen * width, self.pen * height
        self.varies = generator.spec.latent_dim > 0
        self.styles = style_names(generator)
        self._sources = None if pool is None else pool[SOURCE]
        self.examples = 0 if self._sources is None else len(self._sources)

    def read(self, content: bytes, name: str, derived: bool) -> np.ndarray:
        """The source in a file, uint8 (C, height, width), in its own size if the network accepts any.

        Args:
            content: content of a picture file.
            name: name of the file.
            derived: whether to derive a source from it first, see `ganforge.translating.sources.Reading`.

        Raises:
            UserError: it is not a picture.
        """
        if not takes_any_size(self.generator):
            return read_single(content, name, self.signal.shape, self.settings)
        longest = round(LONGEST if derived else LONGEST / enlargement(self.generator))
        reading = Reading(longest=longest, derived=derived, background=background_of(self.settings))
        return read_source(content, name, self.generator, reading)

    def drawn(self, canvas: np.ndarray) -> np.ndarray:
        """A drawing as a source: black lines on white, uint8 (C, height, width) of the size of training.

        Args:
            canvas: red, green, blue and opacity, uint8 (height, width, 4) of any size.
        """
        paper = Image.new("RGBA", (canvas.shape[1], canvas.shape[0]), "white")
        paper.alpha_composite(Image.fromarray(canvas))
        channels, height, width = self.signal.shape
        shrunk = np.asarray(paper.convert("L").resize((width, height), Image.Resampling.BOX))
        lines: np.ndarray = np.where(shrunk < INK, 0, 255).astype(np.uint8)
        return np.repeat(lines[None], channels, axis=0)

    def example(self, number: int) -> np.ndarray:
        """The next source of the test data, uint8 (C, height, width); the first follows the last."""
        assert self._sources is not None
        return np.array(self._sources[number % self.examples])

    def translate(self, source: np.ndarray, seed: int, style: str | np.ndarray = "") -> np.ndarray:
        """The translation of a source, uint8 (C', height, width).

        Args:
            source: see `read`.
            seed: 0 or more.
            style: for a generator of several styles, the name of one, or the result of `example_style`.

        Raises:
            UserError: the seed is out of its range, or there is no such style.
        """
        if not 0 <= seed <= LAST_SEED:
            raise UserError(f"the seed is {seed}; allowed is 0 to {LAST_SEED}.")
        latents = draw_latents(seed, 1, self.generator.spec.latent_dim)
        if isinstance(style, np.ndarray):
            latents = style[None]
        elif self.styles:
            latents = named_style(self.generator, style, latents)
        return translate_by(self.generator, source, latents[0])

    def example_style(self, content: bytes, name: str) -> np.ndarray:
        """The style of the picture in a file, (latent_dim,) float32.

        Raises:
            UserError: it is not a picture.
        """
        return style_of(self.generator, read_example(content, name, self.generator, background_of(self.settings)))

    def shown(self, stored: np.ndarray) -> np.ndarray:
        """A picture as uint8 (height, width, 3), every pixel of a small one repeated by a whole factor."""
        return np.array(enlarged(picture_of(stored), SIDE).convert("RGB"))

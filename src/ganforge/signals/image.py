"""Images: two axes, one or three channels."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ganforge.errors import UserError, first_line
from ganforge.signals.signal import Signal, picture_of, png

if TYPE_CHECKING:
    from torch import Tensor

FILE_FORMATS = ("PNG", "JPEG")


class ImageSignal(Signal):
    """uint8 (channels, height, width), one or three channels; networks see -1 to 1."""

    kind = "image"
    plural = "images"
    dtype = "uint8"
    blank = 128
    suffix = ".png"
    mime = "image/png"
    transformations = ("colour", "translation", "cutout")
    moves = ("shift", "mirror")

    @property
    def is_picture(self) -> bool:
        """Whether it has two axes, and one or three channels."""
        return len(self.shape) == 3 and self.shape[0] in (1, 3)

    def to_network(self, stored: Tensor) -> Tensor:
        """0..255 to float32 -1..1; images use the channels-last memory format, which makes convolutions faster."""
        import torch

        layout = torch.channels_last if stored.dim() == 4 else torch.contiguous_format
        return stored.to(torch.float32, memory_format=layout, copy=True).div_(127.5).sub_(1)

    def from_network(self, x: Tensor) -> Tensor:
        """Clipped to [-1, 1], rounded to the nearest of 256 levels."""
        import torch

        return ((x.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)

    def output(self, x: Tensor) -> Tensor:
        """See `saturate`."""
        return saturate(x)

    def picture(self, stored: np.ndarray) -> np.ndarray:
        """The stored image."""
        return stored

    def encode(self, stored: np.ndarray) -> bytes:
        """A PNG of the same size."""
        return png(picture_of(self.picture(stored)))

    def decode(self, content: bytes) -> np.ndarray:
        """The pixels of an image file of the signal's size, converted to its number of channels."""
        channels, *size = self.shape
        allowed = f"allowed is a PNG or JPEG of {' x '.join(map(str, reversed(size)))} pixels"
        try:
            with Image.open(io.BytesIO(content), formats=FILE_FORMATS) as picture:
                if picture.size != tuple(reversed(size)):
                    raise UserError(f"the image has {' x '.join(map(str, picture.size))} pixels; {allowed}.")
                pixels = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise UserError(f"the image cannot be read ({first_line(error)}); {allowed}.") from None
        return np.ascontiguousarray(np.moveaxis(pixels.reshape(*size, channels), -1, 0))


class StackedImageSignal(ImageSignal):
    """Images whose channels are separate pictures, such as the three digits of Stacked MNIST.

    The feature network processes one channel at a time. The labels of the channels are the digits of the label of the
    whole, the first channel being the most significant.
    """

    kind = "stacked_image"
    views = 3

    @property
    def view_shape(self) -> tuple[int, ...]:
        """One channel."""
        return (1, *self.shape[1:])

    def for_features(self, x: Tensor) -> Tensor:
        """Every channel as an image: (batch, 3, height, width) to (3 * batch, 1, height, width)."""
        return x.reshape(-1, 1, *x.shape[2:])


def saturate(x: Tensor) -> Tensor:
    """Tanh that reaches black and white: scaled by 1.1 and clipped to -1 and 1; keeps the shape.

    Plain tanh approaches black slowly, but half of the pixels of digits are black: samples would have dark greys
    instead, which features detect although people do not. Without clipping, the discriminator could recognise
    values outside of the range. Clipped values have no gradient.
    """
    from torch.nn.functional import hardtanh

    return hardtanh(1.1 * x.tanh())  # same as clamp, whose gradient needs five kernels


def have_one_size(pictures: np.ndarray, others: np.ndarray) -> bool:
    """Whether both are stored pictures (N, C, height, width) with the same dtype, height and width."""
    return pictures.ndim == 4 and pictures.dtype == others.dtype and pictures.shape[2:] == others.shape[2:]


def with_channels(pictures: np.ndarray, channels: int) -> np.ndarray:
    """Stored pictures (N, C, height, width) converted to a number of channels by averaging or repetition."""
    if pictures.shape[1] == channels:
        return pictures
    grey = pictures.mean(1, keepdims=True).round().astype(pictures.dtype)
    return np.repeat(grey, channels, axis=1)

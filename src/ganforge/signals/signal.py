"""What every kind of signal knows about itself."""

from __future__ import annotations

import io
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from PIL import Image

from ganforge.errors import UserError
from ganforge.files import write_durably

if TYPE_CHECKING:
    import torch
    from torch import Tensor

SHEET_SUFFIX = ".png"  # of sheets, whatever the signal: pages and MLflow show them
SHEET_SIDE = 640  # pixels; sheets of small pictures are enlarged towards this, by whole factors
GAP = 1  # pixel between the pictures of a sheet, mid-grey


class Signal(ABC):
    """A kind of signal, with the shape that the signals of one data set have.

    Attributes:
        kind: its key in `ganforge.signals.SIGNALS`.
        plural: what several of them are called on pages.
        dtype: of stored arrays.
        suffix: of the file that holds a single one.
        mime: type of that file.
        transformations: names of `ganforge.training.augmentation.TRANSFORMATIONS` that leave it a signal of its kind.
        moves: names of `ganforge.training.augmentation.MOVES` by which it may be moved together with its source.
        still_axes: of each axis whether a signal moved along it is another one, as a sound at other frequencies is;
            networks are told positions along these. Empty: of no axis.
        blank: the stored number that fills a place of a sheet where there is no signal.
        views: what the feature network is shown of one signal: so many arrays of `view_shape`, each with a label.

    Args:
        shape: of one stored signal.
        about: what else has to be known of it, see `ganforge.prepared.columns.Kind`.
    """

    kind: ClassVar[str]
    plural: ClassVar[str]
    dtype: ClassVar[str]
    suffix: ClassVar[str]
    mime: ClassVar[str]
    transformations: ClassVar[tuple[str, ...]] = ()
    moves: ClassVar[tuple[str, ...]] = ()
    still_axes: ClassVar[tuple[bool, ...]] = ()
    blank: ClassVar[int] = 0
    views: ClassVar[int] = 1

    def __init__(self, shape: Sequence[int], about: Mapping[str, Any] | None = None) -> None:
        self.shape, self.about = tuple(shape), dict(about or {})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Signal) and self.describe() == other.describe()

    def __hash__(self) -> int:
        return hash((self.kind, self.shape))

    def describe(self) -> dict[str, Any]:
        """What `ganforge.signals.signal_of` makes it of again, as JSON has it."""
        return {"kind": self.kind, "shape": list(self.shape), "about": self.about}

    @property
    def is_picture(self) -> bool:
        """Whether a stored signal is a grey or colour picture of bytes itself."""
        return False

    @property
    def is_sound(self) -> bool:
        """Whether it is a sound itself, and not only something that can be played."""
        return False

    @property
    def is_music(self) -> bool:
        """Whether it is notes in voices."""
        return False

    @property
    def is_categorical(self) -> bool:
        """Whether networks see one number for each of several categories, between which there is nothing."""
        return False

    @property
    def rate(self) -> int:
        """Samples per second of its `sound`; 0: it cannot be listened to."""
        return 0

    @property
    def network_shape(self) -> tuple[int, ...]:
        """(channels, *size) of a signal as networks see it."""
        return self.shape

    @abstractmethod
    def to_network(self, stored: Tensor) -> Tensor:
        """Stored signals (batch, *shape) to floats (batch, *network_shape), on their device."""

    @abstractmethod
    def from_network(self, x: Tensor) -> Tensor:
        """Floats (batch, *network_shape) to the nearest stored signals (batch, *shape)."""

    @abstractmethod
    def output(self, x: Tensor) -> Tensor:
        """The generator's last step: unbounded (batch, *network_shape) to what a signal may be, differentiable."""

    @property
    def view_shape(self) -> tuple[int, ...]:
        """(channels, *size) of what the feature network is shown."""
        return self.network_shape

    def for_features(self, x: Tensor) -> Tensor:
        """(batch, *network_shape) to the views that features are taken of, (batch * views, *view_shape)."""
        return x

    @abstractmethod
    def picture(self, stored: np.ndarray) -> np.ndarray:
        """One stored signal (*shape) as a picture to look at, uint8 (1 or 3, height, width)."""

    @abstractmethod
    def encode(self, stored: np.ndarray) -> bytes:
        """One stored signal (*shape) as the content of a file that a person can open."""

    def files(self, stored: np.ndarray) -> dict[str, bytes]:
        """One stored signal (*shape) as the contents of all files that a person may want of it, by their suffix."""
        return {self.suffix: self.encode(stored)}

    @property
    def is_rebuilt(self) -> bool:
        """Whether a file cannot keep everything, so that `rebuilt` changes signals."""
        return False

    def rebuilt(self, stored: np.ndarray) -> np.ndarray:
        """Stored signals (N, *shape) as they are once they were written to a file and read again.

        Samples are scored as people see or hear them, and real signals are treated alike. Only signals of which a file
        cannot keep everything differ.
        """
        return stored

    def sound(self, stored: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """One stored signal (*shape) to listen to: (samples,) float32, -1 to 1, `rate` of them a second.

        Raises:
            UserError: it cannot be listened to.
        """
        raise UserError(f"{self.plural} cannot be listened to.")

    def decode(self, content: bytes) -> np.ndarray:  # noqa: ARG002
        """The stored signal (*shape) in the content of a file, the inverse of `encode`.

        Raises:
            UserError: it holds none, or this kind of signal is not read from files.
        """
        raise UserError(f"{self.plural} are not read from files; allowed is an array of {self.dtype}.")

    def sheet(self, stored: np.ndarray, columns: int, path: Path) -> None:
        """Writes pictures of (N, *shape) as one PNG, row by row."""
        canvas = tile([self.picture(signal) for signal in stored], columns)
        write_durably(path, png(enlarged(picture_of(canvas), SHEET_SIDE)))

    def each(self, stored: np.ndarray, names: Sequence[str], folder: Path) -> None:
        """Writes `files` of every one of (N, *shape) as ``folder/name`` with their suffixes."""
        folder.mkdir(parents=True, exist_ok=True)
        for signal, name in zip(stored, names, strict=True):
            for suffix, content in self.files(signal).items():
                (folder / f"{name}{suffix}").write_bytes(content)

    def stored(self, x: Tensor) -> np.ndarray:
        """What networks drew as stored arrays in memory."""
        return self.from_network(x).cpu().numpy()

    def presented(self, stored: np.ndarray, device: torch.device) -> Tensor:
        """Stored arrays as networks see them, on ``device``."""
        import torch

        return self.to_network(torch.from_numpy(stored).to(device))


def picture_of(pixels: np.ndarray) -> Image.Image:
    """uint8 (1 or 3, height, width) as Pillow has it, at its own size."""
    return Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, -1)))


def enlarged(picture: Image.Image, side: int) -> Image.Image:
    """A picture with every pixel repeated, by the largest whole factor within ``side``; large ones stay as they are."""
    factor = max(1, side // max(picture.size))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def png(picture: Image.Image) -> bytes:
    """The content of a PNG file."""
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def tile(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Pictures (1 or 3, height, width) of one size laid out in rows with a gap between, as one such picture."""
    channels, height, width = pictures[0].shape
    rows = math.ceil(len(pictures) / columns)
    canvas = np.full((channels, rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), 128, dtype=np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        canvas[:, top : top + height, left : left + width] = picture
    return canvas

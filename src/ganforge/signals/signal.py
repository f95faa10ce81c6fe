"""The base class of signals."""

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

SHEET_SUFFIX = ".png"  # of the sheets of all signals, which pages and MLflow show
SHEET_SIDE = 640  # pixels; sheets of small pictures are enlarged up to this, by whole factors
GAP = 1  # pixel between the pictures of a sheet, mid-grey


class Signal(ABC):
    """A kind of signal with the shape of one data set.

    Attributes:
        kind: its key in `ganforge.signals.SIGNALS`.
        plural: plural name for pages.
        dtype: dtype of stored arrays.
        suffix: suffix of the file of a single signal.
        mime: MIME type of that file.
        transformations: names of `ganforge.training.augmentation.TRANSFORMATIONS` that suit this kind.
        moves: names of `ganforge.training.augmentation.MOVES` that may be applied to it and its source together.
        still_axes: for each axis, whether a shift along it changes the meaning, as for frequencies of a sound;
            networks get positions along these axes as input. Empty: for no axis.
        blank: the stored number that fills an empty place of a sheet.
        views: number of arrays of `view_shape` that the feature network sees of one signal, each with a label.

    Args:
        shape: shape of one stored signal.
        about: further facts, see `ganforge.prepared.columns.Kind`.
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
        """Its description as JSON, from which `ganforge.signals.signal_of` restores it."""
        return {"kind": self.kind, "shape": list(self.shape), "about": self.about}

    @property
    def is_picture(self) -> bool:
        """Whether a stored signal is a grey or colour picture of bytes."""
        return False

    @property
    def is_sound(self) -> bool:
        """Whether it is a sound, and not only playable."""
        return False

    @property
    def is_music(self) -> bool:
        """Whether it consists of notes in voices."""
        return False

    @property
    def is_categorical(self) -> bool:
        """Whether networks see one-hot encoded categories."""
        return False

    @property
    def rate(self) -> int:
        """Samples per second of its `sound`; 0: it cannot be played."""
        return 0

    @property
    def network_shape(self) -> tuple[int, ...]:
        """(channels, *size) of a signal for networks."""
        return self.shape

    @abstractmethod
    def to_network(self, stored: Tensor) -> Tensor:
        """Stored signals (batch, *shape) to floats (batch, *network_shape), on their device."""

    @abstractmethod
    def from_network(self, x: Tensor) -> Tensor:
        """Floats (batch, *network_shape) to the nearest stored signals (batch, *shape)."""

    @abstractmethod
    def output(self, x: Tensor) -> Tensor:
        """The generator's last, differentiable step: unbounded (batch, *network_shape) to valid values."""

    @property
    def view_shape(self) -> tuple[int, ...]:
        """(channels, *size) of the inputs of the feature network."""
        return self.network_shape

    def for_features(self, x: Tensor) -> Tensor:
        """(batch, *network_shape) to inputs of the feature network, (batch * views, *view_shape)."""
        return x

    @abstractmethod
    def picture(self, stored: np.ndarray) -> np.ndarray:
        """One stored signal (*shape) as a picture, uint8 (1 or 3, height, width)."""

    @abstractmethod
    def encode(self, stored: np.ndarray) -> bytes:
        """One stored signal (*shape) as the content of a file."""

    def files(self, stored: np.ndarray) -> dict[str, bytes]:
        """One stored signal (*shape) as the contents of all its files, by their suffix."""
        return {self.suffix: self.encode(stored)}

    @property
    def is_rebuilt(self) -> bool:
        """Whether files are lossy, so that `rebuilt` changes signals."""
        return False

    def rebuilt(self, stored: np.ndarray) -> np.ndarray:
        """Stored signals (N, *shape) after writing them to a file and reading them again.

        Scores use samples as people see or hear them, and real signals in the same form. Only signals with lossy files
        change.
        """
        return stored

    def sound(self, stored: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """One stored signal (*shape) as a sound: (samples,) float32, -1 to 1, `rate` per second.

        Raises:
            UserError: it cannot be played.
        """
        raise UserError(f"{self.plural} cannot be played as sound.")

    def decode(self, content: bytes) -> np.ndarray:  # noqa: ARG002
        """The stored signal (*shape) in the content of a file, the inverse of `encode`.

        Raises:
            UserError: it has no such signal, or this kind cannot be read from files.
        """
        raise UserError(f"{self.plural} cannot be read from files; allowed is an array of {self.dtype}.")

    def sheet(self, stored: np.ndarray, columns: int, path: Path) -> None:
        """Writes pictures of (N, *shape) as one PNG, row by row."""
        canvas = tile([self.picture(signal) for signal in stored], columns)
        write_durably(path, png(enlarged(picture_of(canvas), SHEET_SIDE)))

    def each(self, stored: np.ndarray, names: Sequence[str], folder: Path) -> None:
        """Writes the `files` of each of (N, *shape) as ``folder/name`` with their suffixes."""
        folder.mkdir(parents=True, exist_ok=True)
        for signal, name in zip(stored, names, strict=True):
            for suffix, content in self.files(signal).items():
                (folder / f"{name}{suffix}").write_bytes(content)

    def stored(self, x: Tensor) -> np.ndarray:
        """Outputs of networks as stored arrays in memory."""
        return self.from_network(x).cpu().numpy()

    def presented(self, stored: np.ndarray, device: torch.device) -> Tensor:
        """Stored arrays as inputs of networks, on ``device``."""
        import torch

        return self.to_network(torch.from_numpy(stored).to(device))


def picture_of(pixels: np.ndarray) -> Image.Image:
    """uint8 (1 or 3, height, width) as a Pillow image of the same size."""
    return Image.fromarray(pixels[0] if len(pixels) == 1 else np.ascontiguousarray(np.moveaxis(pixels, 0, -1)))


def enlarged(picture: Image.Image, side: int) -> Image.Image:
    """Enlarges a picture by the largest whole factor within ``side``, by repeating pixels; large ones stay."""
    factor = max(1, side // max(picture.size))
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)


def png(picture: Image.Image) -> bytes:
    """The content of a PNG file."""
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def tile(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Pictures (1 or 3, height, width) of one size arranged in rows with gaps, as one picture."""
    channels, height, width = pictures[0].shape
    rows = math.ceil(len(pictures) / columns)
    canvas = np.full((channels, rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), 128, dtype=np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * (height + GAP), index % columns * (width + GAP)
        canvas[:, top : top + height, left : left + width] = picture
    return canvas

"""MNIST and the sets that come in its format, read by torchvision's own classes."""

from __future__ import annotations

import gzip
import math
import struct
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.archives import MOST_BYTES
from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.errors import UserError
from ganforge.prepared.columns import Split

UNSIGNED_BYTES = 0x08


class MNISTFormat(ArraySource):
    """70,000 grey images of 28x28 in four gzipped IDX files.

    Args:
        torchvision_class: name of the class in ``torchvision.datasets`` that knows addresses, digests and format.
        origin: who made the data.
        classes: names of the labels.
    """

    def __init__(self, torchvision_class: str, origin: str, classes: Sequence[str]) -> None:
        self.torchvision_class, self.origin, self.classes = torchvision_class, origin, classes

    def remote_files(self) -> Sequence[RemoteFile]:
        """The four official files."""
        reader = self._reader()
        return [
            RemoteFile(name, tuple(mirror + name for mirror in reader.mirrors), md5) for name, md5 in reader.resources
        ]

    def read(self, folder: Path) -> dict[str, Split]:
        """Unpacks into a temporary folder of the layout that torchvision expects, and lets it read."""
        with tempfile.TemporaryDirectory() as root:
            unpacked = Path(root) / self.torchvision_class / "raw"
            unpacked.mkdir(parents=True)
            for file in self.remote_files():
                packed = folder / file.name
                (unpacked / packed.stem).write_bytes(read_idx(packed))
            return {name: self._split(root, train=name == "train") for name in ("train", "test")}

    def _split(self, root: str, *, train: bool) -> Split:
        data = self._reader()(root, train=train)
        return Split.of(data.data.numpy()[:, None], data.targets.numpy().astype(np.int64))

    def _reader(self) -> Any:
        import torchvision.datasets

        return getattr(torchvision.datasets, self.torchvision_class)


def read_idx(path: Path, called: str | None = None) -> bytes:
    """A gzipped IDX file of bytes, unpacked: two zeros, the kind of number, the axes, their lengths, the numbers.

    Args:
        path: where it lies.
        called: what to call it, where that place is a passing one.

    Raises:
        UserError: it is damaged, of another format, or holds more or fewer numbers than its header says.
    """
    try:
        with gzip.open(path) as file:
            zeros, kind, axes = struct.unpack(">HBB", file.read(4))
            if (zeros, kind) != (0, UNSIGNED_BYTES) or axes not in {1, 3}:
                raise ValueError("its header is not that of an IDX file of bytes")
            lengths = file.read(4 * axes)
            count = math.prod(struct.unpack(f">{axes}I", lengths))
            if count > MOST_BYTES:
                raise ValueError(f"its header speaks of {count} bytes")
            numbers = file.read(count + 1)
            if len(numbers) != count:
                held = "more" if len(numbers) > count else len(numbers)
                raise ValueError(f"its header speaks of {count} bytes, it holds {held}")
    except (OSError, EOFError, ValueError, zlib.error, struct.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise UserError(f"{called or path} is damaged ({error}): run `dvc repro -f fetch` to get it anew.") from error
    return struct.pack(">HBB", zeros, kind, axes) + lengths + numbers


DIGITS = [str(digit) for digit in range(10)]
SOURCE = MNISTFormat("MNIST", "MNIST (LeCun, Cortes & Burges 1998, CC BY-SA 3.0)", DIGITS)

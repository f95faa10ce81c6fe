"""MNIST and data sets in its format, read by torchvision's classes."""

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
        torchvision_class: class in ``torchvision.datasets`` with addresses, digests and format.
        origin: authors of the data.
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
        """Unpacks the files into a temporary folder, where torchvision reads them."""
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
    """Unpacks a gzipped IDX file of bytes: two zeros, the number type, the axes, their lengths, the numbers.

    Args:
        path: path of the file.
        called: name for messages, if the path is temporary.

    Raises:
        UserError: it is damaged, has another format, or does not match its header.
    """
    try:
        with gzip.open(path) as file:
            zeros, kind, axes = struct.unpack(">HBB", file.read(4))
            if (zeros, kind) != (0, UNSIGNED_BYTES) or axes not in {1, 3}:
                raise ValueError("its header is not that of an IDX file of bytes")
            lengths = file.read(4 * axes)
            count = math.prod(struct.unpack(f">{axes}I", lengths))
            if count > MOST_BYTES:
                raise ValueError(f"its header announces {count} bytes")
            numbers = file.read(count + 1)
            if len(numbers) != count:
                held = "more" if len(numbers) > count else len(numbers)
                raise ValueError(f"its header announces {count} bytes, but it has {held}")
    except (OSError, EOFError, ValueError, zlib.error, struct.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise UserError(
            f"{called or path} is damaged ({error}): run `dvc repro -f fetch` to download it again."
        ) from error
    return struct.pack(">HBB", zeros, kind, axes) + lengths + numbers


DIGITS = [str(digit) for digit in range(10)]
SOURCE = MNISTFormat("MNIST", "MNIST (LeCun, Cortes & Burges 1998, CC BY-SA 3.0)", DIGITS)

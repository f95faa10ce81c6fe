"""CIFAR-10: colour images of 32x32, read by torchvision's own class."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.archives import unpack
from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.prepared.columns import Split


class CIFAR10(ArraySource):
    """60,000 images of ten classes."""

    classes: Sequence[str] = [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ]
    origin = "CIFAR-10 (Krizhevsky 2009)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The one official archive."""
        reader = self._reader()
        return [RemoteFile(reader.filename, (reader.url,), reader.tgz_md5)]

    def read(self, folder: Path) -> dict[str, Split]:
        """Unpacks the verified archive into a temporary folder, where torchvision reads it."""
        with tempfile.TemporaryDirectory() as root:
            unpacked = Path(root) / "unpacked"
            unpack(folder / self._reader().filename, unpacked)
            return {name: self._split(str(unpacked), train=name == "train") for name in ("train", "test")}

    def _split(self, root: str, *, train: bool) -> Split:
        data = self._reader()(root, train=train)
        images = np.ascontiguousarray(np.moveaxis(data.data, -1, 1))
        return Split.of(images, np.asarray(data.targets, dtype=np.int64))

    def _reader(self) -> Any:
        import torchvision.datasets

        return torchvision.datasets.CIFAR10


SOURCE = CIFAR10()

"""MNIST and the sets that come in its format, read by torchvision's own classes."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.source import RemoteFile, Split


class MNISTFormat:
    """70,000 grey images of 28x28 in four gzipped IDX files.

    Args:
        torchvision_class: name of the class in ``torchvision.datasets`` that knows addresses, digests and format.
        origin: who made the data.
        classes: names of the labels.
    """

    parts = 1

    def __init__(self, torchvision_class: str, origin: str, classes: Sequence[str]) -> None:
        self.torchvision_class, self.origin, self.classes = torchvision_class, origin, classes

    def remote_files(self) -> Sequence[RemoteFile]:
        """The four official files."""
        reader = self._reader()
        return [
            RemoteFile(name, tuple(mirror + name for mirror in reader.mirrors), md5) for name, md5 in reader.resources
        ]

    def bundled_files(self) -> dict[str, bytes]:
        """None."""
        return {}

    def read(self, folder: Path) -> dict[str, Split]:
        """Unpacks into a temporary folder of the layout that torchvision expects, and lets it read."""
        with tempfile.TemporaryDirectory() as root:
            unpacked = Path(root) / self.torchvision_class / "raw"
            unpacked.mkdir(parents=True)
            for packed in folder.glob("*.gz"):
                with gzip.open(packed) as source, (unpacked / packed.stem).open("wb") as target:
                    shutil.copyfileobj(source, target)
            return {name: self._split(root, train=name == "train") for name in ("train", "test")}

    def _split(self, root: str, *, train: bool) -> Split:
        data = self._reader()(root, train=train)
        return Split(data.data.numpy()[:, None], data.targets.numpy().astype(np.int64))

    def _reader(self) -> Any:
        import torchvision.datasets

        return getattr(torchvision.datasets, self.torchvision_class)


DIGITS = [str(digit) for digit in range(10)]
MNIST = MNISTFormat("MNIST", "MNIST (LeCun, Cortes & Burges 1998, CC BY-SA 3.0)", DIGITS)
FASHION_MNIST = MNISTFormat(
    "FashionMNIST",
    "Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, MIT)",
    ["t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
)
KMNIST = MNISTFormat(
    "KMNIST",
    "Kuzushiji-MNIST (Clanuwat et al. 2018, CC BY-SA 4.0)",
    ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
)

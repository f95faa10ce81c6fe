"""EMNIST: handwritten digits and letters in the format of MNIST, read by torchvision's own class."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.archives import unpack
from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.mnist import read_idx
from ganforge.prepared.columns import Split

SPLIT = "balanced"
MEMBERS = [
    f"gzip/emnist-{SPLIT}-{part}-{content}-ubyte.gz"
    for part in ("train", "test")
    for content in ("images-idx3", "labels-idx1")
]


class EMNIST(ArraySource):
    """The split "balanced": 112,800 training and 18,800 test images of 28x28, balanced over the classes.

    Its 47 classes are the digits, the capital letters, and the small letters that differ from their capitals. The
    official files store each image transposed; here images are upright.
    """

    classes: Sequence[str] = [*string.digits, *string.ascii_uppercase, *"abdefghnqrt"]
    origin = "EMNIST balanced (Cohen, Afshar, Tapson & van Schaik 2017)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The one official archive, of all splits."""
        reader = self._reader()
        return [RemoteFile(self._archive(), (reader.url,), reader.md5)]

    def read(self, folder: Path) -> dict[str, Split]:
        """Unpacks the four files of the split into the layout that torchvision reads.

        Raises:
            UserError: the archive or one of the four files is damaged or missing.
        """
        archive = folder / self._archive()
        with tempfile.TemporaryDirectory() as root:
            packed, unpacked = Path(root) / "packed", Path(root) / "EMNIST" / "raw"
            unpack(archive, packed, only=MEMBERS)
            unpacked.mkdir(parents=True)
            for member in MEMBERS:
                (unpacked / Path(member).stem).write_bytes(read_idx(packed / member, f"{member} in {archive}"))
            return {name: self._split(root, train=name == "train") for name in ("train", "test")}

    def _split(self, root: str, *, train: bool) -> Split:
        data = self._reader()(root, split=SPLIT, train=train)
        upright = np.ascontiguousarray(data.data.numpy().swapaxes(1, 2))
        return Split.of(upright[:, None], data.targets.numpy().astype(np.int64))

    def _archive(self) -> str:
        return str(self._reader().url).rpartition("/")[2]

    def _reader(self) -> Any:
        import torchvision.datasets

        return torchvision.datasets.EMNIST


SOURCE = EMNIST()

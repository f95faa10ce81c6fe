"""STL-10: colour images of 96x96."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.archives import unpack
from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.errors import UserError
from ganforge.prepared.columns import Split

SHAPE = (3, 96, 96)


class STL10(ArraySource):
    """5,000 training and 8,000 test images of ten classes; the 100,000 unlabelled images are left out.

    Addresses, digest and names are torchvision's. Its reader is not used, because it needs the unlabelled images, 2.8
    GB that would have to be unpacked for nothing.
    """

    classes: Sequence[str] = [
        "airplane",
        "bird",
        "car",
        "cat",
        "deer",
        "dog",
        "horse",
        "monkey",
        "ship",
        "truck",
    ]
    origin = "STL-10 (Coates, Lee & Ng 2011)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The one official archive."""
        reader = self._reader()
        return [RemoteFile(reader.filename, (reader.url,), reader.tgz_md5)]

    def read(self, folder: Path) -> dict[str, Split]:
        """Unpacks the labelled images into a temporary folder and reads them.

        Raises:
            UserError: the archive is damaged, or the numbers of images and labels differ.
        """
        reader = self._reader()
        archive = folder / reader.filename
        members = {
            split: [f"{reader.base_folder}/{name}" for name, _ in files[:2]]  # images, labels
            for split, files in (("train", reader.train_list), ("test", reader.test_list))
        }
        with tempfile.TemporaryDirectory() as root:
            unpacked = Path(root) / "unpacked"
            unpack(archive, unpacked, only=[member for pair in members.values() for member in pair])
            return {
                split: self._split(unpacked / images, unpacked / labels, f"{images} in {archive}")
                for split, (images, labels) in members.items()
            }

    def _split(self, images: Path, labels: Path, called: str) -> Split:
        """Reads images stored column by column, and labels counted from 1.

        Raises:
            UserError: their numbers differ, or a label is invalid.
        """
        pixels, numbers = np.fromfile(images, np.uint8), np.fromfile(labels, np.uint8)
        if len(pixels) != len(numbers) * np.prod(SHAPE):
            raise _damaged(called, f"it has {len(pixels)} bytes for {len(numbers)} labels")
        if ((numbers < 1) | (numbers > len(self.classes))).any():
            raise _damaged(called, f"its labels range from {numbers.min()} to {numbers.max()}")
        upright = pixels.reshape(-1, *SHAPE).swapaxes(2, 3)
        return Split.of(np.ascontiguousarray(upright), numbers.astype(np.int64) - 1)

    def _reader(self) -> Any:
        import torchvision.datasets

        return torchvision.datasets.STL10


def _damaged(called: str, reason: str) -> UserError:
    return UserError(f"{called} is damaged ({reason}): run `dvc repro -f fetch` to download it again.")


SOURCE = STL10()

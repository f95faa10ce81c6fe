"""Oxford 102 Flowers: photographs of all sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganforge.datasets.archives import unpack
from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.image_files import ImageFileSource
from ganforge.errors import UserError, first_line

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings

OFFICIAL = {"trnid": "train", "valid": "train", "tstid": "test"}  # names in setid.mat


class Flowers102(ImageFileSource["ImageFileSettings"]):
    """8,189 photographs of 102 kinds of flower.

    The official splits are kept, so that scores can be compared with published ones: the 2,040 images for training and
    validation are used for training, and the 6,149 test images are held out. The larger test set is unusual, but
    correct. Addresses, digests and class names are torchvision's; its reader does not return paths, so this module
    reads the two tables.
    """

    origin = "Nilsback & Zisserman 2008"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The photographs, their labels and their splits."""
        reader = self._reader()
        return [
            RemoteFile(name, (reader._download_url_prefix + name,), md5) for name, md5 in reader._file_dict.values()
        ]

    def collect(self, raw: Path, workspace: Path, settings: ImageFileSettings) -> Collection:  # noqa: ARG002
        """The photographs that the table of splits names.

        Raises:
            UserError: a file is damaged.
        """
        reader = self._reader()
        photographs, labels, splits = (raw / reader._file_dict[part][0] for part in ("image", "label", "setid"))
        unpacked = workspace / "photographs"
        unpack(photographs, unpacked)
        items = sorted(_items(unpacked / "jpg", labels, splits, reader.classes), key=lambda item: item.name)
        return Collection("Oxford 102 Flowers", items, (), f"the {len(reader.classes)} classes are the official ones")

    def _reader(self) -> Any:
        import torchvision.datasets

        return torchvision.datasets.Flowers102


def _items(folder: Path, labels: Path, splits: Path, classes: Sequence[str]) -> Iterator[Item]:
    """An item for each number in the table of splits; photographs and classes are counted from 1."""
    (label_of,) = _read_table(labels, ["labels"], len(classes))
    numbers_of = dict(zip(OFFICIAL, _read_table(splits, [*OFFICIAL], len(label_of))))
    for official, split in OFFICIAL.items():
        for number in numbers_of[official]:
            name = f"image_{number:05d}.jpg"
            yield Item(name, str(folder / name), classes[label_of[number - 1] - 1], split)


def _read_table(path: Path, names: Sequence[str], most: int) -> list[np.ndarray]:
    """The lists ``names`` of a MATLAB file, with numbers from 1 to ``most``.

    Raises:
        UserError: it is damaged, or has other numbers.
    """
    from scipy.io import loadmat

    try:
        held = loadmat(path)
        missing = [name for name in names if name not in held]
        if missing:
            raise ValueError(f"it has no list {missing[0]}")
        lists = [held[name].ravel().astype(np.int64) for name in names]
        if any(((numbers < 1) | (numbers > most)).any() for numbers in lists):
            raise ValueError(f"a number is not from 1 to {most}")
    except OSError:
        raise
    except Exception as error:  # a damaged file can make scipy raise anything
        raise UserError(
            f"{path} is damaged ({first_line(error)}): run `dvc repro -f fetch` to download it again."
        ) from error
    return lists


SOURCE = Flowers102()

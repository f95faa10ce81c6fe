"""CelebA: photographs of faces, aligned and cropped to 178x218."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.archives import unpack
from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.image_files import ImageFileSource
from ganforge.errors import UserError

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings

IMAGES = "img_align_celeba.zip"
PARTITION = "list_eval_partition.txt"
ADDRESS = "https://drive.usercontent.google.com/download?id={}&export=download&confirm=t"
OFFICIAL = {"0": "train", "1": "train", "2": "test"}  # training, validation and testing


class CelebA(ImageFileSource["ImageFileSettings"]):
    """202,599 photographs of 10,177 people: 182,637 to learn from, 19,962 of other people held out.

    There are no classes: the 40 attributes overlap and are left out. Digests and Google Drive file numbers are
    torchvision's. The download address was never tested, and Google refuses files with too many downloads on a day; if
    the download fails, set ``GANFORGE_MIRROR`` to a folder with both files in ``celeba/``.
    """

    origin = "Liu, Luo, Wang & Tang 2015, for research that is not commercial"

    def remote_files(self) -> Sequence[RemoteFile]:
        """The photographs and the table of splits."""
        import torchvision.datasets

        return [
            RemoteFile(name, (ADDRESS.format(number),), md5)
            for number, md5, name in torchvision.datasets.CelebA.file_list
            if name in {IMAGES, PARTITION}
        ]

    def collect(self, raw: Path, workspace: Path, settings: ImageFileSettings) -> Collection:  # noqa: ARG002
        """The photographs that the table of splits names.

        Raises:
            UserError: a file is damaged.
        """
        items = list(_items(raw / PARTITION, workspace / "photographs" / "img_align_celeba"))
        unpack(raw / IMAGES, workspace / "photographs")
        return Collection("CelebA", items, (), "there are no classes: the attributes, which overlap, are left out")


def _items(table: Path, folder: Path) -> Iterator[Item]:
    """An item for each line of the table, which has the name of a photograph and 0, 1 or 2.

    Raises:
        UserError: a line has another form, or there are no lines.
    """
    lines = table.read_text(encoding="ascii", errors="replace").splitlines()
    for number, line in enumerate(lines or [""], start=1):
        match = re.fullmatch(r"(\d{6}\.jpg) +([012]) *", line)
        if match is None:
            raise UserError(
                f"{table} is damaged (line {number} is {line[:40]!r}, not a photograph's name and 0, 1 or 2): run "
                "`dvc repro -f fetch` to download it again."
            )
        name, official = match.groups()
        yield Item(name, str(folder / name), split=OFFICIAL[official])


SOURCE = CelebA()

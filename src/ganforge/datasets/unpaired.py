"""Your own pictures of two kinds, to translate those in data/import/source into those in .../target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.collection import Collection, Item, by_folders, read_files
from ganforge.datasets.image_files import ImageFileSource
from ganforge.datasets.intake import FOLDERS
from ganforge.datasets.pairing import side_of
from ganforge.datasets.suffixes import IMAGES
from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.columns import SIGNAL

if TYPE_CHECKING:
    from ganforge.datasets.settings import UnpairedSettings

COLUMNS = {folder: column for column, folder in FOLDERS.items()}


class Unpaired(ImageFileSource["UnpairedSettings"]):
    """Unpaired pictures in two folders; see docs/how_to/own_images.md."""

    origin = "your own pictures of two kinds"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where they are."""
        return {"README.txt": f"Your own pictures of two kinds are read from {IMPORT} as they are.\n".encode()}

    def collect(self, raw: Path, workspace: Path, settings: UnpairedSettings) -> Collection:  # noqa: ARG002
        """The pictures in both folders; the classes are those of the target.

        Raises:
            UserError: a folder has no images, or the target has too few styles.
        """
        files = read_files(IMPORT, workspace) if IMPORT.is_dir() else {}
        sides = {side: {name: path for name, path in files.items() if side_of(name) == side} for side in COLUMNS}
        collections = {side: by_folders(side, of_side) for side, of_side in sides.items()}
        for side, collection in collections.items():
            if not collection.items:
                raise UserError(
                    f"{IMPORT} contains no images in a folder named {side}; both folders source and target need images "
                    f"({', '.join(IMAGES)}): put the pictures to translate in source, and examples of the result "
                    "in target."
                )
        target = collections[FOLDERS[SIGNAL]]
        if settings.styles and len({item.label for item in target.items}) < 2:
            raise UserError(
                f"params.yaml: dataset.labels is styles, but {IMPORT}/{FOLDERS[SIGNAL]} contains pictures of one style "
                f"({target.labels_from}): sort them into two or more folders, one for each style, with no pictures "
                "outside of these, or set dataset.labels to ignore."
            )
        items = [_placed(item, side) for side, collection in collections.items() for item in collection.items]
        outside = [name for name in files if side_of(name) is None]
        others = [f"{side}/{name}" for side, collection in collections.items() for name in collection.others]
        return Collection(IMPORT.name, items, [*outside, *others], target.labels_from)

    def column_of(self, item: Item) -> str:
        """See `ImageFileSource`."""
        return COLUMNS[item.name.partition("/")[0]]


def _placed(item: Item, side: str) -> Item:
    """An item with the name of its side in front; only target items keep their class."""
    return replace(item, name=f"{side}/{item.name}", label=item.label if side == FOLDERS[SIGNAL] else None)


SOURCE = Unpaired()

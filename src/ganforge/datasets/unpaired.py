"""Your own pictures of two kinds, to turn one into the other: whatever lies in data/import/source and .../target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.collection import SUFFIXES, Collection, Item, by_folders, read_files
from ganforge.datasets.image_files import ImageFileSource
from ganforge.datasets.intake import FOLDERS
from ganforge.datasets.pairing import side_of
from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.columns import SIGNAL

if TYPE_CHECKING:
    from ganforge.datasets.settings import UnpairedSettings

COLUMNS = {folder: column for column, folder in FOLDERS.items()}


class Unpaired(ImageFileSource["UnpairedSettings"]):
    """Pictures in two folders, none of which belongs to one of the other; see docs/how_to/own_images.md."""

    origin = "your own pictures of two kinds"

    def bundled_files(self) -> dict[str, bytes]:
        """A word on where they are."""
        return {"README.txt": f"Your own pictures of two kinds are read from {IMPORT} as they are.\n".encode()}

    def collect(self, raw: Path, workspace: Path, settings: UnpairedSettings) -> Collection:  # noqa: ARG002
        """What lies in both folders; the classes are those of the target.

        Raises:
            UserError: one of them holds no images, or the target too few styles.
        """
        files = read_files(IMPORT, workspace) if IMPORT.is_dir() else {}
        sides = {side: {name: path for name, path in files.items() if side_of(name) == side} for side in COLUMNS}
        collections = {side: by_folders(side, of_side) for side, of_side in sides.items()}
        for side, collection in collections.items():
            if not collection.items:
                raise UserError(
                    f"{IMPORT} holds no images in a folder called {side}; allowed are folders source and target with "
                    f"images ({', '.join(SUFFIXES)}) in both: put what is to be turned into something else in source, "
                    "and what it is to look like in target."
                )
        target = collections[FOLDERS[SIGNAL]]
        if settings.styles and len({item.label for item in target.items}) < 2:
            raise UserError(
                f"params.yaml: dataset.labels is styles, but {IMPORT}/{FOLDERS[SIGNAL]} holds pictures of one style "
                f"({target.labels_from}); allowed are two or more folders in it, one for each style, and no pictures "
                "beside them: make them, or set dataset.labels to ignore."
            )
        items = [_placed(item, side) for side, collection in collections.items() for item in collection.items]
        outside = [name for name in files if side_of(name) is None]
        others = [f"{side}/{name}" for side, collection in collections.items() for name in collection.others]
        return Collection(IMPORT.name, items, [*outside, *others], target.labels_from)

    def column_of(self, item: Item) -> str:
        """See `ImageFileSource`."""
        return COLUMNS[item.name.partition("/")[0]]


def _placed(item: Item, side: str) -> Item:
    """An item under the name of its side; classes are those of the target alone."""
    return replace(item, name=f"{side}/{item.name}", label=item.label if side == FOLDERS[SIGNAL] else None)


SOURCE = Unpaired()

"""Your own images: the files in data/import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.collection import Collection, read_collection
from ganforge.datasets.image_files import ImageFileSource
from ganforge.datasets.suffixes import IMAGES, recipe_hint
from ganforge.errors import UserError
from ganforge.files import repository_root
from ganforge.layout import IMPORT

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings


class Folder(ImageFileSource["ImageFileSettings"]):
    """Images in folders, in archives, or listed in a table; see docs/how_to/own_images.md."""

    origin = "your own images"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where they are."""
        return {"README.txt": f"Your own images are read from {IMPORT} as they are.\n".encode()}

    def collect(self, raw: Path, workspace: Path, settings: ImageFileSettings) -> Collection:  # noqa: ARG002
        """See `read_import`."""
        return read_import(workspace)


def read_import(workspace: Path) -> Collection:
    """The images in data/import; archives are unpacked into ``workspace``.

    Raises:
        UserError: there are no images.
    """
    collection = read_collection(IMPORT, workspace) if IMPORT.is_dir() else None
    if collection is not None and collection.items:
        return collection
    if collection is not None and collection.others:
        raise UserError(
            f"{IMPORT} contains {len(collection.others)} files, such as {collection.others[0]}, but no image; allowed "
            f"are {', '.join(IMAGES)}.{recipe_hint(collection.others) or ' Convert them.'}"
        )
    if IMPORT.resolve() != repository_root() / IMPORT:
        raise UserError(
            f"{IMPORT} contains no images in the copy of the project that this experiment uses: copies contain only "
            f"files that git or DVC tracks, so run `dvc add {IMPORT}/NAME` in the project itself first."
        )
    raise UserError(
        f"{IMPORT} contains no images: put a folder, zip or tar of images there, or the result of "
        "`dvc import-url`; folders in it become classes."
    )


SOURCE = Folder()

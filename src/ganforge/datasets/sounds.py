"""Your own sounds: the recordings in data/import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.collection import Collection, by_folders, read_files
from ganforge.datasets.decoding import Refusal
from ganforge.datasets.sound_intake import RecordingSource
from ganforge.datasets.suffixes import SOUNDS, recipe_hint
from ganforge.errors import UserError
from ganforge.layout import IMPORT

if TYPE_CHECKING:
    from ganforge.datasets.sound_settings import SoundsSettings

MOST_BYTES = 500_000_000  # of a file


class Sounds(RecordingSource["SoundsSettings"]):
    """Recordings in folders or archives; folders are classes. See docs/how_to/sounds.md."""

    origin = "your own sounds"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where they are."""
        return {"README.txt": f"Your own sounds are read from {IMPORT} as they are.\n".encode()}

    def collect(
        self,
        raw: Path,  # noqa: ARG002
        workspace: Path,
        settings: SoundsSettings,  # noqa: ARG002
    ) -> tuple[Collection, Iterator[bytes | Refusal]]:
        """See `RecordingSource`.

        Raises:
            UserError: there are no sounds.
        """
        collection = read_import(workspace)
        return collection, _contents(collection)


def read_import(workspace: Path) -> Collection:
    """The sounds in data/import; archives are unpacked into ``workspace``.

    Raises:
        UserError: there are no sounds.
    """
    files = read_files(IMPORT, workspace) if IMPORT.is_dir() else {}
    collection = by_folders(IMPORT.name, files, lambda name, _: name.lower().endswith(SOUNDS), "sounds")
    if not collection.items:
        found = f"contains {len(files)} files, such as {next(iter(files))}, but no sounds" if files else "is empty"
        raise UserError(
            f"{IMPORT} {found}; put sounds ({', '.join(SOUNDS)}) there, in folders or in a zip or tar; "
            f"folders become classes.{recipe_hint(files)}"
        )
    return collection


def _contents(collection: Collection) -> Iterator[bytes | Refusal]:
    """The contents of the files."""
    for item in collection.items:
        path = Path(item.path)
        try:
            if not path.is_file():
                yield Refusal("broken", "it is a device or a pipe, not a file")
            elif path.stat().st_size > MOST_BYTES:
                yield Refusal("huge", f"it has {path.stat().st_size} bytes")
            else:
                yield path.read_bytes()
        except OSError as error:
            yield Refusal("broken", error.strerror or str(error))


SOURCE = Sounds()

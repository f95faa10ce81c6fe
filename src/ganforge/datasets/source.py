"""What every data set has to say about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.prepared.meta import Meta
from ganforge.settings import Section

Progress = Callable[[int, int], None]
"""Called with how many files are done, and how many there are."""

Settings = TypeVar("Settings", bound=Section, contravariant=True)
"""The class of the section ``dataset`` of params.yaml that is a source's own."""


class Source(Protocol[Settings]):
    """Where a data set comes from and how its files become arrays; knows nothing of networks.

    `ganforge.datasets.arrays.ArraySource` and `ganforge.datasets.image_files.ImageFileSource` do most of it.
    """

    origin: str
    """Who made it, and its licence."""

    def remote_files(self) -> Sequence[RemoteFile]:
        """What has to be downloaded; nothing for a data set that comes bundled."""
        return []

    def bundled_files(self) -> dict[str, bytes]:
        """What an installed package holds already, by name."""
        return {}

    def prepare(self, raw: Path, folder: Path, settings: Settings, progress: Progress) -> Meta:
        """Writes the arrays of both splits and what describes them.

        Args:
            raw: the folder of the remote and bundled files.
            folder: where to.
            settings: section `dataset` of params.yaml.
            progress: called with how far it is, where that takes long.

        Raises:
            UserError: the files are damaged, or do not hold what is asked for.
        """
        ...


def source_of(name: str) -> Source[Any]:
    """The `SOURCE` of the module in this room that is called like the data set."""
    source: Source[Any] = import_module(f"ganforge.datasets.{name}").SOURCE
    return source

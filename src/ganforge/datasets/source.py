"""The interface of a data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.prepared.meta import Meta
from ganforge.settings import Section

Progress = Callable[[int, int], None]
"""Called with the number of processed files and the number of all files."""

Settings = TypeVar("Settings", bound=Section, contravariant=True)
"""The class of a source's section ``dataset`` in params.yaml."""


class Source(Protocol[Settings]):
    """The origin of a data set, and how its files become arrays; independent of networks.

    `ganforge.datasets.arrays.ArraySource` and `ganforge.datasets.image_files.ImageFileSource` implement most of it.
    """

    origin: str
    """Authors and licence."""

    def remote_files(self) -> Sequence[RemoteFile]:
        """The files to download; empty for a bundled data set."""
        return []

    def bundled_files(self) -> dict[str, bytes]:
        """Contents of files that need no download, by name."""
        return {}

    def prepare(self, raw: Path, folder: Path, settings: Settings, progress: Progress) -> Meta:
        """Writes the arrays of both splits and meta.json.

        Args:
            raw: the folder of the remote and bundled files.
            folder: the folder to write to.
            settings: section `dataset` of params.yaml.
            progress: called as files are processed, if that takes long.

        Raises:
            UserError: the files are damaged or do not fit the settings.
        """
        ...


def source_of(name: str) -> Source[Any]:
    """The `SOURCE` of the module in this room that is named after the data set."""
    source: Source[Any] = import_module(f"ganforge.datasets.{name}").SOURCE
    return source

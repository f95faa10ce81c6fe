"""The published files of data sets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """An official file.

    Attributes:
        name: name of the file.
        urls: the addresses that serve it.
        md5: the published digest, or that of the file at the commit in the address.
        dataset: the data set whose folder has it on a mirror; None: the data set that uses it.
    """

    name: str
    urls: tuple[str, ...]
    md5: str
    dataset: str | None = None

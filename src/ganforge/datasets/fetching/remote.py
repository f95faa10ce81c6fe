"""Files that a data set is published as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """An official file.

    Attributes:
        name: of the file.
        urls: the addresses that serve it.
        md5: the digest that its publisher gives, or that of the file in a commit that the address names.
        dataset: the data set whose file it is, in whose folder a mirror keeps it; None: the one that asks for it.
    """

    name: str
    urls: tuple[str, ...]
    md5: str
    dataset: str | None = None

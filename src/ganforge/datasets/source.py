"""What every data set has to tell about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class RemoteFile:
    """An official file.

    Attributes:
        name: of the file.
        urls: the addresses that serve it.
        md5: the digest that its publisher gives.
        dataset: the data set whose file it is, in whose folder a mirror keeps it; None: the one that asks for it.
    """

    name: str
    urls: tuple[str, ...]
    md5: str
    dataset: str | None = None


@dataclass(frozen=True)
class Split:
    """Images and labels that stay together: uint8 (N, channels, height, width), and int64 (N,) or None."""

    images: np.ndarray
    labels: np.ndarray | None

    def required_labels(self) -> np.ndarray:
        """The labels of data that have some."""
        if self.labels is None:
            raise ValueError("these data have no labels")
        return self.labels


class Source(Protocol):
    """Where a data set comes from and how its files become arrays; knows nothing of networks.

    Attributes:
        classes: names of the labels.
        origin: who made it, and its licence.
        parts: images in one item, an equal share of the channels each. 1, but where each has a label of its own, of
            which the item's label is made: the label of the last part counts once, that of the part before it times
            the number of labels that a part can have, and so on, as in the digits of a number.
    """

    classes: Sequence[str]
    origin: str
    parts: int

    def remote_files(self) -> Sequence[RemoteFile]:
        """What has to be downloaded; nothing for a data set that comes bundled."""
        ...

    def bundled_files(self) -> dict[str, bytes]:
        """What an installed package holds already, by name."""
        ...

    def read(self, folder: Path) -> dict[str, Split]:
        """The splits ``train`` and ``test`` of the files in ``folder``."""
        ...

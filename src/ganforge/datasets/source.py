"""What every data set has to tell about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class RemoteFile:
    """An official file: its name, the addresses that serve it, and the MD5 digest that its publisher gives."""

    name: str
    urls: tuple[str, ...]
    md5: str


@dataclass(frozen=True)
class Split:
    """Images and labels that stay together: uint8 (N, channels, height, width) and int64 (N,)."""

    images: np.ndarray
    labels: np.ndarray


class Source(Protocol):
    """Where a data set comes from and how its files become arrays; knows nothing of networks."""

    classes: Sequence[str]
    origin: str

    def remote_files(self) -> Sequence[RemoteFile]:
        """What has to be downloaded; nothing for a data set that comes bundled."""
        ...

    def bundled_files(self) -> dict[str, bytes]:
        """What an installed package holds already, by name."""
        ...

    def read(self, folder: Path) -> dict[str, Split]:
        """The splits ``train`` and ``test`` of the files in ``folder``."""
        ...

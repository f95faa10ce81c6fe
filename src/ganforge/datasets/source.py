"""What every data set has to tell about itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ganforge.datasets.remote import RemoteFile

if TYPE_CHECKING:
    from ganforge.params import Params
    from ganforge.prepared.storage import Meta


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


Progress = Callable[[int, int], None]
"""Told how many files are done, and how many there are."""


class Source(Protocol):
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

    def prepare(self, raw: Path, folder: Path, params: Params, progress: Progress) -> Meta:
        """Writes the arrays of both splits and what describes them.

        Args:
            raw: the folder of the remote and bundled files.
            folder: where to.
            params: params.yaml, of which a source may read `dataset`, `images` and a section of its own: what the stage
                preprocess in dvc.yaml names.
            progress: told how far it is, where that takes long.

        Raises:
            UserError: the files are damaged, or do not hold what is asked for.
        """
        ...

"""Coarse and fine digits without pairs: scikit-learn's digits, enlarged, are translated into MNIST's."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.digits import SOURCE as COARSE
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.mnist import DIGITS
from ganforge.datasets.mnist import SOURCE as FINE
from ganforge.datasets.resize import resize
from ganforge.prepared.columns import SOURCE as SOURCES
from ganforge.prepared.columns import SOURCE_LABELS, Kind, Split

SIDE = 28  # pixels of a digit of MNIST


class Handwriting(ArraySource):
    """Sources are digits of 8x8 pixels, resized to 28x28; signals are digits of MNIST. Both have labels."""

    classes: Sequence[str] = DIGITS
    origin = f"{COARSE.origin}, and {FINE.origin}"

    def bundled_files(self) -> dict[str, bytes]:
        """The files of the coarse digits."""
        return COARSE.bundled_files()

    def remote_files(self) -> Sequence[RemoteFile]:
        """The files of MNIST."""
        return [dataclasses.replace(file, dataset="mnist") for file in FINE.remote_files()]

    def kinds(self, folder: Path) -> dict[str, Kind]:
        """See `ArraySource`; sources and their labels do not belong to signals."""
        apart = {"unpaired": True}
        return {
            **super().kinds(folder),
            SOURCES: Kind("image", apart),
            SOURCE_LABELS: Kind("labels", {"names": list(self.classes), **apart}),
        }

    def read(self, folder: Path) -> dict[str, Split]:
        """Both data sets, with their own splits."""
        coarse, fine = COARSE.read(folder), FINE.read(folder)
        return {
            name: split.with_columns(
                **{SOURCES: resize(coarse[name].signal, SIDE), SOURCE_LABELS: coarse[name].required_labels()}
            )
            for name, split in fine.items()
        }


SOURCE = Handwriting()

"""Handwritten digits of 8x8 pixels from scikit-learn, which train in half a minute."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np

from ganforge.datasets.arrays import ArraySource
from ganforge.datasets.held_out import every_kth_of_each_class
from ganforge.prepared.columns import Split

FILE = "digits.csv.gz"
LEVELS = 16  # pixels are counted from 0 to 16
TEST_EVERY = 5  # in each class, every fifth image is a test image


class Digits(ArraySource):
    """1797 images: the test part of the UCI set "Optical Recognition of Handwritten Digits"."""

    classes: Sequence[str] = [str(digit) for digit in range(10)]
    origin = "scikit-learn's bundled digits (Alpaydin & Kaynak 1998, UCI repository, CC BY 4.0)"

    def bundled_files(self) -> dict[str, bytes]:
        """The unchanged table from scikit-learn."""
        package = metadata.distribution("scikit-learn")  # found without importing it
        return {FILE: Path(str(package.locate_file(f"sklearn/datasets/data/{FILE}"))).read_bytes()}

    def read(self, folder: Path) -> dict[str, Split]:
        """Reads 64 pixels and a label per line; the split depends on the position in the class and never changes."""
        with gzip.open(folder / FILE, "rt") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.int64)
        images = np.round(table[:, :64] * (255 / LEVELS)).astype(np.uint8).reshape(-1, 1, 8, 8)
        labels = table[:, 64]
        is_test = every_kth_of_each_class(labels, TEST_EVERY)
        return {
            "train": Split.of(images[~is_test], labels[~is_test]),
            "test": Split.of(images[is_test], labels[is_test]),
        }


SOURCE = Digits()

"""The digits that scikit-learn brings along, prepared without the room of data sets."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import Prepared, write_prepared

TEST_EVERY = 5
KINDS = {"signal": Kind("image"), "labels": Kind("labels", {"names": [str(digit) for digit in range(10)]})}


def splits() -> dict[str, Split]:
    """1797 images (1, 8, 8) and labels, every fifth held out."""
    table = load_digits()
    images = np.round(table.data * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    every = Split.of(images, table.target.astype(np.int64))
    is_test = np.arange(len(every)) % TEST_EVERY == 0
    return {"train": every.rows(~is_test), "test": every.rows(is_test)}


def prepared_digits(folder: Path) -> Prepared:
    """The same as the stage ``preprocess`` leaves them."""
    write_prepared(folder, splits(), KINDS, dataset="digits", origin="scikit-learn")
    return Prepared.load(folder)

"""Data to look at."""

import numpy as np
import pytest

from ganforge.prepared.columns import Split
from tests.handwritten import splits


def stack(digits: Split, count: int, seed: int) -> Split:
    """Three digits in the channels of one image, and the number that they make."""
    chosen = np.random.default_rng(seed).integers(len(digits), size=(count, 3))
    return Split.of(digits.signal[chosen, 0], digits.labels[chosen] @ [100, 10, 1])


@pytest.fixture(scope="session")
def stacks() -> dict[str, Split]:
    """Stacks of three digits of 8x8 pixels."""
    digits = splits()
    return {"train": stack(digits["train"], 3000, 0), "test": stack(digits["test"], 700, 1)}

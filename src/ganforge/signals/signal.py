"""What every kind of signal has to be able to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

SHEET_SUFFIX = ".png"  # of sheets, whatever the signal: pages and MLflow show them


class Signal(Protocol):
    """Shows uint8 arrays (N, channels, ...) to people.

    Attributes:
        suffix: of the file that holds a single one.
    """

    suffix: str

    def sheet(self, samples: np.ndarray, columns: int, path: Path, /) -> None:
        """Writes (N, channels, ...) as one PNG, row by row."""
        ...

    def encode(self, sample: np.ndarray, /) -> bytes:
        """One of them (channels, ...) as the content of a file."""
        ...

    def each(self, samples: np.ndarray, names: Sequence[str], folder: Path, /) -> None:
        """Writes every one of (N, channels, ...) as ``folder/name`` with the suffix."""
        ...

"""Arrays with one row for each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SIGNAL, LABELS, SOURCE, TOKENS, LATENTS = "signal", "labels", "source", "tokens", "latents"
ROWS, RETURNED, SOURCE_LABELS = "rows", "returned", "source_labels"
HEARD, DRAWN, SOUND, SPEAKERS = "heard", "drawn", "sound", "speakers"
"""Names of columns: the signals; what they are conditioned on; in batches, the latent vectors; of samples, the rows of
the test data that they were conditioned on, and their translations back; the labels of unpaired sources, for scores
only; of sounds, the signals as a file holds them, the signals before that, the recordings themselves, and the
speakers."""

Arrays = Mapping[str, np.ndarray]
"""Columns by name, (N, *shape) each."""


@dataclass(frozen=True)
class Kind:
    """What a column holds.

    Attributes:
        name: ``labels``, ``tokens``, or a key of `ganforge.signals.SIGNALS`.
        about: further facts besides dtype and shape: names of labels, a vocabulary, a sampling rate.
    """

    name: str
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column of the prepared data, as meta.json describes it.

    Attributes:
        kind: see `Kind.name`.
        dtype: dtype of the arrays, as in ``uint8``.
        shape: shape of one item.
        count: items of each split; unpaired sources may have a different number from the signals.
        about: see `Kind.about`.
    """

    kind: str
    dtype: str
    shape: tuple[int, ...]
    count: dict[str, int]
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Split:
    """Columns of a part of the data: ``signal`` and what it is conditioned on."""

    columns: Arrays

    @classmethod
    def of(cls, signal: np.ndarray, labels: np.ndarray | None = None) -> Split:
        """Signals (N, *shape) and their labels (N,), if they have any."""
        return cls({SIGNAL: signal} | ({} if labels is None else {LABELS: labels}))

    def __len__(self) -> int:
        return len(self.signal)

    @property
    def signal(self) -> np.ndarray:
        """(N, *shape), mapped from its file if it is large."""
        return self.columns[SIGNAL]

    @property
    def labels(self) -> np.ndarray | None:
        """(N,) int64, or None if the data have none."""
        return self.columns.get(LABELS)

    def required_labels(self) -> np.ndarray:
        """The labels of data that have labels."""
        return self.columns[LABELS]

    def as_heard(self) -> Split:
        """The same with the signals as a file holds them, if these differ; ``drawn`` has the original."""
        if HEARD not in self.columns:
            return self
        return self.with_columns(**{SIGNAL: self.columns[HEARD], DRAWN: self.signal})

    def with_columns(self, **columns: np.ndarray) -> Split:
        """The same with some columns replaced or added."""
        return Split({**self.columns, **columns})

    def without(self, *names: str) -> Split:
        """The same without some columns."""
        return Split({name: column for name, column in self.columns.items() if name not in names})

    def rows(self, index: np.ndarray) -> Split:
        """Some rows of every column, in memory; ``index`` as numpy takes it."""
        return Split({name: np.array(column[index]) for name, column in self.columns.items()})

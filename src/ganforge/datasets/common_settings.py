"""What sections ``dataset`` of params.yaml have in common, whatever the data are."""

from __future__ import annotations

from typing import Literal

from ganforge.settings import Section


class DataSettings(Section):
    """What all data sets have in common."""

    name: str
    """Which data set; some have keys of their own."""
    held_out: Literal["test", "validation"]
    """What samples are scored against; validation: a part of the training data, to choose settings by."""

    @property
    def side(self) -> int | None:
        """Pixels of the square that every image is resized to; None: nothing is resized."""
        return None

    @property
    def labelled(self) -> bool:
        """Whether class labels are used where there are some."""
        return True

    @property
    def styles(self) -> bool:
        """Whether class labels are styles that sources are to be drawn in."""
        return False

    @property
    def derivation(self) -> tuple[str, float] | None:
        """How a source is made of each signal, and how strongly; None: none is, see `ganforge.datasets.derived`."""
        return None

    @property
    def has_source(self) -> bool:
        """Whether there are pictures that signals are to be made of."""
        return False

    @property
    def has_pairs(self) -> bool:
        """Whether every signal to learn from comes with a source of its own."""
        return self.has_source


class LabelledSettings(DataSettings):
    """Data with class labels."""

    labels: Literal["use", "ignore"]
    """Class labels; ignore: as if there were none, and scores do without a classifier."""

    @property
    def labelled(self) -> bool:
        """See `DataSettings`."""
        return self.labels != "ignore"

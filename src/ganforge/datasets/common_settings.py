"""The keys that all sections ``dataset`` of params.yaml have."""

from __future__ import annotations

from typing import Literal

from ganforge.settings import Section


class DataSettings(Section):
    """The settings of every data set."""

    name: str
    """Name of the data set; some have additional keys."""
    held_out: Literal["test", "validation"]
    """Held-out data that samples are scored against; validation: a part of the training data, for tuning settings."""

    @property
    def side(self) -> int | None:
        """Pixels of the square that every image is resized to; None: images are not resized."""
        return None

    @property
    def labelled(self) -> bool:
        """Whether class labels are used, if there are any."""
        return True

    @property
    def styles(self) -> bool:
        """Whether class labels are styles into which sources are translated."""
        return False

    @property
    def derivation(self) -> tuple[str, float] | None:
        """How a source is derived from each signal, and how strongly (see `ganforge.datasets.derived`); None: not."""
        return None

    @property
    def has_source(self) -> bool:
        """Whether the data have sources from which signals are generated."""
        return False

    @property
    def has_pairs(self) -> bool:
        """Whether every training signal has its own source."""
        return self.has_source


class LabelledSettings(DataSettings):
    """Data with class labels."""

    labels: Literal["use", "ignore"]
    """Whether to use class labels; ignore: train without labels, and score without a classifier."""

    @property
    def labelled(self) -> bool:
        """See `DataSettings`."""
        return self.labels != "ignore"

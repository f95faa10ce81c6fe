"""Sources with a style as conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from ganforge.conditions.condition import Tensors
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.prepared.columns import LABELS, SOURCE, Arrays
from ganforge.signals import Signal, signal_of


class StyledSource(Source):
    """An unpaired source, and the label of one of several styles.

    Args:
        signal: the kind of the sources.
        styles: the styles into which they are translated.
    """

    kind = "styled_source"
    columns = (SOURCE, LABELS)

    def __init__(self, signal: Signal, styles: Labels) -> None:
        super().__init__(signal, unpaired=True)
        self.styles = styles

    def describe(self) -> dict[str, Any]:
        """See `Condition`."""
        return {"kind": self.kind, "signal": self.signal.describe(), "styles": self.styles.describe()}

    def summary(self) -> str:
        """The kind of sources, and the styles."""
        return f"{super().summary()}, and styles: {', '.join(self.styles.names)}"

    def present(self, columns: Tensors) -> Tensors:
        """Sources as inputs of networks, and unchanged styles."""
        sources = {name: column for name, column in columns.items() if name == SOURCE}
        return {**columns, **super().present(sources)}

    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """Sources of the pool with styles that are the same for every seed, so outputs of a source share a style."""
        return {**super().draw(seed, count, pool), **self.styles.draw(0, count)}

    def parse(self, given: Any, count: int) -> Arrays:
        """One source for all samples or ``count`` sources, in alternating styles; see `Source.parse`.

        Args:
            given: a source, or ``{"source": ..., "style": ...}`` with a style by number or name, or one for each.
            count: number of samples.
        """
        if not isinstance(given, Mapping):
            return {**super().parse(given, count), LABELS: np.arange(count) % len(self.styles.names)}
        if given.keys() != {"source", "style"}:
            raise UserError(f"the condition has {', '.join(map(str, given)) or 'no keys'}; it needs source, style.")
        return {**super().parse(given["source"], count), **self.styles.parse(given["style"], count)}

    def blank(self, count: int) -> Arrays:
        """Zeros, in the first style."""
        return {**super().blank(count), LABELS: np.zeros(count, np.int64)}

    def groups(self, columns: Tensors) -> Tensor:
        """The styles."""
        return columns[LABELS]

    @property
    def group_count(self) -> int:
        """The number of styles."""
        return len(self.styles.names)

    def titles(self, arrays: Arrays) -> list[str]:
        """The names of the styles."""
        return self.styles.titles(arrays)


def styled_source_of(described: dict[str, Any]) -> StyledSource:
    """Restores the result of `StyledSource.describe`."""
    styles = described["styles"]
    return StyledSource(signal_of(described["signal"]), Labels(styles["names"], styles["counts"]))

"""The conditions of samples: none, a class label, a source with or without a style, a caption.

To add a condition, write one file and one line below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ganforge.conditions.captions import Captions
from ganforge.conditions.condition import Condition, Tensors, Unconditional
from ganforge.conditions.labels import Labels
from ganforge.conditions.source import Source, source_of
from ganforge.conditions.styled import StyledSource, styled_source_of
from ganforge.prepared.columns import LABELS, SOURCE, TOKENS
from ganforge.prepared.meta import Meta
from ganforge.signals import signal_of

CONDITIONS: dict[str, Callable[[dict[str, Any]], Condition]] = {
    Unconditional.kind: lambda _: Unconditional(),
    Labels.kind: lambda described: Labels(described["names"], described["counts"]),
    Source.kind: source_of,
    StyledSource.kind: styled_source_of,
    Captions.kind: lambda described: Captions(described["vocabulary"], described["length"]),
}
"""Functions that create a condition from the result of `Condition.describe`."""

OF_COLUMN: dict[str, Callable[[Meta], Condition]] = {
    SOURCE: lambda meta: _source_in(meta),
    TOKENS: lambda meta: Captions(meta.columns[TOKENS].about["vocabulary"], meta.columns[TOKENS].shape[0]),
    LABELS: lambda meta: Labels(meta.classes, meta.class_counts),
}
"""Functions that create a condition from a column of the data; the first matching column is used."""

__all__ = ["CONDITIONS", "Condition", "Tensors", "Unconditional", "condition_for", "condition_in", "condition_of"]


def _source_in(meta: Meta) -> Source:
    """The source in the data, with the styles into which it is translated if there are several."""
    signal = signal_of(meta.columns[SOURCE])
    if meta.styled:
        return StyledSource(signal, Labels(meta.classes, meta.class_counts))
    return Source(signal, unpaired=not meta.paired)


def condition_of(described: Mapping[str, Any]) -> Condition:
    """The condition that `Condition.describe` described."""
    return CONDITIONS[described["kind"]](dict(described))


def condition_in(meta: Meta) -> Condition:
    """The condition in the data: a source, else a caption, else a label, else none."""
    return next((make(meta) for name, make in OF_COLUMN.items() if name in meta.columns), Unconditional())


def condition_for(conditional: str, meta: Meta) -> Condition:
    """The condition of networks for a value of ``network.conditional``: that in the data, or none for ``never``."""
    return Unconditional() if conditional == "never" else condition_in(meta)

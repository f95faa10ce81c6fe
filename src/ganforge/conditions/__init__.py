"""What a sample may depend on: nothing, a class label, another signal and its style, a caption.

A new condition is one file and one line below.
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
"""What makes a condition of what `Condition.describe` says of it."""

OF_COLUMN: dict[str, Callable[[Meta], Condition]] = {
    SOURCE: lambda meta: _source_in(meta),
    TOKENS: lambda meta: Captions(meta.columns[TOKENS].about["vocabulary"], meta.columns[TOKENS].shape[0]),
    LABELS: lambda meta: Labels(meta.classes, meta.class_counts),
}
"""What makes a condition of the column that samples depend on; of several, the first counts."""

__all__ = ["CONDITIONS", "Condition", "Tensors", "Unconditional", "condition_for", "condition_in", "condition_of"]


def _source_in(meta: Meta) -> Source:
    """The source that the data offer, with the styles that it may be drawn in where there are several."""
    signal = signal_of(meta.columns[SOURCE])
    if meta.styled:
        return StyledSource(signal, Labels(meta.classes, meta.class_counts))
    return Source(signal, unpaired=not meta.paired)


def condition_of(described: Mapping[str, Any]) -> Condition:
    """The condition that `Condition.describe` described."""
    return CONDITIONS[described["kind"]](dict(described))


def condition_in(meta: Meta) -> Condition:
    """The condition that the data offer: a source, else a caption, else a label, else nothing."""
    return next((make(meta) for name, make in OF_COLUMN.items() if name in meta.columns), Unconditional())


def condition_for(conditional: str, meta: Meta) -> Condition:
    """The condition of networks whose ``network.conditional`` this is: that in the data, or nothing for ``never``."""
    return Unconditional() if conditional == "never" else condition_in(meta)

"""What editing along a direction changes, and what it leaves, measured on samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganforge.features.extractor import Extractor
from ganforge.latents.attributes import measures
from ganforge.latents.directions import TO, Directions
from ganforge.latents.space import Space

MEASURED = 500  # samples
TOLD = 0.5  # standard deviations of a change that is worth telling


@dataclass(frozen=True)
class Effect:
    """What one direction does.

    Attributes:
        name: of the direction.
        strength: how far samples were moved along it, to both sides; towards a class to that side only.
        recognised: share of the edited samples that a classifier takes for the class they should have: that from
            before, or the one they were moved to; None where there are no labels.
        changes: difference between both sides in what can be measured, in standard deviations of samples.
    """

    name: str
    strength: float
    recognised: float | None
    changes: dict[str, float]

    def sentence(self) -> str:
        """The same in words."""
        told = [f"{name} {change:+.1f} sd" for name, change in self.changes.items() if abs(change) >= TOLD]
        parts = [f"{self.name}: {', '.join(told) or 'nothing that is measured here changes'}"]
        if self.name.startswith(TO):
            parts = [self.name]
        if self.recognised is not None:
            which = "are recognised as that class" if self.name.startswith(TO) else "keep their class"
            parts.append(f"{self.recognised:.0%} {which}")
        return "; ".join(parts) + "."


def measure_effects(space: Space, directions: Directions, extractor: Extractor | None, strength: float) -> list[Effect]:
    """Edits samples along every direction.

    Args:
        space: of the generator.
        directions: which ones.
        extractor: recognises classes; None where there are no labels.
        strength: how far, in standard deviations; towards classes all of the way.
    """
    codes, labels = space.draw(MEASURED, seed=0)
    signals = space.signals(codes)
    recognised = extractor(signals).labels if extractor is not None else None
    if labels is None:
        labels = recognised
    effects = []
    for name in directions.names:
        moved = space.signals(directions.edit(codes, labels, name, 1.0 if name.startswith(TO) else strength))
        if name.startswith(TO):
            wanted = np.full(len(codes), directions.classes.index(name.removeprefix(TO)))
            effects.append(Effect(name, 1.0, _share(extractor, [moved], wanted), {}))
            continue
        back = space.signals(directions.edit(codes, labels, name, -strength))
        changes = {
            measured: float((measure(moved) - measure(back)).mean() / max(measure(signals).std(), 1e-9))
            for measured, measure in measures(space.generator.shape).items()
        }
        effects.append(Effect(name, strength, _share(extractor, [moved, back], recognised), changes))
    return effects


def _share(extractor: Extractor | None, edited: Sequence[np.ndarray], wanted: np.ndarray | None) -> float | None:
    """Share of edited samples that are taken for the classes that are wanted."""
    if extractor is None or wanted is None:
        return None
    return float(np.mean([np.mean(extractor(signals).labels == wanted) for signals in edited]))

"""Measures on samples what editing along a direction changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganforge.features.extractor import Extractor
from ganforge.latents.attributes import measures
from ganforge.latents.directions import TO, Directions
from ganforge.latents.space import Space
from ganforge.prepared.columns import LABELS, Arrays

MEASURED = 500  # samples
NOTABLE = 0.5  # standard deviations of a change that is mentioned


@dataclass(frozen=True)
class Effect:
    """The effect of a direction.

    Attributes:
        name: name of the direction.
        strength: how far samples were moved along it, to both sides; towards a class, only to that side.
        recognised: share of the edited samples that a classifier assigns to the wanted class: the old one, or the one
            they were moved to; None without labels.
        changes: difference of attributes between both sides, in standard deviations of samples.
    """

    name: str
    strength: float
    recognised: float | None
    changes: dict[str, float]

    def sentence(self) -> str:
        """The effect in words."""
        notable = [f"{name} {change:+.1f} sd" for name, change in self.changes.items() if abs(change) >= NOTABLE]
        clauses = [f"{self.name}: {', '.join(notable) or 'no measured attribute changes'}"]
        if self.name.startswith(TO) or not self.changes:
            clauses = [self.name]
        if self.recognised is not None:
            which = "are recognised as that class" if self.name.startswith(TO) else "keep their class"
            clauses.append(f"{self.recognised:.0%} {which}")
        return "; ".join(clauses) + "."


def measure_effects(
    space: Space, directions: Directions, extractor: Extractor | None, strength: float, pool: Arrays | None = None
) -> list[Effect]:
    """Edits samples along every direction.

    Args:
        space: codes of the generator.
        directions: the directions.
        extractor: recognises classes; None without labels.
        strength: how far, in standard deviations; towards classes, the whole way.
        pool: see `ganforge.generator.Generator.sample`.
    """
    codes, asked = space.draw(MEASURED, seed=0, pool=pool)
    signals = space.signals(codes)
    recognised = extractor(signals).labels if extractor is not None else None
    labels = asked.get(LABELS, recognised)
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
            for measured, measure in measures(space.generator.signal).items()
        }
        effects.append(Effect(name, strength, _share(extractor, [moved, back], recognised), changes))
    return effects


def _share(extractor: Extractor | None, edited: Sequence[np.ndarray], wanted: np.ndarray | None) -> float | None:
    """Share of edited samples that the classifier assigns to the wanted classes."""
    if extractor is None or wanted is None:
        return None
    return float(np.mean([np.mean(extractor(signals).labels == wanted) for signals in edited]))

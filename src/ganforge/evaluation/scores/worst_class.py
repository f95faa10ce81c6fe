"""The Fréchet distance of the class that exceeds its own floor the most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class WorstClass(Score):
    """See `ganforge.evaluation.classes`. Data of several views have too few items of each class."""

    name = "worst class"
    needs = frozenset({"labels", "one_view"})
    meanings = (
        Meaning(
            "quality.fd_worst_class",
            "worst class",
            "lower",
            "Fréchet distance of the worst class; noisy for small classes",
            "quality.fd_worst_class_floor",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`. The result is empty if no class has enough items, or only one has enough real ones."""
        from ganforge.evaluation.classes import distances_by_class

        by_class = distances_by_class(samples, real, context)
        worst = by_class.worst
        if worst is None:
            return {}
        distance, floor = float(by_class.fd[worst]), float(by_class.floor[worst])
        return {"quality": {"fd_worst_class": distance, "fd_worst_class_floor": floor}}

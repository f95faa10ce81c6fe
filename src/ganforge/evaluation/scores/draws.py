"""Do different latents give different signals from one source?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

DRAWS = 8  # of a source, to compare with each other
SAME = 1e-3  # two draws with a smaller mean absolute difference count as one picture


class Draws(Score):
    """How much the draws of one source differ, and how near the best of them is to the partner."""

    name = "draws"
    needs = frozenset({"pictures", "asked_source", "asked_rows"})
    meanings = (
        Meaning(
            "translation.diversity",
            "draws differ by",
            "higher",
            "mean absolute difference between draws of one source; 0: latents have no effect",
        ),
        Meaning(
            "translation.best_of_8",
            "best of eight",
            "lower",
            "distance to the partner from the nearest of eight draws of a source",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`. The result is empty unless all sources were drawn several times."""
        import numpy as np

        from ganforge.evaluation.translation import best_of, variety
        from ganforge.prepared.columns import ROWS

        by_seed = np.array(samples.columns[ROWS]).reshape(samples.seeds, -1)
        if samples.seeds < 2 or (by_seed != by_seed[0]).any():
            return {}
        draws = np.array(samples.signal).reshape(samples.seeds, -1, *samples.signal.shape[1:])[:DRAWS]
        numbers = {"diversity": variety(draws)}
        if len(draws) == DRAWS and real.tested_by_pairs:
            numbers["best_of_8"] = best_of(draws, np.array(real.test.signal[by_seed[0]]))
        return {"translation": numbers}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if latents have no effect."""
        diversity = look_up(scores, "translation.diversity")
        if diversity is None or diversity >= SAME:
            return []
        return ["translation: draws of one source are the same picture: latents have no effect"]

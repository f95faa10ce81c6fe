"""Do other latents make other signals of a source?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

DRAWS = 8  # of a source, that are compared with each other
SAME = 1e-3  # mean absolute difference of two draws, below which they are one picture


class Draws(Score):
    """Draws of one source beside each other, and the best of them beside the partner."""

    name = "draws"
    needs = frozenset({"pictures", "asked_source", "asked_rows"})
    meanings = (
        Meaning(
            "translation.diversity",
            "draws differ by",
            "higher",
            "mean absolute difference between draws of one source; 0: latents make no difference",
        ),
        Meaning(
            "translation.best_of_8",
            "best of eight",
            "lower",
            "distance to the partner of the nearest of eight draws of a source",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`; nothing where not all sources were drawn several times."""
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
        """Latents make no difference."""
        diversity = look_up(scores, "translation.diversity")
        if diversity is None or diversity >= SAME:
            return []
        return ["translation: draws of one source are the same picture: latents make no difference"]

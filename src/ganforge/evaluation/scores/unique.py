"""How many samples are left when repeated ones are counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

REPEATED = 0.05  # share of samples that repeat another one, beyond that of real test data


class Unique(Score):
    """Of the samples of all seeds together, compared value by value."""

    name = "unique"
    meanings = (
        Meaning(
            "diversity.unique_fraction",
            "unique",
            "higher",
            "different samples as a share of all",
            "diversity.unique_fraction_real",
            whole=1,
            count_key="n.pooled",
            pooled=True,
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.frequencies import unique_fraction

        return {
            "diversity": {
                "unique_fraction": unique_fraction(samples.signal),
                "unique_fraction_real": unique_fraction(real.test.signal),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Samples repeat each other."""
        match look_up_all(scores, "diversity.unique_fraction", "diversity.unique_fraction_real"):
            case [share, expected] if share < expected - REPEATED:
                return [f"collapse: {1 - share:.1%} of the samples repeat another one"]
        return []

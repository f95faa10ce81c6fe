"""How many samples are a training item to the last bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

COPIES = 0.01  # share of samples that are copies, beyond that of real test data


class ExactCopies(Score):
    """Among the samples of all seeds together, compared value by value."""

    name = "exact copies"
    meanings = (
        Meaning(
            "memorisation.copied_fraction",
            "exact copies",
            "lower",
            "share of samples that repeat training data to the last bit",
            "memorisation.copied_fraction_real",
            whole=1,
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.frequencies import copied_fraction

        return {
            "memorisation": {
                "copied_fraction": copied_fraction(samples.signal, real.train.signal),
                "copied_fraction_real": copied_fraction(real.test.signal, real.train.signal),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Samples are copies."""
        match look_up_all(scores, "memorisation.copied_fraction", "memorisation.copied_fraction_real"):
            case [share, expected] if share > expected + COPIES:
                return [f"memorisation: {share:.1%} of the samples repeat training data to the last bit"]
        return []

"""How many samples are exact copies of a training item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

COPIES = 0.01  # allowed share of copies, beyond that of real test data


class ExactCopies(Score):
    """The share of exact copies among the samples of all seeds, compared value by value."""

    name = "exact copies"
    meanings = (
        Meaning(
            "memorisation.copied_fraction",
            "exact copies",
            "lower",
            "share of samples that are exact copies of training data",
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
        """Warns if samples are copies."""
        match look_up_all(scores, "memorisation.copied_fraction", "memorisation.copied_fraction_real"):
            case [share, expected] if share > expected + COPIES:
                return [f"memorisation: {share:.1%} of the samples are exact copies of training data"]
        return []

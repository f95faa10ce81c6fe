"""How many samples remain if repeated ones are counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

REPEATED = 0.05  # allowed share of repeated samples, beyond that of real test data


class Unique(Score):
    """The share of different samples, compared value by value; the mean over the seeds.

    Each seed counts separately: a generator without latent vectors gives the same answers to the same sources.
    """

    name = "unique"
    meanings = (
        Meaning(
            "diversity.unique_fraction",
            "unique",
            "higher",
            "different samples as a share of all",
            "diversity.unique_fraction_real",
            whole=1,
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.frequencies import unique_fraction

        shares = [unique_fraction(samples.signal[rows]) for rows in samples.seed_rows(samples.count)]
        return {
            "diversity": {
                "unique_fraction": sum(shares) / len(shares),
                "unique_fraction_real": unique_fraction(real.test.signal),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if samples repeat each other."""
        match look_up_all(scores, "diversity.unique_fraction", "diversity.unique_fraction_real"):
            case [share, expected] if share < expected - REPEATED:
                return [f"collapse: {1 - share:.1%} of the samples repeat another one"]
        return []

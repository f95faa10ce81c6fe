"""How many samples are not near copies of training data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all
from ganforge.evaluation.scores.exact_copies import ExactCopies

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

COPYING = 0.1  # how far the share of samples that are not copies may be below that of real test data
ERRORS = 4  # ... and by how many standard errors, if the data are few


class Authenticity(Score):
    """The share of samples of the first seed that are not near copies, and that of as many real test items."""

    name = "authenticity"
    meanings = (
        Meaning(
            "memorisation.auth_pct",
            "not copied, in %",
            "real",
            "share that are not near copies; far below real data: copies; far above: unlike any real data",
            "memorisation.auth_pct_real",
            whole=100,
            count_key="memorisation.compared",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.inputs import MOST_KERNEL_ENTRIES
        from ganforge.evaluation.memorisation import authentic

        count = min(context.count, MOST_KERNEL_ENTRIES // real.train_features.shape[1])
        test = real.test_features.values[context.rows.held_out[:count]]
        return {
            "memorisation": {
                "compared": count,
                "auth_pct": 100 * float(authentic(context.features.values[:count], real.train_features).mean()),
                "auth_pct_real": 100 * float(authentic(test, real.train_features).mean()),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if samples are nearer to training data than test data are, unless exact copies already show it."""
        numbers = look_up_all(scores, "memorisation.auth_pct", "memorisation.auth_pct_real", "memorisation.compared")
        if not numbers or ExactCopies().alarms(scores):
            return []
        share, expected, compared = numbers[0] / 100, numbers[1] / 100, numbers[2]
        error = (2 * expected * (1 - expected) / compared) ** 0.5
        if expected - share > max(COPYING, ERRORS * error):
            return [
                f"memorisation: only {share:.0%} of the samples are not near copies of training data, against "
                f"{expected:.0%} of real test data; compare samples with the nearest training data"
            ]
        return []

"""The kernel distance of the samples of each seed from the training data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class KernelDistance(Score):
    """Distance between `count` samples and at most 10,000 training items, and that of as many real test items."""

    name = "kid"
    meanings = (
        Meaning(
            "quality.kid",
            "kernel distance",
            "real",
            "another distance from real data; good if near that of real data; may fall below 0",
            "quality.kid_floor",
            "quality.kid_std",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        from ganforge.evaluation.inputs import over_seeds
        from ganforge.evaluation.kernel import KernelReference

        reference = KernelReference(real.train_features[context.rows.kernel])
        seeds = [context.features.values[rows] for rows in samples.seed_rows(context.count)]
        return {
            "quality": {
                **over_seeds("kid", [reference.distance(values) for values in seeds]),
                "kid_floor": reference.distance(real.test_features.values[context.rows.held_out]),
            }
        }

"""The Fréchet distance of the samples of each seed from the training data, and its ratio to that of real test data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class FrechetDistance(Score):
    """Distance between `count` samples and all training data. Its floor is that of as many real test items."""

    name = "fd"
    meanings = (
        Meaning(
            "quality.fd",
            "Fréchet distance",
            "lower",
            "how far samples are from real data",
            "quality.fd_floor",
            "quality.fd_std",
        ),
        Meaning(
            "quality.fd_ratio",
            "ratio to its floor",
            "lower",
            "distance divided by that of real data; 1 is as good as real data",
            spread_key="quality.fd_ratio_std",
            beside={"source": "translation.fd_ratio_source"},
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        from ganforge.evaluation.inputs import over_seeds
        from ganforge.features.frechet import Gaussian, frechet_distance

        reference = Gaussian.fit(real.train_features)
        floor = frechet_distance(reference, Gaussian.fit(real.test_features.values[context.rows.held_out]))
        distances = [
            frechet_distance(reference, Gaussian.fit(context.features.values[rows]))
            for rows in samples.seed_rows(context.count)
        ]
        return {
            "quality": {
                **over_seeds("fd", distances),
                "fd_floor": floor,
                **over_seeds("fd_ratio", [distance / floor for distance in distances]),
            }
        }

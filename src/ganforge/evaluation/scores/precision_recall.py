"""Precision, recall, density and coverage: how samples and real data cover each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

COVERED = 0.5  # share of the coverage of real training data that samples should reach
NEIGHBOURS = ("evaluation.neighbours",)


class PrecisionRecall(Score):
    """Compares the samples of all seeds, and as many training items, with the real test data.

    It uses at most 30,000 of each, and fewer if an item has more than 128 features.
    """

    name = "precision and recall"
    meanings = (
        Meaning(
            "quality.precision",
            "precision",
            "higher",
            "share of samples near a real one by these features; shapeless samples may be near, too",
            "quality.precision_real",
            whole=1,
            count_key="n.pooled",
            settings=NEIGHBOURS,
            pooled=True,
        ),
        Meaning(
            "quality.recall",
            "recall",
            "higher",
            "share of real data that look like samples",
            "quality.recall_real",
            whole=1,
            count_key="n.real",
            settings=NEIGHBOURS,
            pooled=True,
        ),
        Meaning(
            "quality.density",
            "density",
            "higher",
            "how many real data lie around each sample",
            "quality.density_real",
            settings=NEIGHBOURS,
            pooled=True,
        ),
        Meaning(
            "quality.coverage",
            "coverage",
            "higher",
            "share of real data with a sample close by",
            "quality.coverage_real",
            whole=1,
            count_key="n.real",
            settings=NEIGHBOURS,
            pooled=True,
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.manifold import manifold_scores

        rows, neighbours = context.rows, context.settings.neighbours
        test = real.test_features.values[rows.test]
        drawn = vars(manifold_scores(test, context.features.values[rows.samples], neighbours))
        train = vars(manifold_scores(test, real.train_features[rows.train], neighbours))
        return {"quality": {**drawn, **{f"{name}_real": value for name, value in train.items()}}}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if much of the real data has no sample close by."""
        match look_up_all(scores, "quality.coverage", "quality.coverage_real"):
            case [covered, expected] if covered < COVERED * expected:
                return [
                    f"collapse: only {covered:.0%} of the real test data have a sample close by, against "
                    f"{expected:.0%} for real training data"
                ]
        return []

"""How often groups of similar signals occur among the samples of data without classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

APART = 2  # the divergence of samples may be so many times that of real test data
NEAR = 0.02  # ... and so many nats are always accepted


class ClusterFrequencies(Score):
    """The divergence of the samples of each seed, and that of as many real test items."""

    name = "cluster frequencies"
    needs = frozenset({"clusters"})
    meanings = (
        Meaning(
            "diversity.cluster_js",
            "cluster divergence",
            "lower",
            "how far the frequencies of groups of similar signals are from real ones; 0 is equal",
            "diversity.cluster_js_real",
            "diversity.cluster_js_std",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.frequencies import jensen_shannon_divergence
        from ganforge.evaluation.inputs import over_seeds

        reference = real.group_counts

        def divergence(labels: np.ndarray) -> float:
            return jensen_shannon_divergence(np.bincount(labels, minlength=len(reference)), reference)

        seeds = [divergence(context.features.labels[rows]) for rows in samples.seed_rows(context.count)]
        held_out = divergence(real.test_features.labels[context.rows.held_out])
        return {"diversity": {**over_seeds("cluster_js", seeds), "cluster_js_real": held_out}}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if groups may be missing."""
        match look_up_all(scores, "diversity.cluster_js", "diversity.cluster_js_real"):
            case [divergence, expected] if divergence > APART * expected + NEAR:
                return [
                    f"collapse: the shares of groups of similar signals are {divergence:.3f} nats from those of "
                    f"training data, against {expected:.3f} for real test data; some groups may be missing"
                ]
        return []

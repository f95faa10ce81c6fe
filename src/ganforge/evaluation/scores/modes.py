"""Modes that samples fall into, as published for Stacked MNIST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class Modes(Score):
    """The modes of the samples of the first seed, and of as many real test items."""

    name = "modes"
    needs = frozenset({"labels", "many_views"})
    meanings = (
        Meaning(
            "task.modes",
            "modes",
            "higher",
            "classes with at least one sample of the first seed",
            "task.modes_real",
            counted=True,
        ),
        Meaning(
            "task.kl",
            "mode divergence",
            "lower",
            "how far their frequencies are from real ones, in nats; 0 is equal",
            "task.kl_real",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.frequencies import mode_scores

        drawn = mode_scores(context.features.labels[: context.count], real.group_counts)
        held_out = mode_scores(real.test_features.labels[context.rows.held_out], real.group_counts)
        return {"task": {**drawn, **{f"{name}_real": value for name, value in held_out.items()}}}

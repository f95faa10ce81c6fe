"""Is a seven that was asked for a seven?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class LabelObeyed(Score):
    """The share of samples of all seeds that the feature network assigns to the label asked for."""

    name = "label obeyed"
    needs = frozenset({"labels", "asked_labels"})
    meanings = (
        Meaning(
            "classifier.conditional_accuracy",
            "label obeyed",
            "higher",
            "share that a classifier assigns to the label asked for",
            "classifier.extractor_accuracy",
            whole=1,
            count_key="n.pooled",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        return {"classifier": {"conditional_accuracy": float((context.features.labels == samples.labels).mean())}}

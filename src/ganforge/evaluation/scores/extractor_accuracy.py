"""How well the feature network recognises real test data. All other scores depend on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class ExtractorAccuracy(Score):
    """A fact about real data alone: pages show it next to "label obeyed", and the headline warns if it is low."""

    name = "extractor accuracy"
    needs = frozenset({"labels"})
    facts = ("classifier.extractor_accuracy",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        return {} if context.accuracy is None else {"classifier": {"extractor_accuracy": context.accuracy}}

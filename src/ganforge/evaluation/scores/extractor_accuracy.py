"""How well the feature network knows real test data, which all other scores depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class ExtractorAccuracy(Score):
    """A fact about real data alone: pages show it next to the label that samples obey, and the headline warns of it."""

    name = "extractor accuracy"
    needs = frozenset({"labels"})
    facts = ("classifier.extractor_accuracy",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        return {} if context.accuracy is None else {"classifier": {"extractor_accuracy": context.accuracy}}

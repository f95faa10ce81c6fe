"""Whether the feature network was trained on other pictures: this limits what a distance shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class PretrainedFeatures(Score):
    """A fact for the headline, which warns if features may know too little of the data."""

    name = "pretrained features"
    needs = frozenset({"pretrained"})
    facts = ("quality.pretrained_features",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        return {"quality": {"pretrained_features": 1.0}}

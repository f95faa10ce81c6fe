"""The scores that papers quote, on features of Inception; see `ganforge.evaluation.inception`."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ganforge.errors import UserError
from ganforge.evaluation.score import Meaning, Measured, Score, Scores

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples
    from ganforge.evaluation.settings import EvaluationSettings


class InceptionScores(Score):
    """FID, KID, Inception score, precision and recall of the samples of the first seed.

    If they cannot be computed, the group is empty. That raises an alarm, and the other scores are kept.
    """

    name = "inception"
    needs = frozenset({"pictures"})
    meanings = (
        Meaning(
            "inception.fid",
            "FID",
            "lower",
            "Fréchet distance of Inception features, as papers report it",
            "inception.fid_floor",
        ),
        Meaning(
            "inception.kid",
            "KID",
            "lower",
            "kernel distance of Inception features, as papers report it",
            "inception.kid_floor",
        ),
        Meaning(
            "inception.is",
            "Inception score",
            "higher",
            "how sure Inception is of each sample, and how varied the samples are",
        ),
        Meaning("inception.precision", "Inception precision", "higher", "share of samples that look real to Inception"),
        Meaning(
            "inception.recall", "Inception recall", "higher", "share of real data that look like samples to Inception"
        ),
    )

    def wanted(self, settings: EvaluationSettings) -> bool:
        """Whether params.yaml asks for it: its network has to be downloaded."""
        return settings.inception

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        from ganforge.evaluation.inception import inception_scores

        first = samples.signal[: samples.count]
        try:
            return {"inception": inception_scores(first, real.train.signal, real.test.signal, context.device)}
        except UserError as error:
            warnings.warn(f"the Inception scores are missing: {error}", stacklevel=2)
            return {"inception": {}}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if they were asked for and are missing."""
        if scores.get("inception", self.meanings):
            return []
        return [
            "incomplete: evaluation.inception is true, but its weights could not be downloaded; with a connection, run "
            "`.venv/bin/dvc repro -s -f evaluate`, then `make repro`"
        ]

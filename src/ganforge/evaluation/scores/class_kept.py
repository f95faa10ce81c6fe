"""Does a translation show what its source shows? Measured with labels of the sources that no network was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

CHANCE = 2.0  # at least so many times as many classes must be kept as by chance


class ClassKept(Score):
    """The share of translations that keep the class of their source; sources and signals share their classes."""

    name = "class_kept"
    needs = frozenset({"labels", "asked_source", "asked_rows", "source_labels"})
    meanings = (
        Meaning(
            "translation.class_kept",
            "class of source kept",
            "higher",
            "share of samples that the feature network, trained on real signals, assigns to the class of their source",
            "classifier.extractor_accuracy",
            whole=1,
            beside={"source": "translation.class_kept_source"},
        ),
    )
    facts = ("translation.class_kept_chance",)

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.translation import untranslated
        from ganforge.prepared.columns import ROWS, SOURCE_LABELS

        assert context.extractor is not None
        wanted = real.test.columns[SOURCE_LABELS]
        numbers = {"class_kept": float(np.mean(context.features.labels == wanted[samples.columns[ROWS]]))}
        sources = untranslated(real)
        if sources is not None:
            numbers["class_kept_source"] = float(np.mean(context.extractor(sources).labels == wanted))
        numbers["class_kept_chance"] = 1 / real.classes
        return {"translation": numbers}

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if samples hardly show the class of their source."""
        kept = look_up(scores, "translation.class_kept")
        chance = look_up(scores, "translation.class_kept_chance")
        if kept is None or chance is None or kept >= CHANCE * chance:
            return []
        return ["translation: samples show the class of their source hardly more often than by chance"]

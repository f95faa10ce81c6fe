"""How well does a classifier that was trained on samples only recognise real data?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples
    from ganforge.evaluation.settings import EvaluationSettings

SEED = 0


class ClassificationAccuracy(Score):
    """The classification accuracy score (CAS), and that of a classifier trained on as many real training items."""

    name = "cas"
    needs = frozenset({"labels", "asked_labels"})
    meanings = (
        Meaning(
            "classifier.cas",
            "learnt from samples",
            "higher",
            "accuracy on real data of a classifier trained on samples; right: of one trained on real data",
            "classifier.cas_real",
            whole=1,
            count_key="n.real",
            settings=("evaluation.cas_images",),
            pooled=True,
        ),
    )

    def wanted(self, settings: EvaluationSettings) -> bool:
        """Whether params.yaml asks for it: it trains a classifier."""
        return settings.cas_images > 0

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:
        """See `Score.compute`."""
        from ganforge.evaluation.cas import classification_accuracy_score
        from ganforge.prepared.columns import Split

        images = context.settings.cas_images

        def accuracy(lessons: Split, name: str) -> float:
            with context.bar(images, name) as progress:
                return classification_accuracy_score(
                    lessons, real.test, real.classes, images, SEED, context.device, real.signal, progress
                )

        drawn = accuracy(Split.of(samples.signal, samples.labels), "cas")
        return {"classifier": {"cas": drawn, "cas_real": accuracy(real.train, "cas_real")}}

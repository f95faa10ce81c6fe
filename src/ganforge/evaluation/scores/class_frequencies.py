"""How often each class occurs among the samples, according to the feature network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score, Scores, look_up_all

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples

LOST = 0.01  # allowed share of the classes that occur in as many real test items but not in the samples


class ClassFrequencies(Score):
    """The classes found among the samples of all seeds, and how evenly they occur."""

    name = "class frequencies"
    needs = frozenset({"labels"})
    meanings = (
        Meaning(
            "diversity.classes_found",
            "classes found",
            "higher",
            "classes with at least a tenth of their real share",
            "diversity.classes_found_real",
            count_key="diversity.classes",
            counted=True,
        ),
        Meaning(
            "diversity.class_kl",
            "class divergence",
            "lower",
            "how far class frequencies are from real ones, in nats; 0 is equal",
            pooled=True,
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        import numpy as np

        from ganforge.evaluation.frequencies import class_divergence, classes_found

        reference = real.group_counts
        drawn = np.bincount(context.features.labels, minlength=len(reference))
        held_out = np.bincount(real.test_features.labels[context.rows.held_out], minlength=len(reference))
        return {
            "diversity": {
                "class_kl": class_divergence(drawn, reference),
                "classes": real.classes,
                "classes_found": classes_found(drawn, reference),
                "classes_found_real": classes_found(held_out, reference),
            }
        }

    def alarms(self, scores: Scores) -> list[str]:
        """Warns if classes are missing."""
        keys = "diversity.classes", "diversity.classes_found", "diversity.classes_found_real"
        match look_up_all(scores, *keys):
            case [classes, present, expected] if present < expected - LOST * classes:
                return [f"collapse: only {present:.0f} of {classes:.0f} classes have a tenth of their real share"]
        return []

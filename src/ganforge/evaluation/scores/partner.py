"""How far is a sample from the real signal that belongs to its source?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    from ganforge.evaluation.inputs import Context, Real, Samples


class PartnerDistance(Score):
    """The mean absolute difference from the real partner, beside that of another real signal in the sample's place."""

    name = "partner"
    needs = frozenset({"pairs", "asked_source", "asked_rows"})
    meanings = (
        Meaning(
            "translation.l1",
            "distance to partner",
            "lower",
            "mean difference from the real signal of the same source; right: of any other real signal in its place",
            "translation.l1_other",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        from ganforge.evaluation.pairs import mean_difference
        from ganforge.prepared.columns import ROWS

        rows = samples.columns[ROWS]
        others = (rows + 1) % len(real.test)
        return {
            "translation": {
                "l1": mean_difference(samples.signal, real.test.signal, rows, real.signal),
                "l1_other": mean_difference(real.test.signal[rows], real.test.signal, others, real.signal),
            }
        }

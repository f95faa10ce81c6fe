"""Points in the plane with known modes: are all modes found, and are no points between them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganforge.evaluation.score import Meaning, Measured, Score

if TYPE_CHECKING:
    import numpy as np

    from ganforge.evaluation.inputs import Context, Real, Samples
    from ganforge.signals.signal import Signal

NEAR = 3.0  # standard deviations
LEAST_SHARE = 0.2  # of the samples that a mode has on average: fewer may be strays of its neighbours


class GoodPoints(Score):
    """Good points and modes found, after Srivastava et al. 2017, https://arxiv.org/abs/1705.07761, section 4.1.

    The paper counts a mode from one sample on. Modes of a spiral are so close that strays of one reach the next.
    """

    name = "good points"
    needs = frozenset({"modes"})
    meanings = (
        Meaning(
            "points.modes_found",
            "modes found",
            "higher",
            "modes with a fifth of their share of samples or more within three standard deviations",
            "points.modes_found_real",
            counted=True,
        ),
        Meaning(
            "points.good",
            "good points",
            "real",
            "share of samples within three standard deviations of a mode",
            "points.good_real",
            whole=1,
            count_key="n.pooled",
        ),
    )

    def compute(self, samples: Samples, real: Real, context: Context) -> Measured:  # noqa: ARG002
        """See `Score.compute`."""
        drawn, held_out = _scores(real.signal, samples.signal), _scores(real.signal, real.test.signal)
        return {"points": {**drawn, **{f"{name}_real": value for name, value in held_out.items()}}}


def _scores(signal: Signal, points: np.ndarray) -> dict[str, float]:
    """Both scores of points (N, 2)."""
    import numpy as np

    modes, spread = np.array(signal.about["modes"]), signal.about["spread"]
    nearest, distance = np.empty(len(points), np.int64), np.empty(len(points))
    for start in range(0, len(points), 10_000):
        block = slice(start, start + 10_000)
        distances = np.linalg.norm(points[block, None] - modes, axis=2)
        nearest[block], distance[block] = distances.argmin(1), distances.min(1)
    close = distance <= NEAR * spread
    counts = np.bincount(nearest[close], minlength=len(modes))
    return {"modes_found": int((counts >= LEAST_SHARE * len(points) / len(modes)).sum()), "good": float(close.mean())}

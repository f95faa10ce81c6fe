"""What to try after a run whose samples are not close to real data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ganforge.evaluation.reading import are_close
from ganforge.evaluation.score import Scores, look_up

BETTER, WORSE = 0.95, 1.1  # ratios of distances that are more than the noise between checks
LATE = 2 / 3  # of the training
LONGER = (
    "The generator was still improving when the training ended. A longer training should be better, for example one of "
    "twice the length, about {duration} here: ganforge set train.images={images} train.best_every={best_every}"
)
NO_LONGER = (
    "The best generator came after {share:.0%} of the training, and later ones were worse: a longer training alone "
    "will not help. More training data may."
)


def next_step(scores: Scores, params: Mapping[str, Any], history: pd.DataFrame, chosen_at: int) -> str:
    """A sentence or two of advice.

    Empty if samples are close to real data, if the training was helped (other advice applies then), or if its checks
    say neither that it was too short nor that it was too long.

    Args:
        scores: contents of metrics.json.
        params: dotted keys of params.yaml and their values.
        history: contents of training.csv.
        chosen_at: signals shown when the generator that was kept was checked.
    """
    ratio, checks = look_up(scores, "quality.fd_ratio"), history[history["fd"].notna()]
    helped = "helps" in history and history["helps"].iloc[-1] > 0
    if ratio is None or math.isnan(ratio) or are_close(scores) or helped or len(checks) < 3:
        return ""
    shown = float(history["images"].iloc[-1])
    late = checks["images"] > LATE * shown
    best_early, best_late = checks.loc[~late, "fd"].min(), checks.loc[late, "fd"].min()
    if best_late < BETTER * best_early:
        seconds = 2 * float(history["seconds"].iloc[-1])
        return LONGER.format(
            duration=f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds",
            images=2 * int(params["train.images"]),
            best_every=2 * int(params["train.best_every"]),
        )
    if chosen_at <= LATE * shown and checks["fd"].iloc[-1] > WORSE * best_early:
        return NO_LONGER.format(share=chosen_at / shown)
    return ""

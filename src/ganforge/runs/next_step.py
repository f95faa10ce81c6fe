"""What to try after a run whose samples are not close to real data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ganforge.evaluation.reading import RATIOS
from ganforge.evaluation.score import Scores, look_up

LONGER = (
    "The generator was still improving when the training ended. Train longer, for example twice as long (about "
    "{minutes} here): `ganforge set train.images={images} train.best_every={best_every}` and `make repro`."
)
NO_LONGER = (
    "The best generator came after {share:.0%} of the training, and later ones were worse: a longer training alone "
    "will not help. More training data may{augment}."
)
AUGMENT = ", or `ganforge set augment.mode=adaptive`, which is for small sets"


def next_step(scores: Scores, params: Mapping[str, Any], history: pd.DataFrame, chosen_at: int) -> str:
    """A sentence or two of advice.

    Empty if the samples are close to real data (`RATIOS`), or the training was not checked more than once.

    Args:
        scores: contents of metrics.json.
        params: dotted keys of params.yaml and their values.
        history: contents of training.csv.
        chosen_at: signals shown when the generator that was kept was checked.
    """
    ratio, checks = look_up(scores, "quality.fd_ratio"), history.loc[history["fd"].notna(), "images"]
    if ratio is None or ratio <= RATIOS[0][0] or len(checks) < 2:
        return ""
    if chosen_at < checks.iloc[-1]:
        augment = AUGMENT if params.get("augment.mode") == "none" else ""
        return NO_LONGER.format(share=chosen_at / float(history["images"].iloc[-1]), augment=augment)
    seconds = 2 * float(history["seconds"].iloc[-1])
    return LONGER.format(
        minutes=f"{seconds / 60:.0f} minutes" if seconds > 90 else f"{seconds:.0f} seconds",
        images=2 * int(params["train.images"]),
        best_every=2 * int(params["train.best_every"]),
    )

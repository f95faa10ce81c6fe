"""What to try after a run."""

import pandas as pd
import pytest

from ganforge.runs.next_step import next_step

SCORES = {"quality": {"fd_ratio": 4.0}}
PARAMS = {"train.images": 600, "train.best_every": 200, "augment.mode": "none"}
HISTORY = pd.DataFrame(
    {"images": [200, 300, 400, 600], "fd": [9.0, None, 8.0, 7.0], "seconds": [100.0, 150.0, 200.0, 300.0]}
)


def test_a_training_that_still_improved_should_be_longer():
    advice = next_step(SCORES, PARAMS, HISTORY, 600)
    assert "about 10 minutes here" in advice
    assert "`ganforge set train.images=1200 train.best_every=400`" in advice


@pytest.mark.parametrize(("mode", "named"), [("none", True), ("adaptive", False)])
def test_a_training_that_became_worse_should_not(mode, named):
    advice = next_step(SCORES, PARAMS | {"augment.mode": mode}, HISTORY, 400)
    assert "after 67% of the training" in advice
    assert "train.images" not in advice
    assert ("augment.mode=adaptive" in advice) is named


@pytest.mark.parametrize(
    ("scores", "history"),
    [({"quality": {"fd_ratio": 1.9}}, HISTORY), ({}, HISTORY), (SCORES, HISTORY.iloc[:1])],
    ids=["close samples", "no distance", "one check"],
)
def test_no_advice_without_need_or_evidence(scores, history):
    assert next_step(scores, PARAMS, history, 400) == ""

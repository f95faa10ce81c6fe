"""What to try after a run."""

import math

import pandas as pd
import pytest

from ganforge.runs.next_step import next_step

FAR = {"quality": {"fd_ratio": 4.0}}
PARAMS = {"train.images": 600, "train.best_every": 100}


def history(*distances, helps=0.0):
    """A training with a check after every 100 images, and reports between."""
    rows = [(100 * number, distance) for number, distance in enumerate(distances, start=1)]
    table = pd.DataFrame([*rows, *((images - 50, None) for images, _ in rows)], columns=["images", "fd"])
    table = table.sort_values("images", ignore_index=True)
    return table.assign(seconds=table["images"] / 2, helps=helps)


def advice(table, chosen_at, scores=FAR):
    return next_step(scores, PARAMS, table, chosen_at)


def test_a_training_that_still_improved_should_be_longer():
    said = advice(history(9, 8, 7, 6, 5.5, 5.2), 600)
    assert "about 10 minutes here" in said
    assert said.endswith("ganforge set train.images=1200 train.best_every=200")


def test_a_training_that_became_worse_should_not():
    said = advice(history(9, 7, 6, 7, 8, 8), 300)
    assert "after 50% of the training" in said
    assert "train.images" not in said


@pytest.mark.parametrize(
    ("table", "chosen_at"),
    [
        (history(9, 9.1, 9.2, 9.1, 9.2, 8.999), 600),
        (history(9, 7, 6, 5.9, 5.8, 5.9), 500),
        (history(9, 7, 6, 6.2, 6.1, 6.3), 300),
        (history(9, 8), 200),
        (history(9, 8, 7, 6, 5, 4, helps=1.0), 600),
    ],
    ids=["noise", "level", "hardly worse", "two checks", "helped"],
)
def test_no_advice_without_evidence(table, chosen_at):
    assert advice(table, chosen_at) == ""


@pytest.mark.parametrize(
    ("quality", "needed"),
    [
        ({"fd_ratio": 1.9}, False),
        ({"fd_ratio": 1.9, "recall": 0.01, "recall_real": 0.9}, True),
        ({"fd_ratio": math.nan}, False),
        ({}, False),
    ],
)
def test_advice_is_for_samples_that_are_not_close(quality, needed):
    assert bool(advice(history(9, 8, 7, 6, 5.5, 5.2), 600, {"quality": quality})) is needed

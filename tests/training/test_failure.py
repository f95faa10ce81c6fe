"""Signs of failure are told once, when they have lasted."""

import math

import pytest

from ganforge.training.failure import DivergedError, FailureWatch, check_finite


def row(images, accuracy=0.8, spread=0.9):
    return {"images": images, "pair_accuracy": accuracy, "relative_spread": spread}


def told(patience, rows):
    watch = FailureWatch(patience)
    return [watch.look(each, step) for step, each in enumerate(rows, start=1)]


def test_a_healthy_run_is_left_alone():
    assert told(200, [row(100 * step) for step in range(1, 20)]) == [None] * 19


def test_a_discriminator_that_wins_for_good_is_told_of_once():
    warnings = told(200, [row(100), row(200, accuracy=1.0), row(300, accuracy=0.999), row(400, accuracy=1.0)])
    assert warnings[:2] == [None, None]
    assert warnings[2].startswith("at step 3, for 200 real signals now, the discriminator tells 99.9% of all pairs")
    assert "train.discriminator_rate" in warnings[2]
    assert warnings[3] is None


def test_one_that_wins_now_and_then_is_not():
    rows = [row(100 * step, accuracy=0.9 if step % 2 else 1.0) for step in range(1, 20)]
    assert told(200, rows) == [None] * 19


def test_both_signs_are_counted_apart():
    warnings = told(100, [row(100, accuracy=1.0, spread=0.01), row(200, accuracy=1.0, spread=0.01)])
    assert "tells 100.0% of all pairs" in warnings[0]
    assert "differ from each other only 1.0%" in warnings[1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_row_with_something_that_is_no_number_ends_the_run(value):
    with pytest.raises(DivergedError, match=f"at step 7, after 100 real signals: score_real is {value}; lower"):
        check_finite(row(100) | {"score_real": value}, 7)

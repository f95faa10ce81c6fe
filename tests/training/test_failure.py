"""Signs of failure are told once, when they have lasted."""

import math

import pytest

from ganforge.training.cures import cures
from ganforge.training.failure import DivergedError, FailureWatch, check_finite
from tests.specs import plan
from tests.training.unpaired import unpaired


def row(images, accuracy=0.8, spread=0.9):
    return {"images": images, "pair_accuracy": accuracy, "relative_spread": spread}


CURES = {"pair_accuracy": "lower train.discriminator_rate"}


def told(patience, rows):
    watch = FailureWatch(patience, CURES)
    failures = [watch.look(each, step) for step, each in enumerate(rows, start=1)]
    return [failure and str(failure) for failure in failures]


def test_a_healthy_run_is_left_alone():
    assert told(200, [row(100 * step) for step in range(1, 20)]) == [None] * 19


def test_a_discriminator_that_wins_for_good_is_told_of_once():
    warnings = told(200, [row(100), row(200, accuracy=1.0), row(300, accuracy=0.999), row(400, accuracy=1.0)])
    assert warnings[:2] == [None, None]
    assert warnings[2].startswith("at step 3, for the last 200 real signals, the discriminator distinguishes 99.9% of")
    assert "train.discriminator_rate" in warnings[2]
    assert warnings[3] is None


def test_one_that_wins_now_and_then_is_not():
    rows = [row(100 * step, accuracy=0.9 if step % 2 else 1.0) for step in range(1, 20)]
    assert told(200, rows) == [None] * 19


def test_a_loss_that_grows_beyond_all_bounds_is_told_of_at_once():
    watch = FailureWatch(10**6, {"loss_discriminator": "lower train.learning_rate"})
    assert watch.look(row(100) | {"loss_discriminator": 300.0}, 1) is None
    failure = watch.look(row(200) | {"loss_discriminator": 90197.0}, 2)
    assert "the loss of the discriminator is 90,197: it diverges; lower train.learning_rate" in str(failure)
    assert failure.diverging
    assert watch.look(row(300) | {"loss_discriminator": -1e5}, 3) is None  # it was told of
    assert FailureWatch(10**6, {}).look(row(100) | {"loss_discriminator": -1e5}, 1) is not None  # as of a critic
    assert not FailureWatch.all_is_well(row(300) | {"loss_discriminator": 500.0})


def test_one_label_alone_whose_samples_are_all_alike_is_told_of():
    (warning,) = told(100, [row(100) | {"least_spread": 0.01}])
    assert "samples of one label differ from each other only 1.0%" in warning


def test_what_was_before_a_help_does_not_count():
    watch = FailureWatch(200, CURES, images=500)
    assert watch.look(row(600, spread=0.0), 6) is None
    assert watch.look(row(700, spread=0.0), 7) is not None


@pytest.mark.parametrize(
    ("changed", "well"),
    [({}, True), ({"pair_accuracy": 0.99}, False), ({"relative_spread": 0.2}, False), ({"least_spread": 0.1}, False)],
)
def test_all_is_well_only_far_from_every_sign(changed, well):
    assert FailureWatch.all_is_well(row(100) | changed) == well


@pytest.mark.parametrize(
    ("changes", "few", "said", "unsaid"),
    [
        ({}, True, ["learning_rate from 0.004", "r1 from 0.1", "network.name to modulated"], ["to relativistic"]),
        (
            {"objective": {"loss": "hinge", "r1": 10.0, "r2": 0.0}},
            True,
            ["to relativistic", "r1 from 10"],
            ["r2", "set objective.r1"],
        ),
        ({"objective": {"r1": 0.0, "r2": 0.0}}, True, ["set objective.r1 and objective.r2"], ["raise"]),
        ({"augment": {"mode": "adaptive"}}, True, ["discriminator_rate from 1"], ["augment.mode"]),
        ({}, False, ["discriminator_rate from 1"], ["augment.mode"]),
        ({"augment": {"mode": "none"}}, True, ["set augment.mode to adaptive"], []),
    ],
)
def test_advice_names_only_what_is_not_already_so(changes, few, said, unsaid):
    of = plan(**changes)
    advice = " / ".join(cures(of.objective, of.train, of.augment, few=few, mixes_batch=False).values())
    assert all(text in advice for text in said)
    assert not any(text in advice for text in unsaid)


def test_networks_that_see_how_varied_a_batch_is_are_not_advised_to_those_who_have_them():
    of = plan()
    assert "modulated" not in str(cures(of.objective, of.train, of.augment, few=True, mixes_batch=True))


def test_both_signs_are_counted_apart():
    warnings = told(100, [row(100, accuracy=1.0, spread=0.01), row(200, accuracy=1.0, spread=0.01)])
    assert "distinguishes 100.0% of all pairs" in warnings[0]
    assert "differ from each other only 1.0%" in warnings[1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_row_with_something_that_is_no_number_ends_the_run(value):
    with pytest.raises(DivergedError, match=f"at step 7, after 100 real signals: score_real is {value}; lower"):
        check_finite(row(100) | {"score_real": value}, 7)


@pytest.mark.parametrize(
    ("column", "value", "sentence", "cure"),
    [
        (
            "change",
            0.004,
            "samples equal their sources",
            "lower objective.cycle from 10 or lower objective.identity from 5",
        ),
        ("correlation", -0.6, "light and dark are swapped", "raise objective.identity from 5"),
        ("detail", 0.2, "samples are blurred: brightness changes from pixel to pixel 0.20", "raise train.images from"),
        ("chequers", 4.0, "alternate from pixel to pixel 4.0 times as strongly", "lower train.learning_rate"),
    ],
)
def test_what_goes_wrong_without_pairs_is_named(column, value, sentence, cure):
    of = unpaired("cycle")
    watch = FailureWatch(100, cures(of.objective, of.train, of.augment, few=True, mixes_batch=False))
    looks = (watch.look(row(images) | {column: value}, 1) for images in (100, 300))
    (failure,) = (failure for failure in looks if failure is not None)
    assert sentence in str(failure)
    assert cure in str(failure)
    well = {"change": 0.2, "correlation": 0.8, "chequers": 0.7, "detail": 0.9}
    assert FailureWatch.all_is_well(row(100) | well)
    assert failure.may_be_wanted  # it is told, and the training goes on
    assert FailureWatch.all_is_well(row(100) | {column: value})

"""Numbers over a run, against their formulas."""

import math

import pytest

from ganforge.settings import Schedule
from ganforge.training.schedules import value_at


def schedule(shape, begin=0.5, start=1.0, end=0.2) -> Schedule[float]:
    return Schedule[float](start=start, end=end, shape=shape, begin=begin)


def test_a_number_stays():
    assert [value_at(0.3, progress) for progress in (0, 0.5, 1)] == [0.3, 0.3, 0.3]


@pytest.mark.parametrize("shape", ["linear", "cosine"])
def test_it_is_its_start_until_it_begins_and_its_end_at_the_end(shape):
    assert [value_at(schedule(shape), progress) for progress in (0, 0.3, 0.5)] == [1, 1, 1]
    assert value_at(schedule(shape), 1) == pytest.approx(0.2)
    assert value_at(schedule(shape), 0.75) == pytest.approx(0.6)  # both are half-way there half-way


def test_the_way_between():
    assert value_at(schedule("linear"), 0.625) == pytest.approx(0.8)
    assert value_at(schedule("cosine"), 0.625) == pytest.approx(0.6 + 0.4 * math.cos(math.pi / 4))


def test_one_that_never_begins_stays():
    assert value_at(schedule("linear", begin=1.0), 1.0) == 1.0

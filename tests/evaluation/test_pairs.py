"""How far samples are from the signals that belong to their sources."""

import numpy as np
import pytest

from ganforge.evaluation.pairs import mean_difference
from ganforge.signals.image import ImageSignal

SIGNAL = ImageSignal((3, 4, 4))


def test_the_difference_is_that_of_what_networks_see_over_all_pairs():
    random = np.random.default_rng(0)
    signals, others = (random.integers(0, 256, (count, 3, 4, 4), dtype=np.uint8) for count in (1201, 60))
    rows = random.integers(60, size=1201)
    expected = np.abs(signals / 127.5 - others[rows] / 127.5).mean()
    assert mean_difference(signals, others, rows, SIGNAL) == pytest.approx(expected, rel=1e-5)


def test_a_partner_that_is_met_is_at_no_distance():
    signals = np.random.default_rng(0).integers(0, 256, (5, 3, 4, 4), dtype=np.uint8)
    assert mean_difference(signals[[4, 0]], signals, np.array([4, 0]), SIGNAL) == 0

"""The spread of samples beside that of real signals, over all of them and for the label in which it is least."""

import math

import numpy as np
import pytest
import torch

from ganforge.objectives.spread import LEAST_PAIRS, LeastSpread, spread_terms


def relative_spread(real, fake, labels):
    return spread_terms(real, fake, labels, 0)["relative_spread"]


def test_spread_is_measured_within_a_label():
    torch.manual_seed(0)
    labels = torch.arange(5).repeat(40)
    exemplars = torch.randn(5, 1, 4, 4)
    real = torch.randn(200, 1, 4, 4)
    assert float(relative_spread(real, exemplars[labels], labels)) == 0
    half = exemplars[labels] + 0.5 * torch.randn(200, 1, 4, 4)
    assert float(relative_spread(real, half, labels)) == pytest.approx(0.5, rel=0.05)
    assert float(relative_spread(real, 0.5 * torch.randn(200, 1, 4, 4), None)) == pytest.approx(0.5, rel=0.05)
    assert float(relative_spread(real[:3], real[:3] * 0, torch.arange(3))) == 1  # no two to compare


@pytest.mark.parametrize("shape", [(5,), (1, 30), (3, 4, 4), (1, 4, 4, 4)])
def test_spread_is_the_root_mean_square_between_neighbours_of_a_label(shape):
    torch.manual_seed(0)
    real, fake, labels = torch.randn(20, *shape), 0.3 * torch.randn(20, *shape), torch.arange(3).repeat(7)[:20]
    order = labels.argsort().numpy()
    alike = np.diff(labels.numpy()[order]) == 0
    square = [np.diff(x.numpy()[order], axis=0)[alike] ** 2 for x in (real, fake)]
    expected = math.sqrt(square[1].mean() / square[0].mean())
    assert float(relative_spread(real, fake, labels)) == pytest.approx(expected, rel=1e-5)


def test_the_least_spread_is_that_of_the_label_whose_samples_are_the_most_alike():
    torch.manual_seed(0)
    labels = torch.randint(3, (900,))
    real, fake = torch.randn(900, 1, 4, 4), torch.randn(900, 1, 4, 4)
    fake[labels == 1] *= 0.3
    sums = sum(
        spread_terms(*parts, 3)["least_spread"] for parts in zip(real.split(30), fake.split(30), labels.split(30))
    )
    assert float(LeastSpread().take(sums)) == pytest.approx(0.3, rel=0.1)
    whole = spread_terms(real, fake, labels, 3)
    assert float(whole["relative_spread"]) > 0.7


def test_a_label_that_hardly_comes_is_judged_once_it_has_come_often_enough():
    least, share = LeastSpread(), LEAST_PAIRS / 2
    often = [[1.0], [1.0], [LEAST_PAIRS]]
    rare = torch.tensor([[0.01], [1.0], [share]])
    sums = torch.cat([torch.tensor(often), rare], dim=1)
    assert float(least.take(sums)) == 1
    again = LeastSpread()
    again.restore(least.state())
    assert float(least.take(sums)) == pytest.approx(0.1)
    assert float(again.take(sums)) == pytest.approx(0.1)
    assert float(least.take(torch.tensor([[1.0, 0], [1.0, 0], [LEAST_PAIRS, 0]]))) == pytest.approx(0.1)


def test_labels_that_nobody_counts_have_no_least_spread():
    real = torch.randn(8, 1, 4, 4)
    assert set(spread_terms(real, real, None, 0)) == {"relative_spread"}
    assert set(spread_terms(real, real, torch.arange(8), 0)) == {"relative_spread"}

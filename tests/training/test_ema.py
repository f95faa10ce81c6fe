"""The moving average forgets at the rate that was asked for."""

import pytest
import torch

from ganforge.training.ema import ExponentialMovingAverage


def test_half_of_the_old_weights_is_left_after_a_half_life():
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    ema = ExponentialMovingAverage(module, half_life=640, batch_size=64)
    torch.nn.init.ones_(module.weight)
    for step in range(1000, 1010):  # far from the start, where the average forgets faster
        ema.update(step)
    assert float(ema.average.weight) == pytest.approx(0.5)


def test_the_early_average_follows_quickly():
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    ema = ExponentialMovingAverage(module, half_life=10**9, batch_size=64)
    torch.nn.init.ones_(module.weight)
    ema.update(0)
    assert float(ema.average.weight) == pytest.approx(0.9)


def test_without_a_half_life_it_is_a_copy_buffers_included():
    module = torch.nn.BatchNorm1d(3)
    ema = ExponentialMovingAverage(module, half_life=0, batch_size=64)
    module(torch.randn(8, 3))
    ema.update(5)
    for name, tensor in module.state_dict().items():
        assert torch.equal(ema.average.state_dict()[name], tensor)

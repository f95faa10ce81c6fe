"""The moving average forgets at the rate that was asked for."""

import pytest
import torch

from ganforge.training.ema import ExponentialMovingAverage


def zero_then_one(steps, half_life) -> float:
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    ema = ExponentialMovingAverage(module, batch_size=64)
    torch.nn.init.ones_(module.weight)
    for step in steps:
        ema.update(step, half_life)
    return float(ema.average.weight)


def test_half_of_the_old_weights_is_left_after_a_half_life():
    assert zero_then_one(range(1000, 1010), 640) == pytest.approx(0.5)  # far from the start, where it forgets faster


def test_the_early_average_follows_quickly():
    assert zero_then_one([0], 10**9) == pytest.approx(0.9)


def test_without_a_half_life_it_is_a_copy_buffers_included():
    module = torch.nn.BatchNorm1d(3)
    ema = ExponentialMovingAverage(module, batch_size=64)
    module(torch.randn(8, 3))
    ema.update(5, 0)
    for name, tensor in module.state_dict().items():
        assert torch.equal(ema.average.state_dict()[name], tensor)

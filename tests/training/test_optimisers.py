"""One step of each optimiser against its formula."""

from copy import deepcopy

import pytest
import torch

from ganforge.networks.layers import CONVOLUTION
from ganforge.training.optimisers import build_optimiser, set_schedules
from tests.specs import plan

CPU = torch.device("cpu")


def build(module, **changes):
    """The optimiser of a module that some settings ask for."""
    settings = plan(train={"beta1": 0.0, "beta2": 0.5, "weight_decay": 0.0} | changes).train
    return build_optimiser(settings, module, CPU)


def step(steps=1, rate=0.1, beta2=0.9, **changes) -> float:
    """A weight of 1 with a gradient of 0.5, after some steps."""
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(module.weight)
    optimiser = build(module, **changes)
    for _ in range(steps):
        set_schedules(optimiser, rate, beta2)
        module.weight.grad = torch.full((1, 1), 0.5)
        optimiser.step()
    return float(module.weight.detach())


def test_sgd():
    assert step(optimiser="sgd") == pytest.approx(1 - 0.1 * 0.5)


def test_beta1_is_the_momentum_of_sgd():
    assert step(steps=2, optimiser="sgd", beta1=0.9) == pytest.approx(1 - 0.1 * 0.5 - 0.1 * (0.9 * 0.5 + 0.5))


def test_adam_takes_steps_of_the_learning_rate():
    assert step(optimiser="adam") == pytest.approx(0.9)


def test_adamw_decays_weights_apart_from_the_gradient():
    assert step(optimiser="adamw", weight_decay=0.2) == pytest.approx(1 * (1 - 0.1 * 0.2) - 0.1)


def test_the_second_beta_is_the_one_of_the_moment():
    """After gradients 0.5 and 0.5 the bias-corrected second moment is 0.25 for a beta that stays, not for one that
    changes."""
    assert step(steps=2, beta2=0.9, optimiser="adam") == pytest.approx(0.8)
    module = torch.nn.Linear(1, 1, bias=False)
    optimiser = build(module, optimiser="adam")
    set_schedules(optimiser, 0.1, 0.99)
    assert optimiser.param_groups[0]["betas"] == (0.0, 0.99)


@pytest.mark.parametrize(
    ("name", "theirs", "decay"), [("adam", torch.optim.Adam, 0.0), ("adamw", torch.optim.AdamW, 0.1)]
)
@pytest.mark.parametrize(
    ("axes", "layout"),
    [
        (1, torch.contiguous_format),
        (2, torch.contiguous_format),
        (2, torch.channels_last),
        (3, torch.contiguous_format),
    ],
)
def test_ours_has_the_numbers_of_pytorch_whether_or_not_a_weight_has_a_gradient(name, theirs, decay, axes, layout):
    torch.manual_seed(0)
    convolution = CONVOLUTION[axes]
    module = torch.nn.Sequential(convolution(3, 5, 3), convolution(5, 4, 2)).to(memory_format=layout)
    pairs = [(module, build(module, optimiser=name, beta1=0.5, beta2=0.9, weight_decay=decay))]
    other = deepcopy(module)
    pairs.append((other, theirs(other.parameters(), 1.0, (0.5, 0.9), weight_decay=decay, fused=True)))
    for step in range(5):
        x = torch.randn(2, 3, *[8] * axes).contiguous(memory_format=layout)
        for network, optimiser in pairs:
            set_schedules(optimiser, 0.01 / (1 + step), 0.9 + 0.01 * step)
            optimiser.zero_grad()
            (network(x) if step else network[0](x)).square().sum().backward()
            optimiser.step()
        if step == 2:  # as after a kill
            pairs[0][1].load_state_dict(deepcopy(pairs[0][1].state_dict()))
    for mine, its in zip(module.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, its)
    assert pairs[0][1].state_dict()["state"].keys() == pairs[1][1].state_dict()["state"].keys()

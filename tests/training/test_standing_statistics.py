"""An averaged generator gets statistics of its own; nothing else of it changes."""

import numpy as np
import pytest
import torch

from ganforge.conditions import Unconditional
from ganforge.conditions.captions import Captions
from ganforge.conditions.labels import Labels
from ganforge.networks.build import build_generator
from ganforge.networks.sampling import STATISTICS_SEED, draw_latents
from ganforge.training.standing_statistics import StandingStatistics
from tests.specs import spec

CPU = torch.device("cpu")
LABELS = Labels(("a", "b", "c"), (50, 30, 20))
CAPTIONS = Captions(("", "red", "dot"), 2)
POOL = {"tokens": np.array([[1, 0], [2, 0], [1, 2], [0, 0], [1, 1]], np.int32)}


def averaged_generator(name="dcgan", condition=LABELS, *, sphere=False):
    """With statistics that no samples would give."""
    torch.manual_seed(0)
    network = spec(name, condition=condition, width=8, sampling="sphere" if sphere else "normal")
    generator = build_generator(network).eval()
    for buffer_name, buffer in generator.named_buffers():
        if "running" in buffer_name:
            buffer.fill_(7.0)
    return network, generator


def state(generator) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in generator.state_dict().items()}


@pytest.mark.parametrize(
    ("condition", "sphere"),
    [(Unconditional(), False), (LABELS, False), (LABELS, True), (CAPTIONS, False)],
    ids=["nothing", "labels", "labels on a sphere", "captions"],
)
def test_the_first_layers_statistics_are_those_of_its_inputs(condition, sphere):
    network, averaged = averaged_generator(condition=condition, sphere=sphere)
    refreshed = StandingStatistics(network, POOL, 120, CPU)(averaged)
    drawn = condition.draw(STATISTICS_SEED, 128, POOL)
    asked = {name: torch.from_numpy(column) for name, column in drawn.items()}
    latents = torch.from_numpy(draw_latents(STATISTICS_SEED, 128, 4))
    inputs = averaged.normalise[0](averaged.start(averaged.input(latents, asked)))
    statistics = refreshed.normalise[1]
    assert torch.allclose(statistics.running_mean, inputs.mean((0, 2, 3)), atol=1e-5)
    variances = torch.stack([half.var((0, 2, 3)) for half in inputs.chunk(2)])
    assert torch.allclose(statistics.running_var, variances.mean(0), rtol=1e-4)


def test_weights_stay_and_the_averaged_generator_is_not_touched():
    network, averaged = averaged_generator()
    before = state(averaged)
    refreshed = StandingStatistics(network, {}, 64, CPU)(averaged)
    assert not any(layer.training for layer in refreshed.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in averaged.state_dict().items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in refreshed.named_parameters())
    assert not torch.equal(refreshed.normalise[1].running_mean, before["normalise.1.running_mean"])


def test_a_second_call_gives_the_same_and_knows_nothing_of_the_first():
    network, averaged = averaged_generator()
    refresh = StandingStatistics(network, {}, 128, CPU)
    once = state(refresh(averaged))
    _, other = averaged_generator()
    for parameter in other.parameters():
        parameter.data.mul_(2)
    refresh(other)
    assert all(torch.equal(tensor, once[name]) for name, tensor in refresh(averaged).state_dict().items())


@pytest.mark.parametrize(("name", "samples"), [("dcgan", 0), ("resnet", 64), ("style", 64)])
def test_without_samples_or_without_batch_norm_nothing_changes(name, samples):
    network, averaged = averaged_generator(name)
    before = state(averaged)
    refreshed = StandingStatistics(network, {}, samples, CPU)(averaged)
    assert all(torch.equal(tensor, before[name]) for name, tensor in refreshed.state_dict().items())

"""An averaged generator gets statistics of its own; nothing else of it changes."""

import pytest
import torch

from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.sampling import STATISTICS_SEED, draw_labels, draw_latents
from ganforge.training.standing_statistics import StandingStatistics

CPU = torch.device("cpu")


def averaged_generator(name="dcgan", classes=3, *, sphere=False):
    """With statistics that no samples would give."""
    torch.manual_seed(0)
    spec = NetworkSpec(name, (1, 8, 8), classes, 4, 8, sphere=sphere)
    generator = build_generator(spec).eval()
    for buffer_name, buffer in generator.named_buffers():
        if "running" in buffer_name:
            buffer.fill_(7.0)
    return spec, generator


def state(generator) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in generator.state_dict().items()}


@pytest.mark.parametrize(("classes", "sphere"), [(0, False), (3, False), (3, True)])
def test_the_first_layers_statistics_are_those_of_its_inputs(classes, sphere):
    spec, averaged = averaged_generator(classes=classes, sphere=sphere)
    settled = StandingStatistics(spec, (50, 30, 20), 120, CPU)(averaged)
    labels = torch.from_numpy(draw_labels(STATISTICS_SEED, 128, (50, 30, 20))) if classes else None
    latents = torch.from_numpy(draw_latents(STATISTICS_SEED, 128, 4))
    inputs = averaged.normalise[0](averaged.start(averaged.input(latents, labels)))
    statistics = settled.normalise[1]
    assert torch.allclose(statistics.running_mean, inputs.mean((0, 2, 3)), atol=1e-5)
    variances = torch.stack([half.var((0, 2, 3)) for half in inputs.chunk(2)])
    assert torch.allclose(statistics.running_var, variances.mean(0), rtol=1e-4)


def test_weights_stay_and_the_averaged_generator_is_not_touched():
    spec, averaged = averaged_generator()
    before = state(averaged)
    settled = StandingStatistics(spec, (1, 1, 1), 64, CPU)(averaged)
    assert not any(layer.training for layer in settled.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in averaged.state_dict().items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in settled.named_parameters())
    assert not torch.equal(settled.normalise[1].running_mean, before["normalise.1.running_mean"])


def test_a_second_call_gives_the_same_and_knows_nothing_of_the_first():
    spec, averaged = averaged_generator()
    settle = StandingStatistics(spec, (1, 1, 1), 128, CPU)
    once = state(settle(averaged))
    _, other = averaged_generator()
    for parameter in other.parameters():
        parameter.data.mul_(2)
    settle(other)
    assert all(torch.equal(tensor, once[name]) for name, tensor in settle(averaged).state_dict().items())


@pytest.mark.parametrize(("name", "samples"), [("dcgan", 0), ("resnet", 64), ("style", 64)])
def test_without_samples_or_without_batch_norm_nothing_changes(name, samples):
    spec, averaged = averaged_generator(name)
    before = state(averaged)
    settled = StandingStatistics(spec, (1, 1, 1), samples, CPU)(averaged)
    assert all(torch.equal(tensor, before[name]) for name, tensor in settled.state_dict().items())

"""An averaged generator gets statistics of its own; nothing else of it changes."""

import pytest
import torch

from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.sampling import draw_labels, draw_latents
from ganforge.training.standing_statistics import SEED, standing_statistics

CPU = torch.device("cpu")


def generator(name="dcgan", classes=3):
    torch.manual_seed(0)
    spec = NetworkSpec(name, (1, 8, 8), classes, 4, 8)
    return spec, build_generator(spec).eval()


@pytest.mark.parametrize("classes", [0, 3])
def test_the_first_layers_statistics_are_those_of_its_inputs(classes):
    spec, averaged = generator(classes=classes)
    settled = standing_statistics(spec, (50, 30, 20), 120, CPU)(averaged)
    labels = torch.from_numpy(draw_labels(SEED, 128, (50, 30, 20))) if classes else None
    latents = torch.from_numpy(draw_latents(SEED, 128, 4))
    inputs = averaged.normalise[0](averaged.start(averaged.input(latents, labels)))
    statistics = settled.normalise[1]
    assert torch.allclose(statistics.running_mean, inputs.mean((0, 2, 3)), atol=1e-5)
    variances = torch.stack([half.var((0, 2, 3)) for half in inputs.chunk(2)])
    assert torch.allclose(statistics.running_var, variances.mean(0), rtol=1e-4)


def test_weights_stay_and_the_averaged_generator_is_not_touched():
    spec, averaged = generator()
    before = {name: tensor.clone() for name, tensor in averaged.state_dict().items()}
    settled = standing_statistics(spec, (1, 1, 1), 64, CPU)(averaged)
    assert not settled.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in averaged.state_dict().items())
    assert all(torch.equal(tensor, before[name]) for name, tensor in settled.named_parameters())
    assert not torch.equal(settled.normalise[1].running_mean, before["normalise.1.running_mean"])


@pytest.mark.parametrize(("name", "samples"), [("dcgan", 0), ("resnet", 64), ("style", 64)])
def test_without_samples_or_without_batch_norm_nothing_changes(name, samples):
    spec, averaged = generator(name)
    settled = standing_statistics(spec, (1, 1, 1), samples, CPU)(averaged)
    before, after = averaged.state_dict().values(), settled.state_dict().values()
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))

"""Networks for waveforms."""

import pytest
import torch

from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.storage import GeneratorConfig, load_generator, save_generator
from ganforge.networks.wavegan import KERNEL, STRIDE, PhaseShuffle, lengths
from ganforge.signals.sound import WaveformSignal
from tests.specs import spec

ABOUT = {"rate": 8000, "samples": 4096, "fft": 256}
SIGNAL = WaveformSignal((1, 4096), ABOUT)


@pytest.mark.parametrize("samples", [1024, 4096, 8192, 16384])
@pytest.mark.parametrize("classes", [0, 10])
def test_shapes_and_gradients(samples, classes):
    torch.manual_seed(0)
    small = spec("wavegan", classes=classes, signal=WaveformSignal((1, samples), ABOUT | {"samples": samples}))
    generator, discriminator = build_generator(small), build_discriminator(small)
    condition = {"labels": torch.tensor([0, 3])} if classes else {}
    signals = generator(torch.randn(2, 4), condition)
    scores = discriminator(signals, condition)
    assert signals.shape == (2, 1, samples)
    assert signals.abs().max() <= 1
    assert scores.shape == (2,)
    scores.sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in generator.parameters())


def test_its_layers_are_those_of_the_paper():
    small = spec("wavegan", signal=SIGNAL, width=8)
    up = [layer for layer in build_generator(small).modules() if isinstance(layer, torch.nn.ConvTranspose1d)]
    down = [layer for layer in build_discriminator(small).modules() if isinstance(layer, torch.nn.Conv1d)]
    for layer in (*up, *down):
        assert layer.kernel_size == (KERNEL,) and layer.stride == (STRIDE,)
    assert [layer.out_channels for layer in up] == [32, 16, 8, 1]
    assert [layer.in_channels for layer in down] == [1, 8, 16, 32]


def test_lengths_are_quartered():
    assert lengths(16384) == [16384, 4096, 1024, 256, 64, 16]
    with pytest.raises(UserError, match="signals have 1002 positions; the number must be divisible by 4"):
        lengths(1002)


def test_signals_with_two_axes_are_refused():
    with pytest.raises(UserError, match=r"images have 2 axes; it needs signals with one axis"):
        build_generator(spec("wavegan", (1, 8, 8)))


def test_phase_shuffle_moves_every_sample_by_a_few_positions_and_reflects_its_ends():
    torch.manual_seed(0)
    line = torch.arange(20.0).expand(200, 3, 20)
    moved = PhaseShuffle(2)(line)
    shifts = set()
    for sample in moved:
        assert (sample == sample[0]).all(), "all channels are moved alike"
        shift = int(sample[0, 10] - 10)
        expected = [abs(place + shift) for place in range(20)]
        assert sample[0].tolist() == [place if place < 20 else 38 - place for place in expected]
        shifts.add(shift)
    assert shifts == {-2, -1, 0, 1, 2}
    assert torch.equal(PhaseShuffle(0)(line), line)


def test_it_is_saved_and_draws_the_same_again(tmp_path):
    small = spec("wavegan", signal=SIGNAL, classes=3)
    module = build_generator(small).eval()
    save_generator(tmp_path, module, GeneratorConfig(small, "sounds", 0))
    again, config = load_generator(tmp_path)
    asked = torch.randn(2, 4), {"labels": torch.tensor([0, 2])}
    assert torch.equal(again(*asked), module(*asked))
    assert config.network == small

"""What a kind of signal is to a network, to a file and to a person."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from ganforge.prepared.columns import Column
from ganforge.signals import SIGNALS, signal_of
from ganforge.signals.image import ImageSignal, StackedImageSignal, have_one_size, saturate
from ganforge.training.augmentation import TRANSFORMATIONS

SHAPES = {
    "image": [(1, 8, 8), (3, 5, 6)],
    "stacked_image": [(3, 8, 8)],
    "spectrogram": [(1, 32, 16)],
    "waveform": [(1, 512)],
    "music": [(1, 16), (4, 32)],
    "points": [(2,)],
}
SOUND = {"rate": 8000, "samples": 512, "fft": 64}
ABOUT = {
    "points": {"modes": [[0.0, 0.0], [0.9, 0.9]], "spread": 0.02},
    "spectrogram": SOUND | {"loudest": [0.0] * 32, "rounds": 2},
    "waveform": SOUND,
    "music": {"lowest": 48, "pitches": 24, "steps_per_quarter": 4, "tempo": 90},
}
CASES = [(kind, shape) for kind in SIGNALS for shape in SHAPES[kind]]
CPU = torch.device("cpu")


def random_signals(signal, count=4):
    """Stored signals with every value that their kind of number has, or that there are pitches for."""
    if np.dtype(signal.dtype).kind == "f":
        return np.random.default_rng(0).uniform(-1, 1, (count, *signal.shape)).astype(signal.dtype)
    info = np.iinfo(signal.dtype)
    most = signal.about.get("pitches", info.max)
    values = np.random.default_rng(0).integers(info.min, most, (count, *signal.shape), signal.dtype, endpoint=True)
    values.reshape(-1)[:2] = info.min, most
    return values


@pytest.fixture(params=CASES, ids=str)
def signal(request):
    kind, shape = request.param
    return SIGNALS[kind](shape, ABOUT.get(kind))


def test_stored_signals_survive_the_way_to_networks_and_back(signal):
    stored = random_signals(signal)
    seen = signal.presented(stored, CPU)
    assert seen.shape == (4, *signal.network_shape)
    assert seen.is_floating_point()
    assert np.array_equal(signal.stored(seen), stored)
    assert signal.stored(seen).dtype == signal.dtype


def test_what_a_generator_may_say_can_be_stored(signal):
    torch.manual_seed(0)
    unbounded = 5 * torch.randn(4, *signal.network_shape)
    bounded = signal.output(unbounded.requires_grad_())
    assert bounded.shape == unbounded.shape
    bounded.sum().backward()
    assert torch.isfinite(unbounded.grad).all() and unbounded.grad.any()
    stored = signal.stored(bounded.detach())
    assert stored.shape == (4, *signal.shape)
    assert stored.dtype == signal.dtype
    assert np.array_equal(signal.stored(signal.presented(stored, CPU)), stored)


def test_it_is_made_again_of_its_description_and_of_the_column_that_holds_it(signal):
    again = signal_of(json.loads(json.dumps(signal.describe())))
    column = Column(signal.kind, signal.dtype, signal.shape, {"train": 4, "test": 4}, signal.about)
    for other in (again, signal_of(column)):
        assert type(other) is type(signal)
        assert other == signal
        assert hash(other) == hash(signal)
    assert SIGNALS[signal.kind]((3, 16, 16)) != signal


def test_the_feature_network_is_shown_so_many_arrays_of_one_shape(signal):
    seen = signal.presented(random_signals(signal), CPU)
    assert signal.for_features(seen).shape == (4 * signal.views, *signal.view_shape)


def test_the_augmentations_of_a_signal_exist(signal):
    assert set(signal.transformations) <= set(TRANSFORMATIONS)


def test_every_one_can_be_opened_as_a_file(signal, tmp_path):
    stored = random_signals(signal, 2)
    signal.each(stored, ["one", "two"], tmp_path / "deep" / "single")
    names = sorted(path.name for path in (tmp_path / "deep" / "single").iterdir())
    assert names == sorted(f"{name}{suffix}" for name in ("one", "two") for suffix in signal.files(stored[0]))
    assert (tmp_path / "deep" / "single" / f"two{signal.suffix}").read_bytes() == signal.encode(stored[1])


def test_a_sheet_is_a_picture_whatever_the_signal(signal, tmp_path):
    signal.sheet(random_signals(signal, 5), 3, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize("shape", [(2, 1, 128), (2, 1, 16, 8), (2, 1, 4, 4, 8)])
def test_every_byte_survives_the_way_to_floats_and_back(shape):
    images, stored = ImageSignal(shape[1:]), torch.arange(256, dtype=torch.uint8).reshape(shape)
    seen = images.to_network(stored)
    expected = torch.linspace(-1, 1, 256, dtype=torch.float64).reshape(shape)
    assert torch.allclose(seen.double(), expected, atol=1e-6)
    assert float(seen.min()) == -1
    assert float(seen.max()) == 1
    assert torch.equal(images.from_network(seen), stored)


def test_the_channels_of_images_lie_last_in_memory():
    images = torch.zeros(2, 3, 4, 5, dtype=torch.uint8)
    assert ImageSignal((3, 4, 5)).to_network(images).is_contiguous(memory_format=torch.channels_last)


def test_what_is_given_stays_as_it_was():
    floats = torch.full((2, 3, 4, 4), 255.0).contiguous(memory_format=torch.channels_last)
    assert torch.equal(ImageSignal((3, 4, 4)).to_network(floats), torch.ones(2, 3, 4, 4))
    assert torch.equal(floats, torch.full((2, 3, 4, 4), 255.0))


def test_values_beyond_the_range_are_clipped():
    assert ImageSignal((1, 1, 2)).from_network(torch.tensor([-3.0, 3.0])).tolist() == [0, 255]


def test_saturate_is_a_stretched_tanh_that_is_cut_off_and_has_its_gradient():
    x = torch.linspace(-4, 4, 33, dtype=torch.float64, requires_grad=True)
    y = saturate(x)
    (gradient,) = torch.autograd.grad(y.sum(), x)
    stretched = 1.1 * np.tanh(x.detach().numpy())
    np.testing.assert_allclose(y.detach().numpy(), np.clip(stretched, -1, 1), rtol=1e-12)
    inside = np.abs(stretched) < 1
    assert 0 < inside.sum() < len(x)
    expected = np.where(inside, 1.1 * (1 - np.tanh(x.detach().numpy()) ** 2), 0)
    np.testing.assert_allclose(gradient.numpy(), expected, atol=1e-12)


def test_the_channels_of_stacked_images_are_views_of_their_own():
    stacked = StackedImageSignal((3, 4, 5))
    x = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    views = stacked.for_features(x)
    assert (stacked.views, stacked.view_shape, stacked.network_shape) == (3, (1, 4, 5), (3, 4, 5))
    assert views.shape == (6, 1, 4, 5)
    for number, channel in enumerate(x.flatten(0, 1)):
        assert torch.equal(views[number, 0], channel)
    channels_last = x.contiguous(memory_format=torch.channels_last)
    assert torch.equal(stacked.for_features(channels_last), views)


def test_an_image_is_its_only_view():
    x = torch.rand(2, 3, 4, 5)
    assert ImageSignal.views == 1
    assert torch.equal(ImageSignal((3, 4, 5)).for_features(x), x)


def test_a_sheet_shows_images_row_by_row(tmp_path):
    images = np.zeros((3, 1, 8, 8), dtype=np.uint8)
    images[1] = 255
    ImageSignal((1, 8, 8)).sheet(images, 2, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        pixels = np.asarray(picture)
    factor = pixels.shape[0] // 17
    assert pixels.shape == (17 * factor, 17 * factor)
    assert factor > 10
    assert (pixels[: 8 * factor, 9 * factor :] == 255).all()
    assert (pixels[9 * factor :, : 8 * factor] == 0).all()


def test_colour_images_are_written_as_they_are(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 5, 6), dtype=np.uint8)
    ImageSignal((3, 5, 6)).each(images, ["one", "two"], tmp_path / "single")
    with Image.open(tmp_path / "single" / "two.png") as picture:
        assert np.array_equal(np.moveaxis(np.asarray(picture), -1, 0), images[1])


def test_pictures_have_one_size_whatever_their_channels():
    pictures = np.zeros((2, 3, 4, 4), np.uint8)
    assert have_one_size(pictures[:, :1], pictures)
    assert not have_one_size(pictures[..., :2], pictures)
    assert not have_one_size(pictures.astype(np.float32), pictures)
    assert not have_one_size(pictures[:, 0, 0], pictures[:, 0, 0])

"""Networks that turn a source picture into another: any size, any channels, and what each position depends on."""

import pytest
import torch

from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.signals.image import ImageSignal
from tests.specs import spec

TRANSLATORS = ("unet", "translator")


def networks(name, size=(32, 32), source_channels=1, channels=3, **settings):
    condition = Source(ImageSignal((source_channels, *size)))
    return spec(name, signal=ImageSignal((channels, *size)), condition=condition, **settings)


def generator(name, **settings):
    torch.manual_seed(0)
    return build_generator(networks(name, **settings)).eval()


def translated(module, source, latent_dim=4):
    torch.manual_seed(1)
    with torch.no_grad():
        return module(torch.randn(len(source), latent_dim), {"source": source})


@pytest.mark.parametrize("name", TRANSLATORS)
@pytest.mark.parametrize("size", [(16, 16), (17, 17), (28, 28), (24, 41), (64, 64)])
@pytest.mark.parametrize("channels", [(1, 3), (3, 1)])
def test_a_picture_keeps_its_size_and_has_the_channels_of_the_signal(name, size, channels):
    module = generator(name, size=size, source_channels=channels[0], channels=channels[1])
    drawn = translated(module, torch.rand(2, channels[0], *size) * 2 - 1)
    assert drawn.shape == (2, channels[1], *size)
    assert drawn.abs().max() <= 1


@pytest.mark.parametrize("name", TRANSLATORS)
@pytest.mark.parametrize("size", [(33, 50), (100, 16), (71, 130)])
def test_pictures_of_other_sizes_than_those_of_training_go_through(name, size):
    assert translated(generator(name), torch.rand(1, 1, *size)).shape == (1, 3, *size)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_latents_make_a_difference_and_there_may_be_none(name):
    source = torch.rand(1, 1, 32, 32).expand(2, -1, -1, -1)
    one, other = translated(generator(name), source)
    assert (one - other).abs().mean() > 0.01
    one, other = translated(generator(name, latent_dim=0), source, latent_dim=0)
    assert torch.equal(one, other)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_without_pairs_a_discriminator_sees_the_picture_alone(name):
    size = (32, 32)
    sources, signal = (ImageSignal((channels, *size)) for channels in (1, 3))
    pictures = torch.rand(2, 3, *size)
    for unpaired in (False, True):
        torch.manual_seed(0)
        judge = build_discriminator(spec(name, signal=signal, condition=Source(sources, unpaired=unpaired)))
        scores = [judge(pictures, {"source": value * torch.ones(2, 1, *size)}) for value in (0.0, 1.0)]
        assert torch.equal(*scores) == unpaired


@pytest.mark.parametrize("name", TRANSLATORS)
def test_levels_of_a_source_become_coarser(name):
    levels = generator(name).levels(torch.zeros(1, 4), torch.rand(1, 1, 30, 30))
    sizes = [level.shape[2] for level in levels]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) > 1
    assert all(sizes[0] % size == 0 for size in sizes)


def test_the_way_back_has_the_shapes_exchanged():
    there = networks("translator", source_channels=1, channels=3)
    back = there.reversed()
    assert (back.channels, back.condition.signals["source"].network_shape[0]) == (1, 3)
    drawn = translated(build_generator(back).eval(), torch.rand(1, 3, 32, 32))
    assert drawn.shape == (1, 1, 32, 32)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_the_brightness_of_a_flat_source_reaches_the_picture(name):
    sources = torch.tensor([0.2, 0.9]).view(2, 1, 1, 1).expand(-1, -1, 32, 32)
    dark, bright = translated(generator(name, latent_dim=0), sources, latent_dim=0)
    assert (dark - bright).abs().mean() > 0.05


@pytest.mark.parametrize("name", TRANSLATORS)
def test_all_weights_of_a_translator_learn(name):
    module = generator(name).train()
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    module(torch.randn(2, 4), {"source": torch.rand(2, 1, 32, 32)}).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in module.parameters())


def test_a_position_depends_on_what_is_within_reach_and_on_nothing_beyond():
    module = generator("translator", size=(160, 160), blocks=1)
    for block in module.blocks:
        torch.nn.init.normal_(block.second.weight, std=0.1)
    source = torch.rand(1, 1, 160, 160, requires_grad=True)
    module(torch.zeros(1, 4), {"source": source})[0, :, 80, 80].sum().backward()
    touched = source.grad[0, 0].nonzero()
    farthest = (touched - 80).abs().max().item()
    assert module.reach - 8 <= farthest <= module.reach


@pytest.mark.parametrize(("side", "least"), [(16, 16), (32, 32), (64, 64), (128, 70)])
def test_a_score_of_the_discriminator_sees_the_whole_of_a_small_picture_and_seventy_pixels_of_a_large_one(side, least):
    torch.manual_seed(0)
    discriminator = build_discriminator(networks("unet", size=(side, side)))
    picture = torch.rand(1, 3, 2 * least + 64, 2 * least + 64, requires_grad=True)
    layers = discriminator.layers
    scores = layers(torch.cat([picture, torch.zeros_like(picture[:, :1])], 1))
    middle = scores.shape[2] // 2
    scores[0, 0, middle, middle].backward()
    rows = picture.grad.abs().sum((0, 1, 3)).nonzero()
    assert least <= (rows.max() - rows.min() + 1).item() == discriminator.sees
    assert discriminator.sees < 2 * least


def test_the_discriminator_looks_at_the_source_too():
    torch.manual_seed(0)
    discriminator = build_discriminator(networks("unet"))
    picture = torch.rand(1, 3, 32, 32)
    one, other = (discriminator(picture, {"source": torch.full((1, 1, 32, 32), value)}) for value in (0.0, 1.0))
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_data_without_sources_are_refused(name):
    with pytest.raises(UserError, match=f"network.name is {name}, which translates pictures, but the data have no"):
        build_generator(spec(name, shape=(3, 32, 32)))


@pytest.mark.parametrize("name", TRANSLATORS)
def test_pictures_that_are_too_small_are_refused(name):
    with pytest.raises(UserError, match="at least 16 pixels per side"):
        generator(name, size=(8, 8))

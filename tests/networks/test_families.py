"""Every family of networks, at every shape that is promised."""

import json

import pytest
import torch

from ganforge.errors import UserError
from ganforge.networks.build import build_discriminator, build_generator
from ganforge.networks.layers import pyramid
from ganforge.networks.progressive import Growing
from ganforge.networks.storage import GeneratorConfig, load_generator, save_generator
from ganforge.signals.image import saturate
from tests.specs import FAMILIES, spec

SHAPES = [
    *((channels, length, length) for length in (8, 28, 32, 64, 96) for channels in (1, 3)),
    (1, 33, 47),
    (3, 9, 30),
    (1, 4096),
    (1, 8192),
    (27, 16),
    (1, 16, 32, 32),
]


MIXING = {"progressive", "style", "modulated"}  # families whose discriminator compares the samples of a batch


def stages(*networks):
    """Puts growing networks through every level that fades in and then to full size; others are left alone."""
    if isinstance(networks[0], Growing):
        levels = networks[0].levels
        for phase in range(1, 2 * (levels - 1), 2):
            for network in networks:
                network.grow((phase + 0.5) / (2 * (levels - 1)) / 2)
            yield
        for network in networks:
            network.grow(1.0)
    yield


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("classes", [0, 10])
@pytest.mark.parametrize("name", FAMILIES)
def test_shapes_and_gradients(name, classes, shape):
    torch.manual_seed(0)
    small = spec(name, shape, classes)
    generator, discriminator = build_generator(small), build_discriminator(small)
    condition = {"labels": torch.tensor([0, 3])} if classes else {}
    for _ in stages(generator, discriminator):
        signals = generator(torch.randn(2, 4), condition)
        scores = discriminator(signals, condition)
        scores.sum().backward()
        assert signals.shape == (2, *shape)
        assert scores.shape == (2,)
        assert signals.abs().max() <= 1
        assert torch.isfinite(scores).all()
    without = [
        parameter_name
        for module in (generator, discriminator)
        for parameter_name, parameter in module.named_parameters()
        if parameter.grad is None or not torch.isfinite(parameter.grad).all()
    ]
    assert not without


@pytest.mark.parametrize("name", FAMILIES)
def test_gradient_penalties_can_be_minimised(name):
    """The squared gradient norm has finite derivatives in the weights, even where all samples are equal."""
    torch.manual_seed(0)
    discriminator = build_discriminator(spec(name, (1, 9, 12)))
    for signals in (torch.rand(4, 1, 9, 12), torch.zeros(4, 1, 9, 12), torch.rand(1, 1, 9, 12)):
        discriminator.zero_grad()
        signals.requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(signals).sum(), signals, create_graph=True)
        slope.square().sum().backward()
        gradients = [parameter.grad for parameter in discriminator.parameters() if parameter.grad is not None]
        assert all(torch.isfinite(gradient).all() for gradient in gradients)
        assert any(gradient.any() for gradient in gradients)


@pytest.mark.parametrize("width", [4, 12, 20, 36, 68])
@pytest.mark.parametrize("name", FAMILIES)
def test_every_width_that_is_allowed_can_be_built(name, width):
    wide = spec(name, width=width)
    assert build_discriminator(wide)(build_generator(wide)(torch.randn(2, 4))).shape == (2,)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_label_changes_what_is_drawn_and_how_it_is_judged(name):
    torch.manual_seed(0)
    conditional = spec(name, classes=10, width=8)
    generator, discriminator = build_generator(conditional).eval(), build_discriminator(conditional).eval()
    latents, signals = torch.randn(2, 4), torch.rand(2, 1, 8, 8)
    one, two = ({"labels": torch.tensor([label, label])} for label in (1, 2))
    assert not torch.equal(generator(latents, one), generator(latents, two))
    assert not torch.equal(discriminator(signals, one), discriminator(signals, two))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_score_depends_on_the_rest_of_the_batch_only_where_the_network_says_so(name):
    """Gradient penalties and relativistic pairs are meaningless if it does without being known to."""
    torch.manual_seed(0)
    discriminator = build_discriminator(spec(name, (1, 12, 12), width=8))
    signals = torch.rand(6, 1, 12, 12)
    alone = torch.cat([discriminator(signal[None]) for signal in signals])
    assert discriminator.mixes_batch == (name in MIXING)
    assert torch.allclose(discriminator(signals), alone, atol=1e-5) == (name not in MIXING)


@pytest.mark.parametrize("name", FAMILIES)
def test_networks_begin_with_signals_and_scores_of_moderate_size(name):
    torch.manual_seed(0)
    images = spec(name, (1, 32, 32), latent_dim=16, width=16)
    generator = build_generator(images)
    unbounded = generator.unbounded(generator.encode(torch.randn(8, 16)))
    scores = build_discriminator(images)(torch.randn(8, 1, 32, 32))
    assert 0.1 < unbounded.std() < 5
    assert (saturate(unbounded).abs() < 1).float().mean() > 0.5, "where it is cut off, there is no gradient"
    assert scores.abs().max() < 10


@pytest.mark.parametrize("options", [{}, {"attention": True, "spectral_norm": True}], ids=["plain", "with options"])
@pytest.mark.parametrize("name", FAMILIES)
def test_bfloat16_gives_much_the_same_and_its_penalties_are_finite(name, options):
    torch.manual_seed(0)
    images = spec(name, (1, 9, 12), 3, width=8, **options)
    generator, discriminator = build_generator(images), build_discriminator(images).eval()
    latents, condition = torch.randn(4, 4), {"labels": torch.tensor([0, 1, 2, 0])}
    exact = discriminator(generator(latents, condition), condition)
    with torch.autocast("cpu", torch.bfloat16):
        signals = generator(latents, condition)
        scores = discriminator(signals, condition)
        (slope,) = torch.autograd.grad(scores.sum(), signals, create_graph=True)
        (scores.sum() + slope.square().sum()).backward()
    share = 0.15 if name in {"style", "modulated"} else 0.05  # three times what was seen: its modulations multiply up
    assert torch.allclose(scores.float(), exact, atol=share * exact.abs().max().item() + 0.02)
    parameters = [*generator.parameters(), *discriminator.parameters()]
    assert all(torch.isfinite(parameter.grad).all() for parameter in parameters if parameter.grad is not None)


def saved_by_version(folder, name, version):
    """A generator in a folder as an earlier version wrote it, which knew neither refinement nor sphere."""
    generator = build_generator(spec(name)).eval()
    save_generator(folder, generator, GeneratorConfig(spec(name), "digits", 640))
    network = {"name": name, "shape": [1, 8, 8], "classes": 0, "latent_dim": 4, "width": 4}
    network |= {"attention": False, "spectral_norm": False}
    config = {"signal": "image", "dataset": "digits", "classes": [], "class_counts": [], "images": 640}
    (folder / "config.json").write_text(json.dumps({"format": version, "network": network, **config}))
    return generator


@pytest.mark.parametrize("name", ["mlp", "dcgan"])
def test_a_generator_of_an_earlier_version_that_drew_the_same_is_read(tmp_path, name):
    generator, latents = saved_by_version(tmp_path, name, 2), torch.randn(3, 4)
    assert torch.equal(load_generator(tmp_path)[0](latents), generator(latents))


@pytest.mark.parametrize(("name", "version"), [("style", 2), ("resnet", 2), ("dcgan", 1), ("dcgan", 99)])
def test_a_generator_of_another_version_is_refused_in_a_sentence(tmp_path, name, version):
    saved_by_version(tmp_path, name, version)
    with pytest.raises(UserError, match="comes from another version of ganforge; train again"):
        load_generator(tmp_path)


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        ((28, 28), [(28, 28), (14, 14), (7, 7)]),
        ((32, 32), [(32, 32), (16, 16), (8, 8), (4, 4)]),
        ((8, 8), [(8, 8), (4, 4), (4, 4)]),
        ((33, 16), [(33, 16), (17, 8), (9, 4), (5, 2)]),
        ((8192,), [(8192,), (2048,), (512,), (128,), (64,), (32,), (16,), (8,), (4,)]),
        ((16, 32, 32), [(16, 32, 32), (8, 16, 16), (4, 8, 8), (2, 4, 4)]),
    ],
)
def test_a_pyramid_halves_until_no_axis_is_longer_than_seven(size, sizes):
    assert pyramid(size) == sizes


@pytest.mark.parametrize(
    ("size", "sizes", "kernels"),
    [
        ((28, 28), [(14, 14), (7, 7), (4, 4)], [(4, 4), (3, 3)]),
        ((32, 32), [(16, 16), (8, 8), (4, 4)], [(4, 4), (4, 4)]),
        ((8, 8), [(4, 4), (4, 4)], [(3, 3)]),
        ((25, 48), [(13, 24), (7, 12), (4, 6), (2, 3)], [(3, 4), (3, 4), (4, 4)]),
        ((1027,), [(257,), (65,), (33,), (17,), (9,), (5,), (3,)], [(5,), (3,), (3,), (3,), (3,), (3,)]),
        ((9, 28, 28), [(5, 14, 14), (3, 7, 7), (3, 4, 4)], [(3, 4, 4), (3, 3, 3)]),
    ],
)
def test_the_discriminator_of_dcgan_shrinks_a_signal_to_at_most_four_positions_an_axis(size, sizes, kernels):
    discriminator = build_discriminator(spec("dcgan", (1, *size)))
    layers = [layer for layer in discriminator.layers if isinstance(layer, torch.nn.modules.conv._ConvNd)]
    seen = []
    for layer in layers:
        layer.register_forward_hook(lambda _, __, output: seen.append(tuple(output.shape[2:])))
    discriminator(torch.zeros(2, 1, *size))
    assert seen == sizes
    assert [layer.kernel_size for layer in layers[1:]] == kernels

"""Samples that are more typical."""

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks import FAMILIES, NetworkSpec, build_generator
from ganforge.networks.storage import GeneratorConfig
from ganforge.networks.truncation import Truncated


def untrained(name, classes, *, sphere=False):
    torch.manual_seed(0)
    spec = NetworkSpec(name, (1, 8, 8), classes, 4, 8, sphere=sphere)
    names = tuple(map(str, range(classes)))
    config = GeneratorConfig(spec, "image", "digits", names, (1,) * classes, 0)
    return Generator(build_generator(spec).eval(), config, torch.device("cpu"))


@pytest.mark.parametrize(
    ("name", "classes", "sphere"),
    [
        *((name, classes, False) for name in FAMILIES if name != "progressive" for classes in (0, 2)),
        ("dcgan", 0, True),
        ("dcgan", 2, True),
    ],
)
def test_the_smaller_the_more_alike(name, classes, sphere):
    generator = untrained(name, classes, sphere=sphere)
    label = 1 if classes else None
    latents = torch.randn(64, 4, generator=torch.Generator().manual_seed(0))
    labels = torch.ones(64, dtype=torch.int64) if classes else None

    def spread(truncation):
        with torch.inference_mode():
            return float(
                Truncated(generator.module, generator.config.network, truncation)(latents, labels).std(0).mean()
            )

    assert spread(0) < 1e-5
    assert spread(0.3) < spread(0.7) < spread(1)
    whole = generator.sample(5, label=label)
    assert np.array_equal(generator.sample(5, label=label, truncation=1.0), whole)
    one = generator.sample(5, label=label, truncation=0.0)
    assert (one == one[0]).all()


def test_the_mean_style_is_that_of_the_label():
    """Eq. of the truncation trick, by hand."""
    generator = untrained("style", 2)
    truncated = Truncated(generator.module, generator.config.network, 0.5)
    latents, labels = torch.randn(3, 4), torch.tensor([0, 1, 1])
    with torch.inference_mode():
        w = generator.module.mapping(latents, labels)
        mean = truncated.means[labels]
        expected = generator.module.synthesise(mean + 0.5 * (w - mean))
        assert torch.allclose(truncated(latents, labels), expected, atol=1e-5)
    assert not torch.allclose(truncated.means[0], truncated.means[1])


def test_a_network_whose_latents_have_one_length_refuses():
    with pytest.raises(UserError, match="the network progressive brings all latents to the same length"):
        untrained("progressive", 0).sample(1, truncation=0.5)


def test_what_is_no_truncation_is_refused():
    with pytest.raises(UserError, match="truncation is 2; allowed is 0 to 1"):
        untrained("mlp", 0).sample(1, truncation=2)

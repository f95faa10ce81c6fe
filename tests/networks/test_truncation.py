"""Samples that are more typical."""

import numpy as np
import pytest
import torch

from ganforge.errors import UserError
from ganforge.generator import Generator
from ganforge.networks.build import build_generator
from ganforge.networks.sampling import STATISTICS_SEED, draw_latents
from ganforge.networks.storage import GeneratorConfig
from ganforge.networks.truncation import MEAN_OF, Truncated
from tests.specs import FAMILIES, spec


def untrained(name, classes, *, sphere=False):
    torch.manual_seed(0)
    small = spec(name, classes=classes, width=8, sampling="sphere" if sphere else "normal")
    return Generator(build_generator(small).eval(), GeneratorConfig(small, "digits", 0), torch.device("cpu"))


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
    condition = {"labels": torch.ones(64, dtype=torch.int64)} if classes else {}

    def spread(truncation):
        with torch.inference_mode():
            return float(Truncated(generator.module, generator.spec, truncation)(latents, condition).std(0).mean())

    assert spread(0) < 1e-5
    assert spread(0.3) < spread(0.7) < spread(1)
    whole = generator.sample(5, condition=label)
    assert np.array_equal(generator.sample(5, condition=label, truncation=1.0), whole)
    one = generator.sample(5, condition=label, truncation=0.0)
    assert (one == one[0]).all()


def test_the_mean_style_is_that_of_the_label():
    """Eq. of the truncation trick, by hand."""
    generator = untrained("style", 2)
    truncated = Truncated(generator.module, generator.spec, 0.5)
    latents, condition = torch.randn(3, 4), {"labels": torch.tensor([0, 1, 1])}
    many = torch.from_numpy(draw_latents(STATISTICS_SEED, MEAN_OF, 4))
    with torch.inference_mode():
        means = [
            generator.module.mapping(many, {"labels": torch.full((MEAN_OF,), label)}).mean(0) for label in range(2)
        ]
        mean = torch.stack([means[label] for label in condition["labels"]])
        w = generator.module.mapping(latents, condition)
        expected = generator.module.synthesise(mean + 0.5 * (w - mean))
        assert torch.allclose(truncated(latents, condition), expected, atol=1e-5)
    assert not torch.allclose(means[0], means[1])


def test_a_network_whose_latents_have_one_length_refuses():
    with pytest.raises(UserError, match="the network progressive scales all latents to the same length"):
        untrained("progressive", 0).sample(1, truncation=0.5)


def test_what_is_no_truncation_is_refused():
    with pytest.raises(UserError, match="truncation is 2; allowed is 0 to 1"):
        untrained("mlp", 0).sample(1, truncation=2)

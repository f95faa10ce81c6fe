"""Generators of every family, untrained, and one that was trained a little."""

import pytest
import torch

from ganforge.conditions.labels import Labels
from ganforge.generator import Generator
from ganforge.latents.space import Space
from ganforge.networks.build import build_generator
from ganforge.networks.storage import GeneratorConfig
from tests.specs import FAMILIES, spec


def generator_of(network) -> Generator:
    torch.manual_seed(0)
    return Generator(build_generator(network).eval(), GeneratorConfig(network, "letters", 100), torch.device("cpu"))


def untrained(name: str, classes: int, **settings) -> Space:
    labels = Labels("abcdefghij"[:classes], [5] * classes) if classes else None
    return Space(generator_of(spec(name, (1, 16, 16), latent_dim=8, width=8, condition=labels, **settings)))


@pytest.fixture(params=FAMILIES)
def family(request) -> str:
    return request.param

"""Generators of every family, untrained, and one that was trained a little."""

import pytest
import torch

from ganforge.generator import Generator
from ganforge.latents import Space
from ganforge.networks import NetworkSpec, build_generator
from ganforge.networks.storage import GeneratorConfig


def untrained(name: str, classes: int) -> Space:
    torch.manual_seed(0)
    spec = NetworkSpec(name, (1, 16, 16), classes, latent_dim=8, width=8)
    names = tuple("abcdefghij"[:classes])
    config = GeneratorConfig(spec, "image", "letters", names, (5,) * classes, 100)
    return Space(Generator(build_generator(spec).eval(), config, torch.device("cpu")))


@pytest.fixture(params=["mlp", "dcgan", "resnet", "progressive", "style"])
def family(request) -> str:
    return request.param

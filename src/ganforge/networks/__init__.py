"""Generators and discriminators. A new family is one file and one line below."""

from __future__ import annotations

from torch import nn

from ganforge.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganforge.networks.mlp import MLPDiscriminator, MLPGenerator
from ganforge.networks.resnet import ResNetDiscriminator, ResNetGenerator
from ganforge.networks.spec import NetworkSpec

FAMILIES: dict[str, tuple[type[nn.Module], type[nn.Module]]] = {
    "mlp": (MLPGenerator, MLPDiscriminator),
    "dcgan": (DCGANGenerator, DCGANDiscriminator),
    "resnet": (ResNetGenerator, ResNetDiscriminator),
}

__all__ = ["FAMILIES", "NetworkSpec", "build_discriminator", "build_generator"]


def build_generator(spec: NetworkSpec) -> nn.Module:
    """G(latents, labels) -> signal; labels are not given where ``spec.classes`` is 0."""
    module: nn.Module = FAMILIES[spec.name][0](spec)
    return module


def build_discriminator(spec: NetworkSpec) -> nn.Module:
    """D(signal, labels) -> score; labels are not given where ``spec.classes`` is 0."""
    module: nn.Module = FAMILIES[spec.name][1](spec)
    return module

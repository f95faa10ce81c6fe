"""Generators and discriminators. A new family is one file and one line below.

A discriminator class whose score of a sample depends on the rest of the batch, by a minibatch standard deviation, says
so with ``mixes_batch = True``: it has to be given real and generated signals in separate calls.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ganforge.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganforge.networks.latent import LatentGenerator
from ganforge.networks.layers import normalise_spectrally
from ganforge.networks.mlp import MLPDiscriminator, MLPGenerator
from ganforge.networks.progressive import GROWN_AT, Growing, ProgressiveDiscriminator, ProgressiveGenerator
from ganforge.networks.resnet import ResNetDiscriminator, ResNetGenerator
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.style import StyleDiscriminator, StyleGenerator

FAMILIES: dict[str, tuple[type[LatentGenerator], type[nn.Module]]] = {
    "mlp": (MLPGenerator, MLPDiscriminator),
    "dcgan": (DCGANGenerator, DCGANDiscriminator),
    "resnet": (ResNetGenerator, ResNetDiscriminator),
    "progressive": (ProgressiveGenerator, ProgressiveDiscriminator),
    "style": (StyleGenerator, StyleDiscriminator),
}

__all__ = [
    "FAMILIES",
    "GROWN_AT",
    "Growing",
    "LatentGenerator",
    "NetworkSpec",
    "build_discriminator",
    "build_generator",
]


def build_generator(spec: NetworkSpec) -> LatentGenerator:
    """G(latents, labels) -> signal; labels are not given where ``spec.classes`` is 0."""
    make: Callable[[NetworkSpec], LatentGenerator] = FAMILIES[spec.name][0]
    return make(spec)


def build_discriminator(spec: NetworkSpec) -> nn.Module:
    """D(signal, labels) -> score; labels are not given where ``spec.classes`` is 0."""
    module: nn.Module = FAMILIES[spec.name][1](spec)
    if spec.spectral_norm:
        normalise_spectrally(module)
    return module

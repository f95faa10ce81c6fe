"""Generators and discriminators. A new family is one file and one line below.

A discriminator class whose score of a sample depends on the rest of the batch, by a minibatch standard deviation, says
so with ``mixes_batch = True``: it has to be given real and generated signals in separate calls.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ganforge.networks.code import CodedGenerator
from ganforge.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganforge.networks.layers import normalise_spectrally
from ganforge.networks.mlp import MLPDiscriminator, MLPGenerator
from ganforge.networks.progressive import GROWN_AT, Growing, ProgressiveDiscriminator, ProgressiveGenerator
from ganforge.networks.resnet import ResNetDiscriminator, ResNetGenerator
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.style import StyleDiscriminator, StyleGenerator

FAMILIES: dict[str, tuple[type[CodedGenerator], type[nn.Module]]] = {
    "mlp": (MLPGenerator, MLPDiscriminator),
    "dcgan": (DCGANGenerator, DCGANDiscriminator),
    "resnet": (ResNetGenerator, ResNetDiscriminator),
    "progressive": (ProgressiveGenerator, ProgressiveDiscriminator),
    "style": (StyleGenerator, StyleDiscriminator),
}

__all__ = ["FAMILIES", "GROWN_AT", "CodedGenerator", "Growing", "NetworkSpec", "build_discriminator", "build_generator"]


def build_generator(spec: NetworkSpec) -> CodedGenerator:
    """G(latents, labels) -> signal; labels are not given where ``spec.classes`` is 0."""
    make: Callable[[NetworkSpec], CodedGenerator] = FAMILIES[spec.name][0]
    return make(spec)


def build_discriminator(spec: NetworkSpec) -> nn.Module:
    """D(signal, labels) -> score; labels are not given where ``spec.classes`` is 0."""
    module: nn.Module = FAMILIES[spec.name][1](spec)
    if spec.spectral_norm:
        normalise_spectrally(module)
    return module

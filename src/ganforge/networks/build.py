"""Builds networks from their description."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from torch import nn

from ganforge.networks.layers import normalise_spectrally
from ganforge.networks.settings import AnyLengthSettings, NetworkSettings
from ganforge.networks.spec import NetworkSpec


@dataclass(frozen=True)
class Family:
    """A matching generator and discriminator.

    Attributes:
        generator: builds G(latents, condition) -> signal; see `ganforge.networks.latent.LatentGenerator` for those that
            can be edited.
        discriminator: builds D(signal, condition) -> score. If scores depend on the rest of the batch, as with a
            minibatch standard deviation, it has ``mixes_batch = True`` and needs separate calls for real and generated
            signals.
    """

    generator: Callable[[NetworkSpec], nn.Module]
    discriminator: Callable[[NetworkSpec], nn.Module]


def family_of(settings: NetworkSettings) -> Family:
    """The `FAMILY` of the module in this room that is named after the family."""
    family: Family = import_module(f"ganforge.networks.{settings.name}").FAMILY
    return family


def build_generator(spec: NetworkSpec) -> nn.Module:
    """G(latents, condition) -> signal: (batch, latent_dim) and the columns of ``spec.condition`` to (batch, *shape)."""
    return family_of(spec.settings).generator(spec)


def build_discriminator(spec: NetworkSpec) -> nn.Module:
    """D(signal, condition) -> score: (batch, *shape) and the columns of ``spec.condition`` to (batch,)."""
    module = family_of(spec.settings).discriminator(spec)
    if isinstance(spec.settings, AnyLengthSettings) and spec.settings.spectral_norm:
        normalise_spectrally(module)
    return module

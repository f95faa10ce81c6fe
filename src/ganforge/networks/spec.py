"""The description from which a network is built."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ganforge.conditions.condition import Condition
from ganforge.conditions.source import Source
from ganforge.networks.settings import NetworkSettings
from ganforge.signals import Signal


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that determines the layers of a generator or a discriminator.

    Attributes:
        settings: section `network` of params.yaml: the family and its sizes.
        signal: its output, or the discriminator's input.
        condition: what samples depend on besides the latent vector.
    """

    settings: NetworkSettings
    signal: Signal
    condition: Condition

    @property
    def shape(self) -> tuple[int, ...]:
        """(channels, *size) of the signal for networks, with one, two or three axes."""
        return self.signal.network_shape

    @property
    def channels(self) -> int:
        """Channels of the signal."""
        return self.shape[0]

    @property
    def size(self) -> tuple[int, ...]:
        """Length of every axis of the signal."""
        return self.shape[1:]

    @property
    def still_axes(self) -> tuple[bool, ...]:
        """See `ganforge.signals.signal.Signal.still_axes`."""
        return self.signal.still_axes

    @property
    def latent_dim(self) -> int:
        """Entries of the latent vector; 0 for a family without one."""
        return getattr(self.settings, "latent_dim", 0)

    @property
    def width(self) -> int:
        """Channels at half of the full resolution, a multiple of 4."""
        return self.settings.width

    def reversed(self) -> NetworkSpec:
        """The reverse direction without pairs: from the signals to the sources."""
        assert isinstance(self.condition, Source)
        return replace(self, signal=self.condition.signal, condition=Source(self.signal, unpaired=True))

    def of_discriminator(self) -> NetworkSpec:
        """The description of the discriminator: the same with its own width."""
        width = getattr(self.settings, "discriminator_width", "same")
        return self if width == "same" else replace(self, settings=self.settings.model_copy(update={"width": width}))

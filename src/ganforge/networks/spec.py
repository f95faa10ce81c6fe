"""What has to be known to build a network."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that fixes the layers of a generator or of a discriminator.

    Attributes:
        name: a key of `ganforge.networks.FAMILIES`.
        shape: (channels, *size) of the signal; one, two or three axes, each of 8 or more.
        classes: number of class labels, 0 for an unconditional network.
        latent_dim: entries of the latent vector.
        width: channels at half of the full resolution, a multiple of 4.
        attention: whether generator and discriminator look at all positions at once, at one coarse level (see
            `ganforge.networks.attention`); for dcgan and resnet, without effect on the others.
        refinement: whether the generator has one more convolution before its output; for dcgan, without effect on the
            others.
        sphere: whether the generator brings latents to one length, sqrt(latent_dim), in evaluation mode; for mlp,
            dcgan and resnet, without effect on the others, which always do.
        spectral_norm: whether the discriminator's weights are divided by their largest singular value; for mlp, dcgan
            and resnet, without effect on the others.
    """

    name: str
    shape: tuple[int, ...]
    classes: int
    latent_dim: int
    width: int
    attention: bool = False
    refinement: bool = False
    sphere: bool = False
    spectral_norm: bool = False

    @property
    def channels(self) -> int:
        """Channels of the signal."""
        return self.shape[0]

    @property
    def size(self) -> tuple[int, ...]:
        """Length of every axis of the signal."""
        return self.shape[1:]

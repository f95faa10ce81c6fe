"""The section ``network`` of params.yaml: a class for each family.

A new family is a file of this room, called like its name, which holds its `FAMILY`; and a class here, added to
`NetworkSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Section

Width = Annotated[int, Field(ge=4, le=2048, multiple_of=4)]


class FamilySettings(Section):
    """What all families have in common."""

    name: str
    """Family of networks; each has its own keys."""
    conditional: Literal["auto", "never"]
    """Condition (label, caption, source) of the networks; auto: where the data have one."""

    @property
    def needs_source(self) -> bool:
        """Whether it draws pictures from others."""
        return False

    @property
    def needs_styles(self) -> bool:
        """Whether it draws them in several styles."""
        return False

    @property
    def sphere(self) -> bool:
        """Whether samples are drawn from latent vectors of one length, sqrt(latent_dim), by a family that takes any."""
        return False


class LatentNetworkSettings(FamilySettings):
    """What families have in common that draw signals from a latent vector."""

    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    """Entries of the latent vector z."""
    width: Width
    """Channels of the generator at half of the full resolution, doubled with every halving (mlp: hidden units / 8)."""
    discriminator_width: Width | Literal["same"]
    """Channels of the discriminator there; same: as many."""


class AnyLengthSettings(LatentNetworkSettings):
    """Families that take latent vectors of any length, and whose discriminator spectral norm changes."""

    sampling: Literal["normal", "sphere"]
    """Latents of samples. normal: as in training always; sphere: all of one length, fewer malformed samples."""
    spectral_norm: bool
    """Whether the discriminator's weights are divided by their spectral norm (Miyato 2018)."""

    @property
    def sphere(self) -> bool:
        """See `FamilySettings`."""
        return self.sampling == "sphere"

    @model_validator(mode="after")
    def _sphere_has_points(self) -> AnyLengthSettings:
        if self.sphere and self.latent_dim < 2:
            raise ValueError(
                "network.sampling is sphere, but network.latent_dim is 1, and such a sphere has two points only: "
                "set it to normal, or network.latent_dim to 2 or more"
            )
        return self


class AttentiveSettings(AnyLengthSettings):
    """Families with a place for self-attention."""

    attention: bool
    """Whether both networks have self-attention, at one coarse level (Zhang 2018)."""


class MLPSettings(AnyLengthSettings):
    """Dense networks (Goodfellow 2014)."""

    name: Literal["mlp"]


class DCGANSettings(AttentiveSettings):
    """Strided convolutions (Radford 2015)."""

    name: Literal["dcgan"]
    refinement: bool
    """Whether the generator has one more convolution, at half of the full resolution."""


class ResNetSettings(AttentiveSettings):
    """Residual networks without normalisation, the block of R3GAN (Huang 2024)."""

    name: Literal["resnet"]


class ProgressiveSettings(LatentNetworkSettings):
    """Networks that grow from coarse to fine (Karras 2017)."""

    name: Literal["progressive"]


class StyleSettings(LatentNetworkSettings):
    """Style-based networks (StyleGAN2, Karras 2020)."""

    name: Literal["style"]


class ModulatedSettings(LatentNetworkSettings):
    """Modulated convolutions (StyleGAN2) up to half of the full resolution: for colours."""

    name: Literal["modulated"]


class WaveGANSettings(AnyLengthSettings):
    """Long kernels over one axis, for waveforms (WaveGAN, Donahue 2018)."""

    name: Literal["wavegan"]
    phase_shuffle: Annotated[int, Field(ge=0, le=8)]
    """Positions that the discriminator's activations are moved by at most, to both sides; 0: not at all."""


class TranslationSettings(FamilySettings):
    """What families have in common that translate a source picture; data without sources have no use for them."""

    latent_dim: Annotated[int, Field(ge=0, le=4096)]
    """Entries of the latent vector z, which pictures of one source differ by; 0: each source has one picture."""
    width: Width
    """Channels of the generator at half of the full resolution, doubled with every halving."""
    discriminator_width: Width | Literal["same"]
    """Channels of the discriminator there; same: as many."""

    @property
    def needs_source(self) -> bool:
        """It does."""
        return True


class UNetSettings(TranslationSettings):
    """Down to a few positions and up again, for pairs whose pictures differ as a whole (Isola 2017)."""

    name: Literal["unet"]


class ResidualSettings(TranslationSettings):
    """What families have in common that translate by residual blocks at a quarter of the resolution."""

    blocks: Annotated[int, Field(ge=1, le=32)]
    """Residual blocks."""


class TranslatorSettings(ResidualSettings):
    """Residual blocks at a quarter of the resolution, for pairs whose pictures differ in detail (Johnson 2016)."""

    name: Literal["translator"]


class StyledSettings(ResidualSettings):
    """The same for many styles, each by its name or by an example (StarGAN v2, Choi 2020)."""

    name: Literal["styled"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    """Entries of the latent vector z, which pictures of one style differ by, and of the style."""

    @property
    def needs_styles(self) -> bool:
        """It does."""
        return True


NetworkSettings = Annotated[
    MLPSettings
    | DCGANSettings
    | ResNetSettings
    | ProgressiveSettings
    | StyleSettings
    | ModulatedSettings
    | WaveGANSettings
    | UNetSettings
    | TranslatorSettings
    | StyledSettings,
    Field(discriminator="name"),
]

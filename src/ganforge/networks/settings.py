"""The section ``network`` of params.yaml: a class for each family.

To add a family, write a file in this room, named after it, with its `FAMILY`, and add a class here to
`NetworkSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Section

Width = Annotated[int, Field(ge=4, le=2048, multiple_of=4)]


class FamilySettings(Section):
    """The settings of every family."""

    name: str
    """Family of networks; each has its own keys."""
    conditional: Literal["auto", "never"]
    """Whether the networks use the condition in the data (label, caption or source); auto: if there is one."""

    @property
    def needs_source(self) -> bool:
        """Whether it translates pictures."""
        return False

    @property
    def needs_styles(self) -> bool:
        """Whether it translates them into several styles."""
        return False

    @property
    def sphere(self) -> bool:
        """Whether sampling scales latent vectors to the length sqrt(latent_dim)."""
        return False


class LatentNetworkSettings(FamilySettings):
    """Families that generate signals from a latent vector."""

    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    """Entries of the latent vector z."""
    width: Width
    """Channels of the generator at half of the full resolution, doubled at each halving (mlp: hidden units / 8)."""
    discriminator_width: Width | Literal["same"]
    """Channels of the discriminator at half of the full resolution; same: same as width."""


class AnyLengthSettings(LatentNetworkSettings):
    """Families that accept latent vectors of any length, and spectral norm in the discriminator."""

    sampling: Literal["normal", "sphere"]
    """Latents of samples. normal: as in training; sphere: all of one length, which gives fewer malformed samples."""
    spectral_norm: bool
    """Whether to divide the discriminator's weights by their spectral norm (Miyato 2018)."""

    @property
    def sphere(self) -> bool:
        """See `FamilySettings`."""
        return self.sampling == "sphere"

    @model_validator(mode="after")
    def _sphere_has_points(self) -> AnyLengthSettings:
        if self.sphere and self.latent_dim < 2:
            raise ValueError(
                "network.sampling is sphere, but network.latent_dim is 1, so the sphere has only two points: "
                "set it to normal, or network.latent_dim to 2 or more"
            )
        return self


class AttentiveSettings(AnyLengthSettings):
    """Families that support self-attention."""

    attention: bool
    """Whether both networks have self-attention at one coarse level (Zhang 2018)."""


class MLPSettings(AnyLengthSettings):
    """Dense networks (Goodfellow 2014)."""

    name: Literal["mlp"]


class DCGANSettings(AttentiveSettings):
    """Strided convolutions (Radford 2015)."""

    name: Literal["dcgan"]
    refinement: bool
    """Whether the generator has an additional convolution at half of the full resolution."""


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
    """Modulated convolutions (StyleGAN2) up to half of the full resolution, for colour images."""

    name: Literal["modulated"]


class WaveGANSettings(AnyLengthSettings):
    """Long kernels over one axis, for waveforms (WaveGAN, Donahue 2018)."""

    name: Literal["wavegan"]
    phase_shuffle: Annotated[int, Field(ge=0, le=8)]
    """Largest random shift of the discriminator's activations, in positions to either side; 0: no shift."""


class TranslationSettings(FamilySettings):
    """Families that translate a source picture; they need data with sources."""

    latent_dim: Annotated[int, Field(ge=0, le=4096)]
    """Entries of the latent vector z, which varies the pictures of a source; 0: each source has one picture."""
    width: Width
    """Channels of the generator at half of the full resolution, doubled at each halving."""
    discriminator_width: Width | Literal["same"]
    """Channels of the discriminator at half of the full resolution; same: same as width."""

    @property
    def needs_source(self) -> bool:
        """Always."""
        return True


class UNetSettings(TranslationSettings):
    """Down to a few positions and up again, for pairs that differ in their overall structure (Isola 2017)."""

    name: Literal["unet"]


class ResidualSettings(TranslationSettings):
    """Families that translate with residual blocks at a quarter of the resolution."""

    blocks: Annotated[int, Field(ge=1, le=32)]
    """Number of residual blocks."""


class TranslatorSettings(ResidualSettings):
    """Residual blocks at a quarter of the resolution, for pictures that differ in detail (Johnson 2016)."""

    name: Literal["translator"]


class StyledSettings(ResidualSettings):
    """Residual blocks for many styles, each chosen by name or by an example (StarGAN v2, Choi 2020)."""

    name: Literal["styled"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    """Entries of the style, and of the latent vector z, which varies the pictures of a style."""

    @property
    def needs_styles(self) -> bool:
        """Always."""
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

"""The networks, and how they learn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Interval, Memory, Rate, Schedule, Section, Seed, Share, Weight

NetworkName = Literal["mlp", "dcgan", "resnet", "progressive", "style"]
LossName = Literal["minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]
OptimiserName = Literal["adam", "adamw", "sgd"]
TransformationName = Literal["colour", "translation", "cutout"]
PrecisionName = Literal["float32", "tf32", "bfloat16"]
Width = Annotated[int, Field(ge=4, le=2048, multiple_of=4)]

# Which choices go together; what is missing here has no place for the option.
SMOOTHABLE = ("minimax", "non_saturating", "least_squares")  # losses with a target for the score of real images
NORMALISABLE = ("mlp", "dcgan", "resnet")  # families whose discriminator spectral norm does not undo
TAKES_ANY_LENGTH = ("mlp", "dcgan", "resnet")  # families that do not bring all latents to one length in any case
ATTENTIVE = ("dcgan", "resnet")  # families with a place for self-attention


class NetworkSettings(Section):
    """The generator and the discriminator; sizes that follow from the data are not asked for."""

    name: NetworkName
    conditional: Literal["auto", "never"]
    latent_dim: Annotated[int, Field(ge=1, le=4096)]
    width: Width
    discriminator_width: Width | Literal["same"]
    attention: bool
    refinement: bool
    sampling: Literal["normal", "sphere"]
    spectral_norm: bool

    @model_validator(mode="after")
    def _has_a_place_for_them(self) -> NetworkSettings:
        if self.attention and self.name not in ATTENTIVE:
            raise ValueError(
                f"network.attention is true, but {self.name} has no place for it: set it to false, "
                f"or network.name to {' or '.join(ATTENTIVE)}"
            )
        if self.sampling == "sphere" and self.name not in TAKES_ANY_LENGTH:
            raise ValueError(
                f"network.sampling is sphere, but {self.name} brings all latents to one length already: set it to "
                f"normal, or network.name to {', '.join(TAKES_ANY_LENGTH[:-1])} or {TAKES_ANY_LENGTH[-1]}"
            )
        if self.sampling == "sphere" and self.latent_dim < 2:
            raise ValueError(
                "network.sampling is sphere, but network.latent_dim is 1, and such a sphere has two points only: "
                "set it to normal, or network.latent_dim to 2 or more"
            )
        if self.spectral_norm and self.name not in NORMALISABLE:
            raise ValueError(
                f"network.spectral_norm is true, but {self.name} scales its weights already: set it to false, "
                f"or network.name to {', '.join(NORMALISABLE[:-1])} or {NORMALISABLE[-1]}"
            )
        return self


class TrainSettings(Section):
    """How the two networks are optimised. Lengths are counted in real images shown."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    batch_size: Annotated[int, Field(ge=2, le=65536)]
    discriminator_steps: Annotated[int, Field(ge=1, le=100)]
    loss: LossName
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    r1: Weight | Schedule[Weight]
    r1_interval: Interval
    r2: Weight | Schedule[Weight]
    r2_interval: Interval
    wgan_gp: Weight | Schedule[Weight]
    wgan_gp_interval: Interval
    optimiser: OptimiserName
    learning_rate: Rate | Schedule[Share]
    discriminator_rate: Annotated[float, Field(gt=0, le=1000)]
    beta1: Memory
    beta2: Memory | Schedule[Memory]
    weight_decay: Share
    ema_half_life: Weight | Schedule[Weight]
    standing_statistics: Annotated[int, Field(ge=0)]
    best_every: Annotated[int, Field(ge=0)]
    best_samples: Annotated[int, Field(ge=2, le=10**6)]
    on_failure: Literal["stop", "warn"]
    patience: Annotated[int, Field(ge=1)]
    precision: PrecisionName
    seed: Seed

    @model_validator(mode="after")
    def _long_enough(self) -> TrainSettings:
        if self.images < self.batch_size * self.discriminator_steps:
            raise ValueError(
                f"train.images is {self.images}, less than train.batch_size times train.discriminator_steps, "
                f"{self.batch_size * self.discriminator_steps}: show at least as many images as one step takes"
            )
        return self

    @model_validator(mode="after")
    def _options_that_exist(self) -> TrainSettings:
        if self.label_smoothing and self.loss not in SMOOTHABLE:
            raise ValueError(
                f"train.label_smoothing is {self.label_smoothing}, but {self.loss} has no target to smooth: set it to "
                f"0, or train.loss to {', '.join(SMOOTHABLE[:-1])} or {SMOOTHABLE[-1]}"
            )
        if self.loss == "wasserstein" and not (self.r1 or self.r2 or self.wgan_gp):
            raise ValueError(
                "train.loss is wasserstein, but nothing keeps the discriminator's slope in bounds: set train.wgan_gp "
                "(10 is usual) or train.r1"
            )
        if self.weight_decay and self.optimiser == "adam":
            raise ValueError(
                f"train.weight_decay is {self.weight_decay}, but adam decays no weights: set it to 0, or "
                "train.optimiser to adamw or sgd"
            )
        return self


class AugmentSettings(Section):
    """What the discriminator is shown instead of the images as they are, where there are few of them."""

    mode: Literal["none", "always", "adaptive"]
    transformations: Annotated[list[TransformationName], Field(min_length=1)]
    target: Annotated[float, Field(gt=-1, lt=1)]
    speed: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _each_once(self) -> AugmentSettings:
        if len(set(self.transformations)) < len(self.transformations):
            raise ValueError(f"augment.transformations is {self.transformations}: name each one once")
        return self

"""The sections ``train`` and ``augment`` of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Memory, Rate, Schedule, Section, Seed, Share, Weight

OptimiserName = Literal["adam", "adamw", "sgd"]
TransformationName = Literal["colour", "translation", "cutout"]
PrecisionName = Literal["float32", "tf32", "bfloat16"]


class TrainSettings(Section):
    """How both players are optimised. Lengths are counted in real signals shown, which are called images here."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    """Real images shown in all."""
    batch_size: Annotated[int, Field(ge=2, le=65536)]
    """Images in a step."""
    discriminator_steps: Annotated[int, Field(ge=1, le=100)]
    """Steps of the discriminator for each of the generator."""
    optimiser: OptimiserName
    """What descends the losses."""
    learning_rate: Rate | Schedule[Share]
    """Of the generator (*)."""
    discriminator_rate: Annotated[float, Field(gt=0, le=1000)]
    """Learning rate of the discriminator as a multiple of the generator's."""
    beta1: Memory
    """How long Adam remembers gradients; the momentum of sgd."""
    beta2: Memory | Schedule[Memory]
    """How long Adam remembers their squares (*); nothing to sgd."""
    weight_decay: Share
    """Of adamw and sgd."""
    ema_half_life: Weight | Schedule[Weight]
    """Images in which the average of the generator's weights forgets half (*); at first a thirteenth of those shown. 0: none."""
    standing_statistics: Annotated[int, Field(ge=0)]
    """Samples that batch norm takes its statistics from in the averaged generator. 0: averaged over training, of normal latents."""
    best_every: Annotated[int, Field(ge=0)]
    """Images from one check of the samples to the next; the best generator goes on. 0: the last one."""
    best_samples: Annotated[int, Field(ge=2, le=10**6)]
    """Samples in a check."""
    on_failure: Literal["stop", "warn"]
    """What happens when the discriminator wins for good or all samples look alike."""
    patience: Annotated[int, Field(ge=1)]
    """Images for which that has to last."""
    precision: PrecisionName
    """Number format of networks; tf32 and bfloat16 are faster on GPUs, not on CPUs."""
    seed: Seed
    """Of the weights, the order of the images and the latent vectors."""

    @model_validator(mode="after")
    def _long_enough(self) -> TrainSettings:
        if self.images < self.batch_size * self.discriminator_steps:
            raise ValueError(
                f"train.images is {self.images}, less than train.batch_size times train.discriminator_steps, "
                f"{self.batch_size * self.discriminator_steps}: show at least as many images as one step takes"
            )
        return self

    @model_validator(mode="after")
    def _weights_that_decay(self) -> TrainSettings:
        if self.weight_decay and self.optimiser == "adam":
            raise ValueError(
                f"train.weight_decay is {self.weight_decay}, but adam decays no weights: set it to 0, or "
                "train.optimiser to adamw or sgd"
            )
        return self


class NoAugmentation(Section):
    """The discriminator is shown signals as they are."""

    mode: Literal["none"]
    """How often the discriminator is shown changed signals."""


class Transformed(Section):
    """What both ways of augmentation have in common."""

    mode: str
    """How often the discriminator is shown changed signals."""
    transformations: Annotated[list[TransformationName], Field(min_length=1)]
    """What is changed."""

    @model_validator(mode="after")
    def _each_once(self) -> Transformed:
        if len(set(self.transformations)) < len(self.transformations):
            raise ValueError(f"augment.transformations is {self.transformations}: name each one once")
        return self


class ConstantAugmentation(Transformed):
    """The discriminator is always shown changed signals, real and generated alike (Zhao 2020)."""

    mode: Literal["always"]


class AdaptiveAugmentation(Transformed):
    """As often as the discriminator overfits, for data of a few thousand (Karras 2020)."""

    mode: Literal["adaptive"]
    target: Annotated[float, Field(gt=-1, lt=1)]
    """Aimed-at mean sign of the score of real signals (relativistic: of its lead over a sample)."""
    speed: Annotated[int, Field(ge=1)]
    """Images in which the probability may go from 0 to 1."""


AugmentSettings = Annotated[
    NoAugmentation | ConstantAugmentation | AdaptiveAugmentation, Field(discriminator="mode")
]

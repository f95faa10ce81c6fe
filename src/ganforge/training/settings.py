"""The sections ``train`` and ``augment`` of params.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ganforge.settings import Memory, Rate, Schedule, Section, Seed, Share, Weight

OptimiserName = Literal["adam", "adamw", "sgd"]
TransformationName = Literal["colour", "translation", "cutout", "delay", "masking"]
MoveName = Literal["shift", "mirror"]
PrecisionName = Literal["float32", "tf32", "bfloat16"]


class Help(Section):
    """A failing training continues from its last good state with gentler settings, before it is stopped."""

    helps: Annotated[int, Field(ge=1, le=20)]
    """Number of attempts; then it stops."""
    rate: Rate
    """Factor of both learning rates at each attempt."""
    penalties: Annotated[float, Field(ge=1, le=100)]
    """Factor of the gradient penalties at each attempt."""


class TrainSettings(Section):
    """Optimisation of the networks; lengths are numbers of real signals shown."""

    images: Annotated[int, Field(ge=1, le=10**12)]
    """Length of the training: real signals shown in total."""
    batch_size: Annotated[int, Field(ge=2, le=65536)]
    """Batch size: real signals in a step."""
    discriminator_steps: Annotated[int, Field(ge=1, le=100)]
    """Steps of the discriminator for each of the generator."""
    optimiser: OptimiserName
    """Optimiser of the losses."""
    learning_rate: Rate | Schedule[Share]
    """Learning rate of the generator (*)."""
    discriminator_rate: Annotated[float, Field(gt=0, le=1000)]
    """Learning rate of the discriminator as a multiple of the generator's."""
    beta1: Memory
    """Decay rate of Adam's average of gradients (0: no average); the momentum of sgd."""
    beta2: Memory | Schedule[Memory]
    """Decay rate of Adam's average of squared gradients (*); not used by sgd."""
    weight_decay: Share
    """Weight decay of adamw and sgd; 0 for adam."""
    ema_half_life: Weight | Schedule[Weight]
    """Half-life in signals of the moving average of the generator's weights (*), at first a thirteenth of those shown;
    0: no average."""
    standing_statistics: Annotated[int, Field(ge=0)]
    """Samples for the batch norm statistics (mlp, dcgan) of the averaged generator; 0: averages over training, of
    normal latents."""
    best_every: Annotated[int, Field(ge=0)]
    """Signals between checks of the samples; the best generator is used; 0: no checks, the last one is used."""
    best_samples: Annotated[int, Field(ge=2, le=10**6)]
    """Samples in each check of best_every."""
    on_failure: Literal["stop", "warn"] | Help
    """What to do if the discriminator keeps winning, if all samples (of a class) look alike, or if the loss of the
    discriminator diverges."""
    patience: Annotated[int, Field(ge=1)]
    """Signals that a failure must last before it counts; a diverging loss counts at once."""
    precision: PrecisionName
    """Number format of the networks; tf32 and bfloat16 are faster on GPUs, bfloat16 also on some processors."""
    seed: Seed
    """Seed of the weights, of the order of the signals and of the latent vectors."""

    @model_validator(mode="after")
    def _long_enough(self) -> TrainSettings:
        if self.images < self.batch_size * self.discriminator_steps:
            raise ValueError(
                f"train.images is {self.images}, less than train.batch_size times train.discriminator_steps, "
                f"{self.batch_size * self.discriminator_steps}: set it to at least the signals of one step"
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
    """The discriminator sees signals as they are."""

    mode: Literal["none"]
    """How often the discriminator sees changed signals, real and generated."""


class Transformed(Section):
    """Settings of both ways of augmentation."""

    mode: str
    """How often the discriminator sees changed signals, real and generated."""
    transformations: Annotated[list[TransformationName], Field(min_length=1)]
    """How signals are changed."""

    @model_validator(mode="after")
    def _each_once(self) -> Transformed:
        if len(set(self.transformations)) < len(self.transformations):
            raise ValueError(f"augment.transformations is {self.transformations}: name each one once")
        return self


class ConstantAugmentation(Transformed):
    """The discriminator always sees changed signals (Zhao 2020)."""

    mode: Literal["always"]


class AdaptiveAugmentation(Transformed):
    """The discriminator sees changed signals as often as it overfits, for few signals (Karras 2020)."""

    mode: Literal["adaptive"]
    target: Annotated[float, Field(gt=-1, lt=1)]
    """Target of the mean sign of the score of real signals (relativistic: of its lead over a sample)."""
    speed: Annotated[int, Field(ge=1)]
    """Signals in which the probability of a change can rise from 0 to 1."""


class MovedTogether(Section):
    """Both networks see pictures and sources that are moved together (Isola 2017, section 6.2)."""

    mode: Literal["together"]
    """How often the discriminator sees changed signals, real and generated."""
    moves: Annotated[list[MoveName], Field(min_length=1)]
    """How pictures and sources are moved: by up to a sixteenth of a side, mirrored left to right."""

    @model_validator(mode="after")
    def _each_once(self) -> MovedTogether:
        if len(set(self.moves)) < len(self.moves):
            raise ValueError(f"augment.moves is {self.moves}: name each one once")
        return self


AugmentSettings = Annotated[
    NoAugmentation | ConstantAugmentation | AdaptiveAugmentation | MovedTogether, Field(discriminator="mode")
]

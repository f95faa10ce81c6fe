"""The section ``objective`` of params.yaml: a class for each objective.

To add an objective, write a file in this room, named after it, with its `OBJECTIVE`, and add a class here to
`ObjectiveSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.settings import Interval, Schedule, Section, Weight

LossName = Literal[
    "minimax",
    "non_saturating",
    "least_squares",
    "hinge",
    "wasserstein",
    "relativistic",
]
CRITICS = ("wasserstein",)  # losses that estimate a distance: their scores have no sign, and need a penalty
SMOOTHABLE = ("minimax", "non_saturating", "least_squares")  # losses with a target for the score of real signals


class AnyObjectiveSettings(Section):
    """The settings of every objective."""

    name: str
    """Training objective; it determines the networks and their losses."""

    @property
    def title(self) -> str:
        """A short name for display."""
        return self.name

    @property
    def guided(self) -> bool:
        """Whether the loss uses a pretrained network."""
        return False

    @property
    def needs_source(self) -> bool:
        """Whether it translates pictures."""
        return False

    @property
    def needs_pairs(self) -> bool | None:
        """Whether every picture must have its source (True) or must have none (False); None: both are allowed."""
        return None

    @property
    def needs_styles(self) -> bool:
        """Whether it translates into several styles."""
        return False

    @property
    def needs_latents(self) -> bool:
        """Whether it needs several pictures for one source."""
        return False

    @property
    def scores_have_a_sign(self) -> bool:
        """Whether the sign of a score classifies a signal as real or generated, as adaptive augmentation needs."""
        return False


class GameSettings(AnyObjectiveSettings):
    """Objectives with one generator against one discriminator."""

    loss: LossName
    """Loss of both networks; relativistic compares every real signal with a generated one."""
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    """Amount subtracted from the target 1 of real signals (minimax, non_saturating, least_squares)."""
    r1: Weight | Schedule[Weight]
    """Gamma of the gradient penalty on real signals (*); 0: no penalty."""
    r1_interval: Interval
    """Generator steps from one r1 penalty to the next; its weight is multiplied by this number."""
    r2: Weight | Schedule[Weight]
    """Gamma of the gradient penalty on generated signals (*); 0: no penalty."""
    r2_interval: Interval
    """Generator steps from one r2 penalty to the next; its weight is multiplied by this number."""
    wgan_gp: Weight | Schedule[Weight]
    """Weight of the penalty on gradient norms other than 1 between real and generated signals (*); 0: no penalty; 10 is
    usual with wasserstein."""
    wgan_gp_interval: Interval
    """Generator steps from one wgan_gp penalty to the next; its weight is multiplied by this number."""

    @property
    def title(self) -> str:
        """The loss."""
        return self.loss

    @property
    def scores_have_a_sign(self) -> bool:
        """See `AnyObjectiveSettings`."""
        return self.loss not in CRITICS

    @model_validator(mode="after")
    def _options_that_exist(self) -> Self:
        if self.label_smoothing and self.loss not in SMOOTHABLE:
            raise ValueError(
                f"objective.label_smoothing is {self.label_smoothing}, but {self.loss} has no target to smooth: set it "
                f"to 0, or objective.loss to {', '.join(SMOOTHABLE[:-1])} or {SMOOTHABLE[-1]}"
            )
        if self.loss in CRITICS and not (self.r1 or self.r2 or self.wgan_gp):
            raise ValueError(
                f"objective.loss is {self.loss}, but no penalty limits the discriminator's gradient: set "
                "objective.wgan_gp (10 is usual) or objective.r1"
            )
        return self


class AdversarialSettings(GameSettings):
    """One generator against one discriminator."""

    name: Literal["adversarial"]


class PairedSettings(GameSettings):
    """A translator against a discriminator, and a distance to the partner of the source (Isola 2017)."""

    name: Literal["paired"]
    l1: Weight
    """Weight of the mean absolute difference from the partner, with colours from -1 to 1."""
    perceptual: Weight
    """Weight of the distance from the partner in SqueezeNet's features, which must not be the extractor; 0: none."""
    diversity: Weight
    """Weight of the term that rewards different pictures for different latents (Mao 2019); 0: none."""
    baseline: bool
    """Whether to train the same network with l1 only as well, for a comparison of scores."""

    @property
    def title(self) -> str:
        """The loss, on pairs."""
        return f"{self.loss} on pairs"

    @property
    def guided(self) -> bool:
        """Whether SqueezeNet is used."""
        return self.perceptual > 0

    @property
    def needs_source(self) -> bool:
        """Always."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """Every picture must have its source."""
        return True

    @property
    def needs_latents(self) -> bool:
        """If different latents should give different pictures."""
        return self.diversity > 0


class WithoutPairsSettings(GameSettings):
    """Objectives that translate pictures without pairs."""

    identity: Weight
    """Weight of the identity loss: pictures of the target should not change, which keeps colours; 0: none."""

    @property
    def needs_source(self) -> bool:
        """Always."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """No picture may have a source."""
        return False


class CycleSettings(WithoutPairsSettings):
    """Two translators, there and back, that reverse each other (Zhu 2017, CycleGAN)."""

    name: Literal["cycle"]
    cycle: Weight
    """Weight of the mean absolute difference after translation there and back, with colours from -1 to 1."""
    pool: Annotated[int, Field(ge=0)]
    """Number of earlier translations to store; the discriminators see them in half of each batch; 0: none."""

    @property
    def title(self) -> str:
        """The loss, there and back."""
        return f"{self.loss} there and back"


class ContrastiveSettings(WithoutPairsSettings):
    """A translator whose patches must match those of their source (Park 2020, CUT and FastCUT)."""

    name: Literal["contrastive"]
    contrast: Weight
    """Weight of the patch loss; 1 in CUT, 10 in FastCUT."""
    flips: bool
    """Whether to mirror sources at random before translation, as in FastCUT."""
    patches: Annotated[int, Field(ge=2)]
    """Patches of a picture that are compared at each level of the translator; at most all positions."""
    temperature: Annotated[float, Field(gt=0)]
    """Temperature that divides products of features; 0.07 is usual."""
    vectors: Annotated[int, Field(ge=1)]
    """Entries of the vectors that represent patches."""

    @property
    def title(self) -> str:
        """The loss, on patches."""
        return f"{self.loss} on patches"


class StylesSettings(WithoutPairsSettings):
    """One translator for many styles, with a mapping network and a style encoder (Choi 2020, StarGAN v2)."""

    name: Literal["styles"]
    cycle: Weight
    """Weight of the mean absolute difference after translation and back to the source's style, with colours from -1 to
    1."""
    style: Weight
    """Weight of the distance between a style and the encoder's style of the translated picture."""
    diversity: Weight
    """Weight of the mean absolute difference between pictures of one style with different latents; falls to 0 during
    the run."""

    @property
    def title(self) -> str:
        """The loss, in several styles."""
        return f"{self.loss} in several styles"

    @property
    def needs_styles(self) -> bool:
        """Always."""
        return True


class RegressionSettings(AnyObjectiveSettings):
    """A translator without a discriminator: the mean absolute difference from the partner."""

    name: Literal["regression"]

    @property
    def needs_source(self) -> bool:
        """Always."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """Every picture must have its source."""
        return True


ObjectiveSettings = Annotated[
    AdversarialSettings | PairedSettings | CycleSettings | ContrastiveSettings | StylesSettings | RegressionSettings,
    Field(discriminator="name"),
]

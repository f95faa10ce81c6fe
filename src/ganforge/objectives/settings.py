"""The section ``objective`` of params.yaml: a class for each objective.

A new objective is a file of this room, called like its name, which holds its `OBJECTIVE`; and a class here, added to
`ObjectiveSettings`.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ganforge.settings import Interval, Schedule, Section, Weight

LossName = Literal["minimax", "non_saturating", "least_squares", "hinge", "wasserstein", "relativistic"]
SMOOTHABLE = ("minimax", "non_saturating", "least_squares")  # losses with a target for the score of real signals


class AnyObjectiveSettings(Section):
    """What all objectives have in common."""

    name: str
    """Which networks play, and for what."""

    @property
    def title(self) -> str:
        """What people know the objective by, in a few words."""
        return self.name

    @property
    def guided(self) -> bool:
        """Whether a network that is not trained takes part."""
        return False

    @property
    def needs_source(self) -> bool:
        """Whether it is about pictures that are made of others."""
        return False

    @property
    def needs_pairs(self) -> bool | None:
        """Whether every picture must have its source, or (False) none may; None: it does not matter."""
        return None

    @property
    def needs_styles(self) -> bool:
        """Whether pictures are to be drawn in several styles."""
        return False

    @property
    def needs_latents(self) -> bool:
        """Whether one source is to have several pictures."""
        return False

    @property
    def scores_have_a_sign(self) -> bool:
        """Whether a score's sign says what the discriminator takes a signal for, as adaptive augmentation needs."""
        return False


class GameSettings(AnyObjectiveSettings):
    """What objectives have in common that play one generator against one discriminator."""

    loss: LossName
    """What both networks minimise; relativistic pairs every real signal with a generated one."""
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)]
    """How far the target of real signals is below 1 (minimax, non_saturating, least_squares)."""
    r1: Weight | Schedule[Weight]
    """Gamma of the gradient penalty on real signals (*); 0 switches it off."""
    r1_interval: Interval
    """Generator steps from one r1 penalty to the next; its weight is multiplied by as much."""
    r2: Weight | Schedule[Weight]
    """Gamma of the gradient penalty on generated signals (*); 0 switches it off."""
    r2_interval: Interval
    """Generator steps from one r2 penalty to the next; its weight is multiplied by as much."""
    wgan_gp: Weight | Schedule[Weight]
    """Weight of the penalty on gradient norms other than 1 between real and generated signals (*); 0 switches it off,
    10 goes with wasserstein."""
    wgan_gp_interval: Interval
    """Generator steps from one wgan_gp penalty to the next; its weight is multiplied by as much."""

    @property
    def title(self) -> str:
        """The loss."""
        return self.loss

    @property
    def scores_have_a_sign(self) -> bool:
        """See `AnyObjectiveSettings`."""
        return self.loss != "wasserstein"

    @model_validator(mode="after")
    def _options_that_exist(self) -> Self:
        if self.label_smoothing and self.loss not in SMOOTHABLE:
            raise ValueError(
                f"objective.label_smoothing is {self.label_smoothing}, but {self.loss} has no target to smooth: set it "
                f"to 0, or objective.loss to {', '.join(SMOOTHABLE[:-1])} or {SMOOTHABLE[-1]}"
            )
        if self.loss == "wasserstein" and not (self.r1 or self.r2 or self.wgan_gp):
            raise ValueError(
                "objective.loss is wasserstein, but nothing keeps the discriminator's slope in bounds: set "
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
    """Weight of the mean absolute difference from the partner, colours being -1 to 1."""
    perceptual: Weight
    """Weight of the distance from it in SqueezeNet's features; then the extractor has to be another; 0: none."""
    diversity: Weight
    """Weight of the term by which other latents make other pictures (Mao 2019); 0: none."""
    baseline: bool
    """Whether the same network is trained with l1 alone as well, for the scores beside it."""

    @property
    def title(self) -> str:
        """The loss, and that there are pairs."""
        return f"{self.loss} on pairs"

    @property
    def guided(self) -> bool:
        """By SqueezeNet."""
        return self.perceptual > 0

    @property
    def needs_source(self) -> bool:
        """It is."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """They must."""
        return True

    @property
    def needs_latents(self) -> bool:
        """Where other latents are to make other pictures."""
        return self.diversity > 0


class WithoutPairsSettings(GameSettings):
    """What objectives have in common that translate pictures without pairs."""

    identity: Weight
    """Weight of leaving alone what is a picture of the target already, which keeps colours; 0: none."""

    @property
    def needs_source(self) -> bool:
        """It is."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """None may."""
        return False


class CycleSettings(WithoutPairsSettings):
    """Two translators, there and back, that undo each other (Zhu 2017, CycleGAN)."""

    name: Literal["cycle"]
    cycle: Weight
    """Weight of the mean absolute difference of what was translated there and back, colours being -1 to 1."""
    pool: Annotated[int, Field(ge=0)]
    """Earlier translations that are shown to the discriminators again, half of each batch; 0: none."""

    @property
    def title(self) -> str:
        """The loss, and the way."""
        return f"{self.loss} there and back"


class ContrastiveSettings(WithoutPairsSettings):
    """A translator whose patches have to be recognised by those of their source (Park 2020, CUT and FastCUT)."""

    name: Literal["contrastive"]
    contrast: Weight
    """Weight of the loss of patches; 1 in CUT, 10 in FastCUT."""
    flips: bool
    """Whether sources are mirrored at random before they are translated, as in FastCUT."""
    patches: Annotated[int, Field(ge=2)]
    """Of a picture, compared at each level of the translator; at most all positions."""
    temperature: Annotated[float, Field(gt=0)]
    """That products of features are divided by; 0.07 is usual."""
    vectors: Annotated[int, Field(ge=1)]
    """Entries of the vectors that patches are compared by."""

    @property
    def title(self) -> str:
        """The loss, and what is compared."""
        return f"{self.loss} on patches"


class StylesSettings(WithoutPairsSettings):
    """One translator of many styles, by a mapping network and a style encoder (Choi 2020, StarGAN v2)."""

    name: Literal["styles"]
    cycle: Weight
    """Weight of the mean absolute difference of what was translated and given its own style again, colours being -1
    to 1."""
    style: Weight
    """Weight of the distance between a style and what the encoder sees in the picture drawn in it."""
    diversity: Weight
    """Weight of the mean absolute difference of pictures of one style by other latents, which falls to 0 over the
    run."""

    @property
    def title(self) -> str:
        """The loss, and the styles."""
        return f"{self.loss} in several styles"

    @property
    def needs_styles(self) -> bool:
        """It does."""
        return True


class RegressionSettings(AnyObjectiveSettings):
    """A translator without a discriminator: the mean absolute difference from the partner."""

    name: Literal["regression"]

    @property
    def needs_source(self) -> bool:
        """It is."""
        return True

    @property
    def needs_pairs(self) -> bool | None:
        """They must."""
        return True


ObjectiveSettings = Annotated[
    AdversarialSettings | PairedSettings | CycleSettings | ContrastiveSettings | StylesSettings | RegressionSettings,
    Field(discriminator="name"),
]

"""Translation with pairs: the adversarial loss, and a distance to the partner.

Isola et al. 2017, https://arxiv.org/abs/1611.07004, eq. 4: the adversarial loss makes pictures realistic, the distance
matches them to the source. In addition to the mean absolute difference, a distance between features of a pretrained
network can be used (Johnson et al. 2016, https://arxiv.org/abs/1603.08155; Zhang et al. 2018,
https://arxiv.org/abs/1801.03924, eq. 1, with equal weights). If a source has many possible pictures, a further term
rewards different pictures for different latents (Mao et al. 2019, https://arxiv.org/abs/1903.05628, eq. 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self, cast

import torch
from torch import Tensor
from torch.nn.functional import l1_loss

from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.objectives.adversarial import Adversarial
from ganforge.objectives.objective import Batch, Guide, Players, Terms
from ganforge.objectives.settings import GameSettings, PairedSettings

LARGEST_RATIO = 1.0  # largest ratio of picture to latent differences that is rewarded


class Paired(Adversarial):
    """A translator against a discriminator of source and picture.

    Attributes:
        l1: weight of the mean absolute difference from the partner.
        perceptual: weight of the `perceptual_distance` from the partner, in the features of `guide`.
        diversity: weight of `mode_seeking`.
    """

    l1: float
    perceptual: float
    diversity: float
    guide: Guide | None

    @classmethod
    def build(cls, settings: GameSettings, players: Players) -> Self:
        """Builds the objective from its settings."""
        settings = cast("PairedSettings", settings)
        check_partners(settings.name, players)
        game = super().build(settings, players)
        game.l1, game.perceptual, game.diversity = settings.l1, settings.perceptual, settings.diversity
        if settings.perceptual and players.guide is None:
            raise ValueError("objective.perceptual is above 0, but the players have no guide")
        game.guide = players.guide if settings.perceptual else None
        return game

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Tensor) -> tuple[Tensor, Terms]:
        """The adversarial loss and the distances to the partner; see `Adversarial`."""
        loss, terms = super().generator_loss(batch, drawn, carried)
        distance = l1_loss(drawn["signal"], batch["signal"])
        loss, terms["loss_l1"] = loss + self.l1 * distance, distance.detach()
        if self.guide is not None:
            with torch.no_grad():
                wanted = self.guide(batch["signal"])
            distance = perceptual_distance(self.guide(drawn["signal"]), wanted).mean()
            loss, terms["loss_perceptual"] = loss + self.perceptual * distance, distance.detach()
        if self.diversity:
            ratio = self._mode_seeking(batch, drawn["signal"])
            loss, terms["diversity_ratio"] = loss - self.diversity * ratio, ratio.detach()
        return loss, terms

    def _mode_seeking(self, batch: Batch, drawn: Tensor) -> Tensor:
        """`mode_seeking` for the first half of the batch and new latents."""
        half = {name: column[: max(1, len(column) // 2)] for name, column in batch.items()}
        latents = torch.randn_like(half["latents"])
        others = self.generators(latents, self.asked(half))
        return mode_seeking(drawn[: len(latents)], others, half["latents"], latents)


def check_partners(name: str, players: Players) -> None:
    """Checks that every source has a partner.

    Raises:
        UserError: there are no pairs.
    """
    source = players.condition
    if not isinstance(source, Source) or source.unpaired:
        raise UserError(
            f"params.yaml: objective.name is {name}, which needs pairs of pictures, but the data have none: set "
            "dataset.source, use data with pairs, or set objective.name to cycle or contrastive, which need no pairs."
        )


def perceptual_distance(levels: Sequence[Tensor], others: Sequence[Tensor]) -> Tensor:
    """The squared difference of channels normalised to unit length, averaged over positions, summed over levels.

    Args:
        levels, others: (batch, channels, *size) each, from `Guide`.

    Returns:
        (batch,); each level adds 0 to 4.
    """
    total = torch.zeros(len(levels[0]), device=levels[0].device)
    for one, other in zip(levels, others, strict=True):
        one, other = (level * (level.square().sum(1, keepdim=True) + 1e-8).rsqrt() for level in (one, other))
        total = total + (one - other).square().sum(1).flatten(1).mean(1)
    return total


def mode_seeking(pictures: Tensor, others: Tensor, latents: Tensor, other_latents: Tensor) -> Tensor:
    """The ratio of picture differences to latent differences for the same sources, at most `LARGEST_RATIO`; a scalar.

    Mao et al. 2019, eq. 2, with mean absolute differences.

    Args:
        pictures, others: two pictures of each source, (batch, *shape).
        latents, other_latents: their latents, (batch, latent_dim).
    """
    of_pictures = (pictures - others).abs().flatten(1).mean(1)
    of_latents = (latents - other_latents).abs().mean(1).clamp_min(1e-5)
    return (of_pictures / of_latents).clamp_max(LARGEST_RATIO).mean()


OBJECTIVE = Paired

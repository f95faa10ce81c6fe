"""Translation without a discriminator: the mean absolute difference from the partner, minimal at the median."""

from __future__ import annotations

from typing import Any, Self

from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganforge.objectives.objective import Batch, Objective, Players, Terms
from ganforge.objectives.paired import check_partners
from ganforge.objectives.settings import RegressionSettings


class Regression(Objective):
    """One generator; the baseline for the paired objective."""

    discriminators = None

    def __init__(self, generator: nn.Module, players: Players) -> None:
        super().__init__()
        self.generators, self.condition = generator, players.condition

    @classmethod
    def build(cls, settings: RegressionSettings, players: Players) -> Self:
        """Builds the objective, which has no settings except its name."""
        check_partners(settings.name, players)
        return cls(players.build_generator(), players)

    @property
    def kept(self) -> nn.Module:  # type: ignore[override]
        """The generator."""
        return self.generators

    def generate(self, batch: Batch) -> Batch:
        """The generator's pictures, (batch, *shape)."""
        return {"signal": self.generators(batch["latents"], self.asked(batch))}

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Any) -> tuple[Tensor, Terms]:  # noqa: ARG002
        """The mean absolute difference."""
        distance = l1_loss(drawn["signal"], batch["signal"])
        return distance, {"loss_l1": distance.detach()}


OBJECTIVE = Regression

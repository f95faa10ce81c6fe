"""The adversarial objective: generator against discriminator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Condition, Tensors
from ganforge.objectives.losses import LOSSES, Loss
from ganforge.objectives.objective import Augmentation, Batch, Objective, Players, Terms
from ganforge.objectives.penalties import between, distance_from_unit_norm, squared_gradient_norms
from ganforge.objectives.settings import GameSettings
from ganforge.objectives.spread import spread_terms

PENALTIES = ("r1", "r2", "wgan_gp")


@dataclass(frozen=True)
class Penalty:
    """Weight and interval of a penalty on the discriminator's gradient.

    Attributes:
        weight: maps the share of the run, 0..1, to gamma, or lambda for wgan_gp; always 0 disables the penalty.
        interval: steps from one penalty to the next; multiplies the weight, so that the sum over a run stays the same
            (lazy regularisation, Karras et al. 2020, https://arxiv.org/abs/1912.04958, appendix B).
    """

    weight: Callable[[float], float]
    interval: int

    @property
    def used(self) -> bool:
        """Whether it is ever above 0."""
        return self.weight(0.0) > 0 or self.weight(1.0) > 0


class Adversarial(Objective):
    """One generator against one discriminator.

    Args:
        generator: G(latents, condition) -> signal.
        discriminator: D(signal, condition) -> score, or a score for each patch; has ``mixes_batch`` if scores depend
            on the batch.
        condition: condition of both.
        loss: the adversarial loss.
        target: target probability of real signals for one-sided label smoothing; 1 for losses without one.
        penalties: some of `PENALTIES`.
        augmentation: a module, or None for no augmentation.
    """

    generators: nn.Module
    discriminators: nn.Module
    weights: Tensor

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        condition: Condition,
        loss: Loss,
        *,
        target: float = 1.0,
        penalties: Mapping[str, Penalty],
        augmentation: Augmentation | None = None,
    ) -> None:
        super().__init__()
        self.generators, self.discriminators, self.condition = generator, discriminator, condition
        self.loss, self.target = loss, target
        self.penalties = {name: penalty for name, penalty in penalties.items() if penalty.used}
        self.augmentation = augmentation
        # On the device, so that a recorded CUDA graph reads new values.
        self.register_buffer("weights", torch.zeros(len(PENALTIES)), persistent=False)

    @classmethod
    def build(cls, settings: GameSettings, players: Players) -> Self:
        """Builds the objective from its settings."""
        penalties = {
            name: Penalty(partial(players.schedule, getattr(settings, name)), getattr(settings, f"{name}_interval"))
            for name in PENALTIES
        }
        return cls(
            players.build_generator(),
            players.build_discriminator(),
            players.condition,
            LOSSES[settings.loss],
            target=1 - settings.label_smoothing,
            penalties=penalties,
            augmentation=players.augmentation,
        )

    @property
    def kept(self) -> nn.Module:  # type: ignore[override]
        """The generator."""
        return self.generators

    def due(self, step: int) -> tuple[str, ...]:
        """The penalties that the discriminator's loss at ``step`` includes."""
        return tuple(name for name, penalty in self.penalties.items() if step % penalty.interval == 0)

    def advance(self, progress: float) -> None:
        """Sets the weights of the penalties for a share of the run, 0..1."""
        for index, name in enumerate(PENALTIES):
            if name in self.penalties:
                penalty = self.penalties[name]
                self.weights[index].fill_(self.strength * penalty.weight(progress) * penalty.interval)

    def generate(self, batch: Batch) -> Batch:
        """The generator's signals, (batch, *shape), for the condition of the batch."""
        return {"signal": self.generators(batch["latents"], self.asked(batch))}

    def discriminator_loss(self, batch: Batch, drawn: Batch, due: Collection[str] = ()) -> tuple[Tensor, Tensor, Terms]:
        """The discriminator's loss, its scores of the real signals, and terms for the record.

        Args:
            batch: real signals (batch, *shape), and the condition of real and generated signals.
            drawn: generated signals; the generator gets no gradient.
            due: the penalties to add.
        """
        condition = self.asked(batch)
        real = batch["signal"].detach()  # not the batch tensor, which a recorded step overwrites
        fake = drawn["signal"].detach().to(real.dtype)
        inputs = {"r1": real, "r2": fake}
        penalised = {name: inputs[name].requires_grad_() for name in ("r1", "r2") if name in due}
        real_scores, fake_scores = self._judge(real, fake, condition)
        loss, _ = self._losses(real_scores, fake_scores)
        with torch.no_grad():
            terms = {
                "loss_discriminator": loss.detach(),
                "score_real": real_scores.mean(),
                "score_fake": fake_scores.mean(),
                **spread_terms(real, fake, self.condition.groups(condition), self.condition.group_count),
            }
            if not self.loss.critic:
                terms["pair_accuracy"] = (real_scores > fake_scores).float().mean()
            if self.augmentation is not None:
                self.augmentation.adapt(self.loss.confidence(real_scores, fake_scores, self.target), len(real))
        if penalised:
            norms = squared_gradient_norms(torch.cat([real_scores, fake_scores]), *penalised.values())
            for name, squares in zip(penalised, norms, strict=True):
                loss = loss + self._weight(name) / 2 * squares.mean()
                terms[f"gradient_{name}"] = squares.detach().mean()
        if "wgan_gp" in due:
            mixed = between(real.detach(), fake.detach()).requires_grad_()
            (squares,) = squared_gradient_norms(self._score(mixed, condition), mixed)
            loss = loss + self._weight("wgan_gp") * distance_from_unit_norm(squares).mean()
            terms["gradient_wgan_gp"] = squares.detach().mean()
        return loss, real_scores.detach(), terms

    def generator_loss(self, batch: Batch, drawn: Batch, carried: Tensor) -> tuple[Tensor, Terms]:
        """The generator's loss, and terms for the record.

        Args:
            batch: the condition of the signals.
            drawn: generated signals, which pass the gradient to the generator.
            carried: scores of real signals from `discriminator_loss`, used only by paired losses. They precede the
                discriminator's last step; computing them again was slower and not better
                (docs/explanation/notebook/training.md).
        """
        _, loss = self._losses(carried, self._score(drawn["signal"], self.asked(batch)))
        return loss, {"loss_generator": loss.detach()}

    def _losses(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        smoothing: dict[str, Any] = {"target": self.target} if self.target < 1 else {}
        return self.loss.function(real_scores, fake_scores, **smoothing)

    def _score(self, signals: Tensor, condition: Tensors) -> Tensor:
        """Scores of augmented signals, in float32 if the networks use a shorter format."""
        shown = signals if self.augmentation is None else self.augmentation(signals)
        scores: Tensor = self.discriminators(shown, condition)
        return scores.float() if scores.dtype == torch.bfloat16 else scores

    def _judge(self, real: Tensor, fake: Tensor, condition: Tensors) -> tuple[Tensor, Tensor]:
        """Scores of real and generated signals, in one pass unless scores depend on the batch."""
        if self.discriminators.mixes_batch:
            return self._score(real, condition), self._score(fake, condition)
        twice = {name: torch.cat([column, column]) for name, column in condition.items()}
        real_scores, fake_scores = self._score(torch.cat([real, fake]), twice).chunk(2)
        return real_scores, fake_scores

    def _weight(self, name: str) -> Tensor:
        return self.weights[PENALTIES.index(name)]


OBJECTIVE = Adversarial

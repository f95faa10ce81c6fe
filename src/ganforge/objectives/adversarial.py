"""The adversarial game: generator against discriminator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ganforge.objectives.penalties import between, distance_from_unit_norm, squared_gradient_norms

PENALTIES = ("r1", "r2", "wgan_gp")

Terms = dict[str, Tensor]


@dataclass(frozen=True)
class Loss:
    """An adversarial loss and what has to be known of it.

    Attributes:
        function: scores of real and of generated signals, each (batch,), to the two losses; see `losses`.
        paired: whether the generator's loss, too, depends on the scores of real signals.
        threshold: the score above which the discriminator takes a signal for real.
    """

    function: Callable[..., tuple[Tensor, Tensor]]
    paired: bool = False
    threshold: float = 0.0

    def confidence(self, real: Tensor, fake: Tensor) -> Tensor:
        """-1 to 1: how often the discriminator is right about real signals (Karras 2020, 2006.06676, eq. 1, r_t)."""
        return (real - (fake if self.paired else self.threshold)).sign().mean()


@dataclass(frozen=True)
class Penalty:
    """How strongly and how often the discriminator's gradient is penalised.

    Attributes:
        weight: share of the run in 0..1 to gamma, or to lambda for wgan_gp; 0 for all of them switches it off.
        interval: steps from one to the next; the weight is multiplied by as much, so that the sum over a run stays
            (lazy regularisation, Karras et al. 2020, https://arxiv.org/abs/1912.04958, appendix B).
    """

    weight: Callable[[float], float]
    interval: int

    @property
    def used(self) -> bool:
        """Whether it is ever anything but 0."""
        return self.weight(0.0) > 0 or self.weight(1.0) > 0


class Augmentation(Protocol):
    """What the discriminator is shown instead of a signal, and its way of adapting to how sure the latter is."""

    def __call__(self, x: Tensor) -> Tensor:
        """(batch, *shape) to the same."""
        ...

    def adapt(self, confidence: Tensor, count: int) -> None:
        """Hears of the `Loss.confidence` that the discriminator has in ``count`` real signals."""
        ...


class Adversarial(nn.Module):
    """Owns the two networks and says what the two losses of a batch are.

    Args:
        generator: G(latents, labels) -> signal.
        discriminator: D(signal, labels) -> score. One that ties samples together says so by ``mixes_batch``.
        loss: who is to score what.
        target: one-sided label smoothing: the probability that real signals are to get; 1 for losses without one.
        penalties: some of `PENALTIES`.
        augmentation: a module, or None to show signals as they are.
    """

    weights: Tensor

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        loss: Loss,
        *,
        target: float = 1.0,
        penalties: Mapping[str, Penalty],
        augmentation: Augmentation | None = None,
    ) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.loss, self.target = loss, target
        self.penalties = {name: penalty for name, penalty in penalties.items() if penalty.used}
        self.augmentation = augmentation
        # On the device, so that a recorded CUDA graph sees them change.
        self.register_buffer("weights", torch.zeros(len(PENALTIES)), persistent=False)
        self._shown: tuple[float, ...] | None = None

    def due(self, step: int) -> tuple[str, ...]:
        """The penalties that the discriminator's loss at ``step`` includes."""
        return tuple(name for name, penalty in self.penalties.items() if step % penalty.interval == 0)

    def advance(self, progress: float) -> None:
        """Sets the weights of the penalties for a share of the run, 0..1."""
        shown = tuple(
            self.penalties[name].weight(progress) * self.penalties[name].interval if name in self.penalties else 0.0
            for name in PENALTIES
        )
        if shown != self._shown:
            self.weights.copy_(torch.tensor(shown))
            self._shown = shown

    def generate(self, latents: Tensor, labels: Tensor | None) -> Tensor:
        """The generator's signals, (batch, *shape), for both players of a step."""
        signals: Tensor = self.generator(latents, labels)
        return signals

    def discriminator_loss(
        self, real: Tensor, fake: Tensor, labels: Tensor | None, due: Collection[str] = ()
    ) -> tuple[Tensor, Terms]:
        """What the discriminator minimises, and its terms for the record.

        Args:
            real, fake: real and generated signals, (batch, *shape) in [-1, 1]; the generator gets no gradient.
            labels: (batch,) labels that both were made with; None if unconditional.
            due: the penalties to add.
        """
        fake = fake.detach()
        inputs = {"r1": real, "r2": fake}
        penalised = {name: inputs[name].requires_grad_() for name in ("r1", "r2") if name in due}
        real_scores, fake_scores = self._judge(real, fake, labels)
        loss, _ = self._losses(real_scores, fake_scores)
        with torch.no_grad():
            terms = self._terms(loss, real, fake, real_scores, fake_scores)
            if self.augmentation is not None:
                self.augmentation.adapt(self.loss.confidence(real_scores, fake_scores), len(real))
        if penalised:
            norms = squared_gradient_norms(torch.cat([real_scores, fake_scores]), *penalised.values())
            for name, squares in zip(penalised, norms, strict=True):
                loss = loss + self._weight(name) / 2 * squares.mean()
                terms[f"gradient_{name}"] = squares.detach().mean()
        if "wgan_gp" in due:
            mixed = between(real.detach(), fake.detach()).requires_grad_()
            (squares,) = squared_gradient_norms(self._score(mixed, labels), mixed)
            loss = loss + self._weight("wgan_gp") * distance_from_unit_norm(squares).mean()
            terms["gradient_wgan_gp"] = squares.detach().mean()
        return loss, terms

    def generator_loss(self, real: Tensor, fake: Tensor, labels: Tensor | None) -> tuple[Tensor, Terms]:
        """What the generator minimises, and its terms; arguments as in `discriminator_loss`."""
        fake_scores = self._score(fake, labels)
        real_scores = fake_scores
        if self.loss.paired:
            with torch.no_grad():
                real_scores = self._score(real, labels)
        _, loss = self._losses(real_scores, fake_scores)
        return loss, {"loss_generator": loss.detach()}

    def _losses(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        """Both losses in float32, whatever the networks computed in."""
        smoothing: dict[str, Any] = {"target": self.target} if self.target < 1 else {}
        return self.loss.function(_full(real_scores), _full(fake_scores), **smoothing)

    def _score(self, signals: Tensor, labels: Tensor | None) -> Tensor:
        shown = signals if self.augmentation is None else self.augmentation(signals)
        scores: Tensor = self.discriminator(shown, labels)
        return scores

    def _judge(self, real: Tensor, fake: Tensor, labels: Tensor | None) -> tuple[Tensor, Tensor]:
        """Scores of real and generated signals, in one pass unless the discriminator ties a batch together."""
        if self.discriminator.mixes_batch:
            return self._score(real, labels), self._score(fake, labels)
        both = self._score(torch.cat([real, fake]), None if labels is None else torch.cat([labels, labels]))
        real_scores, fake_scores = both.chunk(2)
        return real_scores, fake_scores

    def _terms(self, loss: Tensor, real: Tensor, fake: Tensor, real_scores: Tensor, fake_scores: Tensor) -> Terms:
        return {
            "loss_discriminator": loss.detach(),
            "score_real": real_scores.mean(),
            "score_fake": fake_scores.mean(),
            "pairs_told_apart": (real_scores > fake_scores).float().mean(),
            "relative_spread": _spread(fake) / _spread(real).clamp_min(1e-6),
        }

    def _weight(self, name: str) -> Tensor:
        return self.weights[PENALTIES.index(name)]


def _full(scores: Tensor) -> Tensor:
    """``scores`` in float32 if they are in a shorter format."""
    return scores if scores.dtype == torch.float64 else scores.float()


def _spread(signals: Tensor) -> Tensor:
    """Standard deviation over the batch, averaged over channels and positions; values are small, so two sums do."""
    return (signals.square().mean(0) - signals.mean(0).square()).clamp_min(0).sqrt().mean()

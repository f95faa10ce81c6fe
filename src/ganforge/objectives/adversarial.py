"""The adversarial game: generator against discriminator."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganforge.objectives.losses import non_saturating, relativistic
from ganforge.objectives.penalties import squared_gradient_norm

LOSSES = {"relativistic": relativistic, "non_saturating": non_saturating}
PAIRED = {"relativistic"}  # losses whose generator side needs the scores of real images too

Terms = dict[str, Tensor]


class Adversarial(nn.Module):
    """Owns the two networks and says what the two losses of a batch are.

    Args:
        generator: G(latents, labels) -> signal.
        discriminator: D(signal, labels) -> score, without layers that mix the samples of a batch.
        loss: a key of `LOSSES`.
        r1, r2: gamma of the gradient penalties on real and on generated images.
        penalty_interval: the caller asks for the penalty once in so many steps; its weight is multiplied by as much
            (lazy regularisation, Karras et al. 2020, https://arxiv.org/abs/1912.04958, appendix B).
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        *,
        loss: str,
        r1: float,
        r2: float,
        penalty_interval: int,
    ) -> None:
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.loss = LOSSES[loss]
        self.paired = loss in PAIRED
        self.r1, self.r2 = r1, r2
        self.penalty_interval = penalty_interval

    def wants_penalty(self, step: int) -> bool:
        """Whether the discriminator's loss at ``step`` includes the gradient penalties."""
        return (self.r1 > 0 or self.r2 > 0) and step % self.penalty_interval == 0

    def discriminator_loss(
        self, real: Tensor, labels: Tensor | None, latents: Tensor, *, penalise: bool
    ) -> tuple[Tensor, Terms]:
        """What the discriminator minimises, and its terms for the record.

        Args:
            real: real signals, (batch, *shape) in [-1, 1].
            labels: (batch,) labels of ``real``, given to the generated signals as well; None if unconditional.
            latents: (batch, latent_dim), standard normal.
            penalise: whether to add the gradient penalties.
        """
        with torch.no_grad():
            fake = self.generator(latents, labels)
        signals = torch.cat([real, fake]).requires_grad_(penalise)
        scores = self.discriminator(signals, None if labels is None else torch.cat([labels, labels]))
        real_scores, fake_scores = scores.chunk(2)
        loss, _ = self.loss(real_scores, fake_scores)
        terms = {
            "loss_discriminator": loss.detach(),
            "score_real": real_scores.detach().mean(),
            "score_fake": fake_scores.detach().mean(),
        }
        if not penalise:
            return loss, terms
        r1, r2 = (half.mean() for half in squared_gradient_norm(scores, signals).chunk(2))
        terms |= {"gradient_real": r1.detach(), "gradient_fake": r2.detach()}
        return loss + self.penalty_interval / 2 * (self.r1 * r1 + self.r2 * r2), terms

    def generator_loss(self, real: Tensor, labels: Tensor | None, latents: Tensor) -> tuple[Tensor, Terms]:
        """What the generator minimises, and its terms; arguments as in `discriminator_loss`."""
        fake_scores = self.discriminator(self.generator(latents, labels), labels)
        if self.paired:
            with torch.no_grad():
                real_scores = self.discriminator(real, labels)
        else:
            real_scores = torch.zeros_like(fake_scores)
        _, loss = self.loss(real_scores, fake_scores)
        return loss, {"loss_generator": loss.detach()}

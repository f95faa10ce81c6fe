"""Adversarial losses: what the discriminator and the generator minimise, given the scores of a batch.

Scores are logits: any sigmoid stands inside the loss, computed stably as softplus(-s) = -log sigmoid(s).
"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def non_saturating(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy, the generator maximising log D(G(z)).

    Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661, eq. 1 and the non-saturating form of section 3.

    Args:
        real, fake: discriminator scores, shape (batch,).

    Returns:
        discriminator loss and generator loss, scalars.
    """
    return softplus(-real).mean() + softplus(fake).mean(), softplus(-fake).mean()


def relativistic(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Relativistic pairing loss: each sample is judged against a partner of the other kind.

    Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734, with the pairing of Huang et al. 2024,
    https://arxiv.org/abs/2501.05441, eq. 2.

    Args:
        real, fake: discriminator scores, shape (batch,).

    Returns:
        discriminator loss and generator loss, scalars.
    """
    margin = real - fake
    return softplus(-margin).mean(), softplus(margin).mean()

"""Adversarial losses of the discriminator and the generator, computed from the scores of a batch.

Scores are logits: a sigmoid is part of the loss, computed stably as softplus(-s) = -log sigmoid(s). Every function
takes the scores of real and generated signals, each of shape (batch,), and returns the losses of the discriminator and
the generator, two scalars. ``target`` is the target probability of real signals: below 1 with one-sided label
smoothing (Salimans et al. 2016, https://arxiv.org/abs/1606.03498, section 3.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import relu, softplus


def minimax(real: Tensor, fake: Tensor, target: float = 1.0) -> tuple[Tensor, Tensor]:
    """The value function of the two-player game; the generator minimises log(1 - D(G(z))).

    Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661, eq. 1. It saturates: a generator whose samples are
    recognised with certainty gets no gradient.
    """
    return _binary_cross_entropy(real, fake, target), -softplus(fake).mean()


def non_saturating(real: Tensor, fake: Tensor, target: float = 1.0) -> tuple[Tensor, Tensor]:
    """Binary cross-entropy; the generator maximises log D(G(z)).

    Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661, eq. 1 and the non-saturating form of section 3.
    """
    return _binary_cross_entropy(real, fake, target), softplus(-fake).mean()


def least_squares(real: Tensor, fake: Tensor, target: float = 1.0) -> tuple[Tensor, Tensor]:
    """Squared distances of the scores from 1 for real and 0 for generated signals.

    Mao et al. 2017, https://arxiv.org/abs/1611.04076, eq. 2 with a = 0, b = c = 1.
    """
    discriminator = (real - target).square().mean() / 2 + fake.square().mean() / 2
    return discriminator, (fake - 1).square().mean() / 2


def hinge(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Margins of 1 on both sides of 0 for the discriminator, the plain score for the generator.

    Lim & Ye 2017, https://arxiv.org/abs/1705.02894; as in Miyato et al. 2018, https://arxiv.org/abs/1802.05957, eq. 16
    and 17.
    """
    return relu(1 - real).mean() + relu(1 + fake).mean(), -fake.mean()


def wasserstein(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Difference of mean scores; estimates the earth mover's distance if the discriminator is 1-Lipschitz.

    Arjovsky et al. 2017, https://arxiv.org/abs/1701.07875, eq. 2. The gradient penalty enforces the
    Lipschitz condition.
    """
    return fake.mean() - real.mean(), -fake.mean()


def relativistic(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Relativistic pairing loss: each sample is compared with a partner of the other kind.

    Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734, with the pairing of Huang et al. 2024,
    https://arxiv.org/abs/2501.05441, eq. 2.
    """
    margin = real - fake
    return softplus(-margin).mean(), softplus(margin).mean()


def _binary_cross_entropy(real: Tensor, fake: Tensor, target: float) -> Tensor:
    """-t log D(x) - (1 - t) log(1 - D(x)) of real signals, -log(1 - D(x)) of generated ones."""
    return (softplus(real) - target * real).mean() + softplus(fake).mean()


@dataclass(frozen=True)
class Loss:
    """An adversarial loss and its properties.

    Attributes:
        function: maps scores of real and generated signals, each (batch,), to the two losses.
        paired: whether the generator's loss also depends on the scores of real signals.
        threshold: the score above which the discriminator classifies a signal as real, for a target of 1.
        critic: whether the discriminator measures a distance, so that a large difference of scores is no failure.
    """

    function: Callable[..., tuple[Tensor, Tensor]]
    paired: bool = False
    threshold: float = 0.0
    critic: bool = False

    def confidence(self, real: Tensor, fake: Tensor, target: float = 1.0) -> Tensor:
        """-1 to 1: how often the discriminator recognises real signals, r_t of Karras 2020, 2006.06676, eq. 1.

        For a paired loss without absolute scores, it is how often a real signal beats its generated partner.
        """
        return (real - (fake if self.paired else self.threshold * target)).sign().mean()


LOSSES: dict[str, Loss] = {
    "minimax": Loss(minimax),
    "non_saturating": Loss(non_saturating),
    "least_squares": Loss(least_squares, threshold=0.5),
    "hinge": Loss(hinge),
    "wasserstein": Loss(wasserstein, critic=True),
    "relativistic": Loss(relativistic, paired=True),
}

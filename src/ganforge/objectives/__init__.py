"""What is optimised. A new adversarial loss is one function and one line below."""

from ganforge.objectives.adversarial import PENALTIES, Adversarial, Loss, Penalty
from ganforge.objectives.losses import hinge, least_squares, minimax, non_saturating, relativistic, wasserstein

LOSSES: dict[str, Loss] = {
    "minimax": Loss(minimax),
    "non_saturating": Loss(non_saturating),
    "least_squares": Loss(least_squares, threshold=0.5),
    "hinge": Loss(hinge),
    "wasserstein": Loss(wasserstein, critic=True),
    "relativistic": Loss(relativistic, paired=True),
}

__all__ = ["LOSSES", "PENALTIES", "Adversarial", "Loss", "Penalty"]

"""The spread of samples relative to real signals, which detects mode collapse."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.objectives.objective import Terms

LEAST_PAIRS = 20  # pairs of a group that are needed to compute its spread


def spread_terms(real: Tensor, fake: Tensor, groups: Tensor | None, group_count: int) -> Terms:
    """``relative_spread`` of a batch and, if there are groups, the sums for `LeastSpread`.

    Both use distances between neighbours in a batch sorted by group. ``relative_spread`` is the root mean square
    distance of generated signals divided by that of real ones: 0 if all samples of a group are the same for every
    latent vector, 1 if no group occurs twice.

    Args:
        real, fake: (batch, *shape).
        groups: (batch,) of both, see `Condition.groups`; None: all are in one group.
        group_count: number of groups, 0 if they are not counted.
    """
    if groups is None:
        alike = torch.ones(len(real) - 1, dtype=real.dtype, device=real.device)
    else:
        order = groups.argsort()
        real, fake, groups = real[order], fake[order], groups[order]
        alike = (groups[1:] == groups[:-1]).to(real.dtype)
    axes = tuple(range(1, real.dim()))  # a norm and its square need one pass, squares and their mean three
    squares = [torch.linalg.vector_norm(x[1:] - x[:-1], dim=axes).square() * alike for x in (fake, real)]
    of_fake, of_real = (each.sum() for each in squares)
    relative = torch.where(alike.sum() > 0, (of_fake / of_real.clamp_min(1e-12)).sqrt(), 1.0)
    terms = {"relative_spread": relative}
    if groups is not None and group_count:
        of_pairs = torch.stack([*squares, alike])
        terms["least_spread"] = of_pairs.new_zeros(3, group_count).index_add(1, groups[1:], of_pairs)
    return terms


class LeastSpread:
    """The least relative spread of all groups, tracked over training steps.

    The spread of a group is updated whenever `LEAST_PAIRS` of its pairs have been compared; before the first update it
    is 1.
    """

    def __init__(self) -> None:
        self._sums: Tensor | None = None
        self._spread: Tensor | None = None

    def take(self, sums: Tensor) -> Tensor:
        """The least spread, a scalar.

        Args:
            sums: (3, groups), summed over steps: squared distances of generated and real signals, and numbers of pairs.
        """
        if self._sums is None or self._spread is None:
            self._sums, self._spread = torch.zeros_like(sums), torch.ones_like(sums[0])
        self._sums = self._sums.to(sums.device) + sums
        fake, real, pairs = self._sums
        judged = pairs >= LEAST_PAIRS
        now = (fake / real.clamp_min(1e-12)).sqrt()
        self._spread = torch.where(judged, now, self._spread.to(sums.device))
        self._sums = torch.where(judged, 0.0, self._sums)
        return self._spread.min()

    def state(self) -> dict[str, Tensor | None]:
        """The state for a checkpoint."""
        return {"sums": self._sums, "spread": self._spread}

    def restore(self, state: dict[str, Tensor | None]) -> None:
        """Continues from `state`."""
        self._sums, self._spread = state["sums"], state["spread"]

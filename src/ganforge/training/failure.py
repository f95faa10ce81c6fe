"""Signals that a training goes wrong, read from what it reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ganforge.errors import UserError


@dataclass(frozen=True)
class Sign:
    """A column of training.csv that tells of a failure when it stays beyond a limit.

    Attributes:
        column: its name.
        limit: the value from which on it is a sign.
        above: whether values above the limit are, rather than those below.
        text: what it means and what usually helps, with a place for the figure.
    """

    column: str
    limit: float
    above: bool
    text: str

    def shows(self, row: Mapping[str, float]) -> bool:
        """Whether ``row`` shows it; a loss that does not have the column never does."""
        if self.column not in row:
            return False
        value = row[self.column]
        return value >= self.limit if self.above else value <= self.limit


SIGNS = (
    Sign(
        "pair_accuracy",
        0.995,
        True,
        "the discriminator tells {:.1%} of all pairs of real and generated samples apart, so that the generator has "
        "nothing to learn from; lower train.discriminator_rate, raise objective.r1 and objective.r2, or set "
        "augment.mode to adaptive",
    ),
    Sign(
        "relative_spread",
        0.1,
        False,
        "samples (of one label, where there are labels) differ from each other only {:.1%} as much as real ones "
        "do; lower train.learning_rate, raise train.batch_size, or set objective.loss to "
        "relativistic with objective.r1 and objective.r2",
    ),
)


class FailureError(UserError):
    """A training that cannot be saved; what it knew before is."""


class DivergedError(FailureError):
    """A loss is no longer a number."""


def check_finite(row: Mapping[str, float], step: int) -> None:
    """Ends a run whose losses are no numbers any more.

    Raises:
        DivergedError: names the step, the figures and the usual cures.
    """
    wrong = [f"{name} is {value}" for name, value in row.items() if not math.isfinite(value)]
    if wrong:
        raise DivergedError(
            f"training diverged at step {step}, after {row['images']:.0f} real signals: {', '.join(wrong)}; lower "
            "train.learning_rate or raise objective.r1 and objective.r2, then train again"
        )


class FailureWatch:
    """Counts for how many real signals a sign of failure has lasted, and tells once when that is long enough.

    Args:
        patience: real signals shown.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self._images = 0.0
        self._since: dict[str, float] = {}
        self._reported: set[str] = set()

    def look(self, row: Mapping[str, float], step: int) -> str | None:
        """What goes wrong, in words, or None; ``row`` holds the means since the report before."""
        before, self._images = self._images, row["images"]
        for sign in SIGNS:
            if not sign.shows(row):
                self._since.pop(sign.column, None)
                continue
            lasted = self._images - self._since.setdefault(sign.column, before)
            if lasted >= self.patience and sign.column not in self._reported:
                self._reported.add(sign.column)
                return f"at step {step}, for {lasted:.0f} real signals now, {sign.text.format(row[sign.column])}"
        return None

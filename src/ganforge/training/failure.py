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
        well: the value up to which nothing is wrong.
        above: whether values above the limit are a sign, rather than those below.
        text: what it means, with a place for the figure.
        part_of: column of the sign that tells the same of all signals, and is told instead.
        may_be_wanted: whether it may be what the user asks for, so that it is told and nothing is done.
    """

    column: str
    limit: float
    well: float
    above: bool
    text: str
    part_of: str | None = None
    may_be_wanted: bool = False

    def shows(self, row: Mapping[str, float]) -> bool:
        """Whether ``row`` shows it; a loss that does not have the column never does."""
        return self._beyond(row, self.limit)

    def is_near(self, row: Mapping[str, float]) -> bool:
        """Whether ``row`` shows it or is on the way there."""
        return self._beyond(row, self.well)

    def _beyond(self, row: Mapping[str, float], bound: float) -> bool:
        if self.column not in row:
            return False
        value = row[self.column]
        return value >= bound if self.above else value <= bound


SIGNS = (
    Sign(
        "pair_accuracy",
        0.995,
        0.985,
        True,
        "the discriminator tells {:.1%} of all pairs of real and generated samples apart, so that the generator has "
        "nothing to learn from",
    ),
    Sign(
        "relative_spread",
        0.1,
        0.25,
        False,
        "samples (of one label, where there are labels) differ from each other only {:.1%} as much as real ones do",
    ),
    Sign(
        "least_spread",
        0.05,
        0.15,
        False,
        "samples of one of the labels differ from each other only {:.1%} as much as real ones do",
        part_of="relative_spread",
    ),
    Sign(
        "change",
        0.01,
        0.02,
        False,
        "samples are their sources: the mean absolute difference is {:.3f}, colours being -1 to 1",
        may_be_wanted=True,
    ),
    Sign(
        "correlation",
        -0.3,
        0.0,
        False,
        "light and dark are exchanged: the brightness of samples correlates with that of their sources by {:.2f}",
        may_be_wanted=True,
    ),
    Sign(
        "chequers",
        3.0,
        2.0,
        True,
        "samples alternate from pixel to pixel {:.1f} times as strongly as their sources",
        may_be_wanted=True,
    ),
    Sign(
        "detail",
        0.4,
        0.6,
        False,
        "samples are smeared: brightness changes from pixel to pixel {:.2f} times as strongly as in real ones",
        may_be_wanted=True,
    ),
)


@dataclass(frozen=True)
class Failure:
    """What goes wrong, and what may help against it; as a text both.

    Attributes:
        symptom: what is seen.
        cure: what to change, if anything is known.
        may_be_wanted: see `Sign`.
    """

    symptom: str
    cure: str | None
    may_be_wanted: bool = False

    def __str__(self) -> str:
        return f"{self.symptom}; {self.cure}" if self.cure else self.symptom


class FailureError(UserError):
    """A training that cannot be saved; what it knew before is."""


class DivergedError(FailureError):
    """A loss is no longer a number."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def check_finite(row: Mapping[str, float], step: int) -> None:
    """Ends a run whose losses are no numbers any more.

    Raises:
        DivergedError: names the step, the figures and the usual cures.
    """
    wrong = [f"{name} is {value}" for name, value in row.items() if not math.isfinite(value)]
    if wrong:
        symptom = f"training diverged at step {step}, after {row['images']:.0f} real signals: {', '.join(wrong)}"
        cure = "lower train.learning_rate or raise objective.r1 and objective.r2, then train again"
        raise DivergedError(Failure(symptom, cure))


class FailureWatch:
    """Counts for how many real signals a sign of failure has lasted, and tells once when that is long enough.

    Args:
        patience: real signals shown.
        cures: what may help against a sign, by its column.
        images: real signals shown before it begins to count.
    """

    def __init__(self, patience: int, cures: Mapping[str, str], images: float = 0.0) -> None:
        self.patience, self.cures = patience, cures
        self._images = images
        self._since: dict[str, float] = {}
        self._reported: set[str] = set()

    def look(self, row: Mapping[str, float], step: int) -> Failure | None:
        """What goes wrong, or None; ``row`` holds the means since the report before."""
        before, self._images = self._images, row["images"]
        for sign in SIGNS:
            if not sign.shows(row) or sign.part_of in self._since:
                self._since.pop(sign.column, None)
                continue
            lasted = self._images - self._since.setdefault(sign.column, before)
            if lasted >= self.patience and sign.column not in self._reported:
                self._reported.add(sign.column)
                symptom = sign.text.format(row[sign.column])
                symptom = f"at step {step}, for {lasted:.0f} real signals now, {symptom}"
                return Failure(symptom, self.cures.get(sign.column), sign.may_be_wanted)
        return None

    @staticmethod
    def all_is_well(row: Mapping[str, float]) -> bool:
        """Whether ``row`` is far from any sign."""
        return not any(sign.is_near(row) for sign in SIGNS if not sign.may_be_wanted)

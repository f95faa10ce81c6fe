"""Detects a failing training from its reports."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ganforge.errors import UserError


@dataclass(frozen=True)
class Sign:
    """A column of training.csv that shows a failure if it stays beyond a limit, or is beyond it once.

    Attributes:
        column: its name.
        limit: values beyond it are a sign of failure.
        well: values up to it are normal.
        above: whether values above the limit are a sign, or values below it.
        text: what it means, with a place for the figure.
        part_of: column of the sign for all signals, which is reported instead.
        may_be_wanted: whether the user may want this, so that it is reported and nothing is done.
        diverging: whether it shows that the training diverges: either sign of the value counts, and it need not last.
    """

    column: str
    limit: float
    well: float
    above: bool
    text: str
    part_of: str | None = None
    may_be_wanted: bool = False
    diverging: bool = False

    def shows(self, row: Mapping[str, float]) -> bool:
        """Whether ``row`` shows it; a loss without the column never does."""
        return self._beyond(row, self.limit)

    def is_near(self, row: Mapping[str, float]) -> bool:
        """Whether ``row`` shows it or is close to it."""
        return self._beyond(row, self.well)

    def _beyond(self, row: Mapping[str, float], bound: float) -> bool:
        if self.column not in row:
            return False
        value = abs(row[self.column]) if self.diverging else row[self.column]
        return value >= bound if self.above else value <= bound


SIGNS = (
    Sign("loss_discriminator", 1e4, 1e2, True, "the loss of the discriminator is {:,.0f}: it diverges", diverging=True),
    Sign(
        "pair_accuracy",
        0.995,
        0.985,
        True,
        "the discriminator distinguishes {:.1%} of all pairs of real and generated samples, so the generator cannot "
        "learn from it",
    ),
    Sign(
        "relative_spread",
        0.1,
        0.25,
        False,
        "samples (of one label, if there are labels) differ from each other only {:.1%} as much as real ones",
    ),
    Sign(
        "least_spread",
        0.05,
        0.15,
        False,
        "samples of one label differ from each other only {:.1%} as much as real ones",
        part_of="relative_spread",
    ),
    Sign(
        "change",
        0.01,
        0.02,
        False,
        "samples equal their sources: the mean absolute difference is {:.3f}, for colours of -1 to 1",
        may_be_wanted=True,
    ),
    Sign(
        "correlation",
        -0.3,
        0.0,
        False,
        "light and dark are swapped: the correlation of the brightness of samples and their sources is {:.2f}",
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
        "samples are blurred: brightness changes from pixel to pixel {:.2f} times as strongly as in real ones",
        may_be_wanted=True,
    ),
)


@dataclass(frozen=True)
class Failure:
    """A failure and its remedy; both as text.

    Attributes:
        symptom: what goes wrong.
        cure: what to change, if anything is known to help.
        may_be_wanted, diverging: see `Sign`.
    """

    symptom: str
    cure: str | None
    may_be_wanted: bool = False
    diverging: bool = False

    def __str__(self) -> str:
        return f"{self.symptom}; {self.cure}" if self.cure else self.symptom


class FailureError(UserError):
    """A training failed for good; its last good state is kept."""


class DivergedError(FailureError):
    """A loss became infinite or NaN."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def check_finite(row: Mapping[str, float], step: int) -> None:
    """Ends a run whose losses became infinite or NaN.

    Raises:
        DivergedError: names the step, the figures and the usual remedies.
    """
    wrong = [f"{name} is {value}" for name, value in row.items() if not math.isfinite(value)]
    if wrong:
        symptom = f"training diverged at step {step}, after {row['images']:.0f} real signals: {', '.join(wrong)}"
        cure = "lower train.learning_rate or raise objective.r1 and objective.r2, then train again"
        raise DivergedError(Failure(symptom, cure))


class FailureWatch:
    """Counts for how many real signals a sign of failure lasts, and reports it once if that is long enough.

    A diverging loss is reported at once.

    Args:
        patience: number of real signals.
        cures: remedies by the column of the sign.
        images: real signals shown before it begins to count.
    """

    def __init__(self, patience: int, cures: Mapping[str, str], images: float = 0.0) -> None:
        self.patience, self.cures = patience, cures
        self._images = images
        self._since: dict[str, float] = {}
        self._reported: set[str] = set()

    def look(self, row: Mapping[str, float], step: int) -> Failure | None:
        """The failure, or None; ``row`` has the means since the last report."""
        before, self._images = self._images, row["images"]
        failure = None
        for sign in SIGNS:
            if not sign.shows(row) or sign.part_of in self._since:
                self._since.pop(sign.column, None)
                continue
            lasted = self._images - self._since.setdefault(sign.column, before)
            long_enough = sign.diverging or lasted >= self.patience
            if failure is None and long_enough and sign.column not in self._reported:
                self._reported.add(sign.column)
                symptom = sign.text.format(row[sign.column])
                symptom = f"at step {step}, for the last {lasted:.0f} real signals, {symptom}"
                failure = Failure(symptom, self.cures.get(sign.column), sign.may_be_wanted, sign.diverging)
        return failure

    @staticmethod
    def all_is_well(row: Mapping[str, float]) -> bool:
        """Whether ``row`` is far from any sign."""
        return not any(sign.is_near(row) for sign in SIGNS if not sign.may_be_wanted)

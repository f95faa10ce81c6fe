"""The findings of the study over all repetitions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ganforge.augmenting.arms import ARMS, BOTH, REFERENCE

CONFIDENCE = 0.95
FEW = 5  # with fewer repetitions, findings are not reliable


@dataclass(frozen=True)
class Estimate:
    """A mean over repetitions, and half the width of its 95 % interval."""

    mean: float
    margin: float

    def __str__(self) -> str:
        return f"{_points(self.mean)} ± {_points(self.margin)}"


def _points(share: float) -> float:
    """A share in per cent with one decimal, never minus zero."""
    return round(100 * share, 1) + 0.0


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and Student's interval of two or more values that are independent and about normal.

    mean ± t(0.975, N - 1) s / sqrt(N), with s the standard deviation of the N values, N - 1 in its denominator.
    """
    count = len(values)
    return Estimate(float(np.mean(values)), float(_quantile(count, 1) * np.std(values, ddof=1) / math.sqrt(count)))


def _quantile(count: int, questions: int) -> float:
    """Student's factor for a two-sided interval over ``count`` values, if ``questions`` are tested at once."""
    from scipy import stats

    return float(stats.t.ppf(1 - (1 - CONFIDENCE) / questions / 2, count - 1))


@dataclass(frozen=True)
class Finding:
    """The finding for a number of real images of each class.

    Attributes:
        per_class: that number.
        repetitions: number of seeds.
        accuracy: share of the test images that are recognised, by arm.
        gain: how much better an arm is than `REFERENCE` in the same repetition; for all other arms.
    """

    per_class: int
    repetitions: int
    accuracy: dict[str, Estimate]
    gain: dict[str, Estimate]

    @property
    def helps(self) -> bool:
        """Whether the GAN adds more to classic augmentation than chance."""
        return self.helps_beside(1)

    def helps_beside(self, questions: int) -> bool:
        """Whether it does so if several questions are tested at once."""
        gain = self.gain[BOTH]
        return gain.mean > gain.margin * _quantile(self.repetitions, questions) / _quantile(self.repetitions, 1)

    def sentence(self) -> str:
        """The finding in words."""
        gain, images = self.gain[BOTH], f"At {self.per_class} real image{'s' * (self.per_class > 1)} of each class"
        points = f"{Estimate(abs(gain.mean), gain.margin)} points"
        if self.helps:
            sentence = f"{images} the GAN adds {points} of accuracy to classic augmentation."
        elif gain.mean < -gain.margin:
            sentence = f"{images} the GAN does harm: it costs {points} of the accuracy with classic augmentation alone."
        else:
            sentence = (
                f"{images} the GAN makes no difference beyond chance: {gain} points compared with classic augmentation "
                "alone."
            )
        if self.repetitions < FEW:
            sentence += f" This comes from only {self.repetitions} repetitions, which is too few to decide by."
        return sentence


def findings(trials: pd.DataFrame) -> list[Finding]:
    """One for each number of real images, the smallest first.

    Args:
        trials: with the columns per_class, seed, arm, accuracy and chosen, as `ganforge.augmenting.study` writes them.
    """
    results = []
    for per_class in sorted(set(trials["per_class"].tolist())):
        rows = trials[trials["chosen"] & (trials["per_class"] == per_class)]
        table = rows.pivot_table(index="seed", columns="arm", values="accuracy")
        accuracy = {arm: estimate(table[arm].tolist()) for arm in ARMS}
        gain = {arm: estimate((table[arm] - table[REFERENCE]).tolist()) for arm in ARMS if arm != REFERENCE}
        results.append(Finding(per_class, len(table), accuracy, gain))
    return results


def headline(results: Sequence[Finding]) -> str:
    """Whether the GAN helps, in one sentence.

    Intervals have a Bonferroni correction: with K numbers of images, they are of 1 - 0.05 / K.
    """
    helped = [str(finding.per_class) for finding in results if finding.helps_beside(len(results))]
    least = min(finding.repetitions for finding in results)
    if least < FEW:
        return f"{least} repetitions do not show whether it helps: make {FEW} or more."
    if not helped:
        return "It does not help here: the GAN never adds more than chance may."
    sizes = " and ".join(filter(None, [", ".join(helped[:-1]), helped[-1]]))
    return f"It helps at {sizes} real images of each class{'' if len(helped) == len(results) else ' only'}."


def as_scores(results: Sequence[Finding]) -> dict[str, dict[str, float]]:
    """The findings as nested numbers for DVC and MLflow: ``10_per_class.gain_both`` and so on."""
    return {
        f"{finding.per_class}_per_class": {
            f"{kind}_{identifier(arm)}{suffix}": value
            for kind, estimates in (("accuracy", finding.accuracy), ("gain", finding.gain))
            for arm, each in estimates.items()
            for suffix, value in (("", each.mean), ("_margin", each.margin))
        }
        for finding in results
    }


def identifier(arm: str) -> str:
    """The name of an arm without spaces, such as ``real_classic``."""
    return arm.replace(" + ", "_").lower()

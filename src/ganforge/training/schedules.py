"""Numbers that change while signals are shown."""

from __future__ import annotations

import math

from ganforge.settings import Schedule


def value_at(value: float | Schedule[float], progress: float) -> float:
    """A constant, or the value of a schedule after a share of the run.

    Args:
        value: value in params.yaml.
        progress: share of the signals shown, 0..1.
    """
    if not isinstance(value, Schedule):
        return value
    if progress <= value.begin or value.begin == 1:
        return value.start
    share = min(1.0, (progress - value.begin) / (1 - value.begin))
    if value.shape == "cosine":
        share = (1 - math.cos(math.pi * share)) / 2
    return value.start + (value.end - value.start) * share

"""The section ``gate`` of params.yaml."""

from __future__ import annotations

from typing import Literal

from ganforge.settings import Name, Section, Weight


class GateSettings(Section):
    """What ci/retrain asks of new scores; changing these reruns nothing."""

    most: dict[Name, float]
    """Highest value of each score that is accepted."""
    least: dict[Name, float]
    """Lowest value of each score that is accepted."""
    worse_by: dict[Name, Weight]
    """By how much each score may be worse than that of the base, where the two compare."""
    alarms: Literal["refuse", "warn"]
    """What happens when scores tell of copied training data or of collapse."""

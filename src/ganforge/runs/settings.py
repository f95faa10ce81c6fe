"""The section ``gate`` of params.yaml."""

from __future__ import annotations

from typing import Literal

from ganforge.settings import Name, Section, Weight


class GateSettings(Section):
    """Requirements of ci/retrain for new scores; changing these reruns nothing."""

    most: dict[Name, float]
    """Highest accepted value of each score."""
    least: dict[Name, float]
    """Lowest accepted value of each score."""
    worse_by: dict[Name, Weight]
    """How much worse each score may be than that of the base, if the two compare."""
    alarms: Literal["refuse", "warn"]
    """What to do if scores show copied training data or mode collapse."""

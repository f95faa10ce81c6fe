"""The section ``gate`` of params.yaml."""

from __future__ import annotations

from typing import Literal

from ganforge.settings import Name, Section, Weight


class GateSettings(Section):
    """What ci/retrain asks of new scores, by their keys as in ``quality.fd``; changing these reruns nothing."""

    most: dict[Name, float]
    """How high a score may be at most."""
    least: dict[Name, float]
    """How low a score may be at least."""
    worse_by: dict[Name, Weight]
    """By how much a score may be worse than the base's, where the two compare."""
    alarms: Literal["refuse", "warn"]
    """What happens when scores tell of copied training data or of collapse."""

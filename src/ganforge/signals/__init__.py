"""The kinds of signals: how arrays become inputs of networks, files and pictures.

To add a kind of signal, write one file and one line below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganforge.prepared.columns import Column
from ganforge.signals.image import ImageSignal, StackedImageSignal
from ganforge.signals.music import MusicSignal
from ganforge.signals.points import PointSignal
from ganforge.signals.signal import SHEET_SUFFIX, Signal, enlarged, picture_of
from ganforge.signals.sound import SpectrogramSignal, WaveformSignal

SIGNALS: dict[str, type[Signal]] = {
    signal.kind: signal
    for signal in (ImageSignal, StackedImageSignal, SpectrogramSignal, WaveformSignal, MusicSignal, PointSignal)
}

__all__ = ["SHEET_SUFFIX", "SIGNALS", "Signal", "enlarged", "picture_of", "signal_of"]


def signal_of(described: Column | Mapping[str, Any]) -> Signal:
    """The signal of a column of the prepared data, or of the result of `Signal.describe`."""
    if isinstance(described, Column):
        return SIGNALS[described.kind](described.shape, described.about)
    return SIGNALS[described["kind"]](described["shape"], described["about"])

"""How arrays look to a network and to a person. A new kind of signal is one file and one line below."""

from __future__ import annotations

from ganforge.signals.image import ImageSignal, enlarged, picture_of
from ganforge.signals.signal import SHEET_SUFFIX, Signal

SIGNALS: dict[str, type[Signal]] = {"image": ImageSignal}

__all__ = ["SHEET_SUFFIX", "SIGNALS", "ImageSignal", "Signal", "enlarged", "picture_of"]

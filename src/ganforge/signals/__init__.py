"""How arrays look to a network and to a person. A new kind of signal is one file and one line below."""

from __future__ import annotations

from ganforge.signals.image import ImageSignal

SIGNALS = {"image": ImageSignal}

__all__ = ["SIGNALS", "ImageSignal"]

"""One signal from a file of a person's own, as the signals are that a generator was trained on."""

from __future__ import annotations

import numpy as np

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.single import read_single
from ganforge.errors import UserError
from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal, StackedImageSignal

FITTED = (ImageSignal.kind, StackedImageSignal.kind)  # kinds of signal that a picture of any size is brought to


def read_signal(content: bytes, name: str, signal: Signal, settings: DataSettings) -> np.ndarray:
    """What the bytes of a file hold; pictures of any size are cropped as the data were and resized.

    Args:
        content: of the file.
        name: what to call it.
        signal: what it is to become.
        settings: section `dataset` of params.yaml, which says how pictures are cropped.

    Returns:
        a stored signal (*shape).

    Raises:
        UserError: it holds none.
    """
    if signal.kind in FITTED:
        return read_single(content, name, signal.shape, settings)
    try:
        return signal.decode(content)
    except UserError as error:
        raise UserError(f"{name} cannot be read: {error}") from None

"""Reads a user's file as a signal in the format of a generator's training data."""

from __future__ import annotations

import numpy as np

from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.single import read_single
from ganforge.errors import UserError
from ganforge.signals import Signal
from ganforge.signals.image import ImageSignal, StackedImageSignal

FITTED = (ImageSignal.kind, StackedImageSignal.kind)  # kinds of signal to which pictures of any size are resized


def read_signal(content: bytes, name: str, signal: Signal, settings: DataSettings) -> np.ndarray:
    """The signal in the bytes of a file; pictures of any size are cropped like the data, and resized.

    Args:
        content: content of the file.
        name: name of the file in errors.
        signal: the wanted kind.
        settings: section `dataset` of params.yaml, which says how to crop pictures.

    Returns:
        A stored signal (*shape).

    Raises:
        UserError: it holds no such signal.
    """
    if signal.kind in FITTED:
        return read_single(content, name, signal.shape, settings)
    try:
        return signal.decode(content)
    except UserError as error:
        raise UserError(f"{name} cannot be read: {error}") from None

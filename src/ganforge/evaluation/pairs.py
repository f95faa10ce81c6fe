"""Signals that belong together, one by one."""

from __future__ import annotations

import numpy as np
import torch

from ganforge.signals import Signal

AT_ONCE = 500  # pairs


def mean_difference(signals: np.ndarray, others: np.ndarray, rows: np.ndarray, signal: Signal) -> float:
    """The mean absolute difference between signals, as networks see them, and their partners.

    Args:
        signals: stored (N, *shape).
        others: stored (M, *shape), the partners among them.
        rows: (N,) int64, which of ``others`` belongs to each signal.
        signal: of both.
    """
    total = 0.0
    for start in range(0, len(signals), AT_ONCE):
        one, other = (
            signal.presented(np.array(stored), torch.device("cpu"))
            for stored in (signals[start : start + AT_ONCE], others[rows[start : start + AT_ONCE]])
        )
        total += float((one - other).abs().flatten(1).mean(1).sum())
    return total / len(signals)

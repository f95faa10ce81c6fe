"""Measures translations without pairs, with a number for each known failure."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.objectives.objective import Terms


@torch.no_grad()
def translation_terms(source: Tensor, drawn: Tensor, real: Tensor) -> Terms:
    """``change``, ``correlation``, ``chequers`` and ``detail`` of a batch; empty if shapes differ.

    Args:
        source, drawn: (batch, channels, height, width) of equal height and width.
        real: target pictures, (batch, channels, height, width).

    Returns:
        ``change``: mean absolute difference, of brightness if the numbers of channels differ; 0 if the output equals
        the input. ``correlation``: mean correlation of brightness per picture; below 0 if light and dark are exchanged.
        ``chequers``: strength of the finest chequerboard pattern relative to the sources; 1 if it is the same.
        ``detail``: differences of brightness between neighbouring pixels relative to real signals; near 0 if pictures
        are blurred.
    """
    if source.shape[2:] != drawn.shape[2:]:
        return {}
    source, drawn = source.float(), drawn.float()
    one, other = source.mean(1), drawn.mean(1)
    change = (source - drawn if source.shape == drawn.shape else one - other).abs().mean()
    deviations = [(x - x.mean((1, 2), keepdim=True)).flatten(1) for x in (one, other)]
    lengths = torch.linalg.vector_norm(deviations[0], dim=1) * torch.linalg.vector_norm(deviations[1], dim=1)
    correlation = (deviations[0] * deviations[1]).sum(1) / lengths.clamp_min(1e-6)
    return {
        "change": change,
        "correlation": correlation.mean(),
        "chequers": _chequers(other) / _chequers(one).clamp_min(1e-3),
        "detail": _detail(other) / _detail(real.float().mean(1)).clamp_min(1e-3),
    }


def _detail(pictures: Tensor) -> Tensor:
    """Root mean square difference between neighbouring pixels, a scalar."""
    return (pictures.diff(dim=1).square().mean() + pictures.diff(dim=2).square().mean()).sqrt()


def _chequers(pictures: Tensor) -> Tensor:
    """Root mean square response of 2x2 pixels to the pattern + - - +, a scalar."""
    a, b = pictures[:, :-1, :-1], pictures[:, :-1, 1:]
    c, d = pictures[:, 1:, :-1], pictures[:, 1:, 1:]
    return ((a - b - c + d) / 4).square().mean().sqrt()

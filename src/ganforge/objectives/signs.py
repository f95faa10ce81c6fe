"""What a translation without pairs does to its sources, for the record: each known failure shows in a number."""

from __future__ import annotations

import torch
from torch import Tensor

from ganforge.objectives.objective import Terms


@torch.no_grad()
def translation_terms(source: Tensor, drawn: Tensor, real: Tensor) -> Terms:
    """``change``, ``correlation``, ``chequers`` and ``detail`` of a batch; none where shapes differ.

    Args:
        source, drawn: (batch, channels, height, width) of equal height and width.
        real: what those that are drawn should look like, (batch, channels, height, width).

    Returns:
        ``change``: mean absolute difference, of brightness where channels differ in number; 0 where the output is the
        input. ``correlation`` of brightness within a picture, in the mean; below 0 where light and dark are exchanged.
        ``chequers``: how strong the finest pattern of alternating pixels is beside that of the sources; 1 where it is
        the same. ``detail``: how strongly brightness changes from pixel to pixel beside real signals; near 0 where a
        scene is smeared.
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
    """Root mean square difference between a pixel and those below and beside it, a scalar."""
    return (pictures.diff(dim=1).square().mean() + pictures.diff(dim=2).square().mean()).sqrt()


def _chequers(pictures: Tensor) -> Tensor:
    """Root mean square response of 2x2 pixels to the pattern + - - +, a scalar."""
    a, b = pictures[:, :-1, :-1], pictures[:, :-1, 1:]
    c, d = pictures[:, 1:, :-1], pictures[:, 1:, 1:]
    return ((a - b - c + d) / 4).square().mean().sqrt()

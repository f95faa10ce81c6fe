"""Penalties on the discriminator's gradient with respect to its input."""

from __future__ import annotations

import torch
from torch import Tensor


def squared_gradient_norm(scores: Tensor, inputs: Tensor) -> Tensor:
    """||d score / d input||^2 of every sample, differentiable in the discriminator's weights.

    Half of its mean over real images is R1, over generated images R2 (Mescheder et al. 2018,
    https://arxiv.org/abs/1801.04406, eq. 9 and 10); gamma is left to the caller.

    Args:
        scores: shape (batch,), computed from ``inputs`` without mixing samples.
        inputs: shape (batch, ...), requiring gradients.

    Returns:
        shape (batch,).
    """
    (gradient,) = torch.autograd.grad(scores.sum(), inputs, create_graph=True)
    return gradient.square().flatten(1).sum(1)

"""Penalties on the discriminator's gradient with respect to its input."""

from __future__ import annotations

import torch
from torch import Tensor


def squared_gradient_norms(scores: Tensor, *inputs: Tensor) -> tuple[Tensor, ...]:
    """||d score / d input||^2 of every sample, differentiable in the discriminator's weights.

    Half of its mean over real signals is R1, over generated ones R2 (Mescheder et al. 2018,
    https://arxiv.org/abs/1801.04406, eq. 9 and 10); gamma is left to the caller.

    Args:
        scores: scores of the samples, (batch,), or (batch, patches), which are averaged; each depends only on its row.
            If scores depend on the batch, gradients are those of the sum of all scores.
        inputs: tensors of shape (batch, ...) that require gradients.

    Returns:
        a tensor of shape (batch,) for each input.
    """
    whole = scores if scores.dim() == 1 else scores.flatten(1).mean(1)
    gradients = torch.autograd.grad(whole.sum(), inputs, create_graph=True)
    return tuple(gradient.square().flatten(1).sum(1) for gradient in gradients)


def between(real: Tensor, fake: Tensor) -> Tensor:
    """A uniformly random point on the line from every real signal to its generated partner."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device, dtype=real.dtype)
    return torch.lerp(real, fake, share)


def distance_from_unit_norm(squared_norms: Tensor) -> Tensor:
    """(||gradient|| - 1)^2 of every sample, the penalty of WGAN-GP at the points from `between`.

    Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, eq. 3.

    Args:
        squared_norms: (batch,), from `squared_gradient_norms`.
    """
    return ((squared_norms + 1e-12).sqrt() - 1).square()

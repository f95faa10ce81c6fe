"""The Frechet distance between Gaussians, fast enough to compute during a training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Gaussian:
    """A multivariate normal distribution, as float64 on the CPU.

    Attributes:
        mean: (features,).
        covariance: (features, features), symmetric; may be singular.
    """

    mean: Tensor
    covariance: Tensor

    @classmethod
    def fit(cls, features: np.ndarray) -> Gaussian:
        """Mean and unbiased covariance of (N, features), N of at least 2 and possibly less than the features."""
        points = torch.from_numpy(features.astype(np.float64))
        mean = points.mean(0)
        centred = points - mean
        return cls(mean, centred.T @ centred / (len(points) - 1))


def frechet_distance(one: Gaussian, other: Gaussian) -> float:
    """Squared Wasserstein-2 distance: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)).

    Heusel et al. 2017, https://arxiv.org/abs/1706.08500, eq. 6. For Gaussians that were fitted to samples, it falls
    with the number of samples, even if the distributions are equal: compare only equal numbers.

    With C = F F^T, the trace of (C1 C2)^(1/2) is the sum of the singular values of F1^T F2. Unlike the eigenvalues of
    C1 C2, they do not lose precision to the square root of rounding errors if the covariances are singular.
    """
    difference = one.mean - other.mean
    traces = one.covariance.trace() + other.covariance.trace()
    overlap = torch.linalg.svdvals(_factor(one.covariance).T @ _factor(other.covariance)).sum()
    return float(difference @ difference + traces - 2 * overlap)


def _factor(covariance: Tensor) -> Tensor:
    """F with F F^T = ``covariance``, by eigenvalues; those within rounding errors of zero count as zero."""
    eigenvalues, vectors = torch.linalg.eigh(covariance)
    rounding = eigenvalues[-1] * len(eigenvalues) * torch.finfo(eigenvalues.dtype).eps
    factor: Tensor = vectors * torch.where(eigenvalues > rounding, eigenvalues, 0).sqrt()
    return factor

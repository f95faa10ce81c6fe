"""What stands in for classes where nobody has named any: groups of images that look alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file, save
from torch import Tensor, nn

from ganforge.files import write_durably

CLUSTERS = 20
COMPONENTS = 64
LONGEST = 32  # positions of an axis that are looked at
IMAGES = 10_000  # that the groups are made of
VALUES_AT_ONCE = 20_000_000  # of signals that are floats at the same time, 80 MB
FILE = "clusters.safetensors"

_SHRINK: dict[int, Callable[..., Tensor]] = {
    1: nn.functional.adaptive_avg_pool1d,
    2: nn.functional.adaptive_avg_pool2d,
    3: nn.functional.adaptive_avg_pool3d,
}


@dataclass(frozen=True)
class Clusters:
    """K-means on the principal components of small versions of the signals.

    Unlike the features of an untrained network, which hardly notice that a kind of image is missing, their histogram
    does.

    Attributes:
        mean: (values,) of the small versions.
        axes: (components, values), the principal ones.
        centres: (clusters, components).
    """

    mean: np.ndarray
    axes: np.ndarray
    centres: np.ndarray

    @classmethod
    def fit(cls, signals: np.ndarray, seed: int) -> Clusters:
        """Groups some of the uint8 ``signals``, (N, *shape)."""
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA

        chosen = np.sort(np.random.default_rng(seed).permutation(len(signals))[:IMAGES])
        values = shrunk(signals[chosen])
        components = min(COMPONENTS, *values.shape)
        pca = PCA(components, svd_solver="covariance_eigh", random_state=seed).fit(values)
        groups = KMeans(min(CLUSTERS, len(values)), n_init=4, random_state=seed).fit(pca.transform(values))
        return cls(
            *(np.ascontiguousarray(x, np.float32) for x in (pca.mean_, pca.components_, groups.cluster_centers_))
        )

    def __call__(self, signals: np.ndarray) -> np.ndarray:
        """The group of each of the uint8 ``signals``; (N,) int64."""
        places = shrunk(signals) @ self.axes.T - self.mean @ self.axes.T
        nearest: np.ndarray = ((self.centres**2).sum(1) - 2 * places @ self.centres.T).argmin(1)
        return nearest

    def save(self, folder: Path) -> None:
        """Writes what `load` reads."""
        write_durably(folder / FILE, save(vars(self)))

    @classmethod
    def load(cls, folder: Path) -> Clusters:
        """Opens what `save` wrote."""
        return cls(**load_file(folder / FILE))


def shrunk(signals: np.ndarray) -> np.ndarray:
    """(N, *shape) uint8 to (N, values) float32, averaged where an axis is long; a few at a time."""
    size = signals.shape[2:]
    step = max(1, VALUES_AT_ONCE // math.prod(signals.shape[1:]))
    parts = []
    for start in range(0, len(signals), step):
        values = torch.from_numpy(np.array(signals[start : start + step])).float()
        if max(size) > LONGEST:
            values = _SHRINK[len(size)](values, [min(length, LONGEST) for length in size])
        parts.append(values.flatten(1).numpy())
    return np.concatenate(parts)

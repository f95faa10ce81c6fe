"""Groups of similar signals, which replace classes if there are no labels."""

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
from ganforge.signals import Signal

CLUSTERS = 20
COMPONENTS = 64
LONGEST = 32  # positions of an axis of the small versions
IMAGES = 10_000  # to fit the groups to
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

    If a kind of signal is missing, their histogram shows it; the features of an untrained network hardly do.

    Attributes:
        signal: the kind of the signals.
        mean: (values,) mean of the small versions.
        axes: (components, values), the principal axes.
        centres: (clusters, components).
    """

    signal: Signal
    mean: np.ndarray
    axes: np.ndarray
    centres: np.ndarray

    @classmethod
    def fit(cls, stored: np.ndarray, signal: Signal, seed: int) -> Clusters:
        """Fits groups to some of the ``stored`` signals, (N, *shape)."""
        from sklearn.cluster import KMeans
        from sklearn.decomposition import PCA

        chosen = np.sort(np.random.default_rng(seed).permutation(len(stored))[:IMAGES])
        values = shrunk(stored[chosen], signal)
        components = min(COMPONENTS, *values.shape)
        pca = PCA(components, svd_solver="covariance_eigh", random_state=seed).fit(values)
        groups = KMeans(min(CLUSTERS, len(values)), n_init=4, random_state=seed).fit(pca.transform(values))
        arrays = (pca.mean_, pca.components_, groups.cluster_centers_)
        return cls(signal, *(np.ascontiguousarray(x, np.float32) for x in arrays))

    def __call__(self, stored: np.ndarray) -> np.ndarray:
        """The group of each of the ``stored`` signals; (N,) int64."""
        places = shrunk(stored, self.signal) @ self.axes.T - self.mean @ self.axes.T
        nearest: np.ndarray = ((self.centres**2).sum(1) - 2 * places @ self.centres.T).argmin(1)
        return nearest

    def save(self, folder: Path) -> None:
        """Writes what `load` reads."""
        write_durably(folder / FILE, save({name: getattr(self, name) for name in ("mean", "axes", "centres")}))

    @classmethod
    def load(cls, folder: Path, signal: Signal) -> Clusters:
        """Opens what `save` wrote."""
        return cls(signal, **load_file(folder / FILE))


def shrunk(stored: np.ndarray, signal: Signal) -> np.ndarray:
    """Small versions (N, values) float32 of signals (N, *shape), averaged along long axes."""
    channels, *size = signal.view_shape
    step = max(1, VALUES_AT_ONCE // math.prod(signal.network_shape))
    values_of_each = signal.views * channels * math.prod(min(length, LONGEST) for length in size)
    blocks = [np.empty((0, values_of_each), np.float32)]
    for start in range(0, len(stored), step):
        some = np.array(stored[start : start + step])
        values = signal.for_features(signal.presented(some, torch.device("cpu")))
        if max(size) > LONGEST:
            values = _SHRINK[len(size)](values, [min(length, LONGEST) for length in size])
        blocks.append(values.reshape(len(some), -1).numpy())
    return np.concatenate(blocks)

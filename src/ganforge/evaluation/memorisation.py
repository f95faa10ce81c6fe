"""Are samples copies of training data?"""

from __future__ import annotations

import numpy as np
import torch

from ganforge.evaluation.neighbours import nearest


def authentic(points: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Which points are not copies: those farther from their nearest training point than that is from its neighbour.

    The authenticity of Alaa et al. 2022, https://arxiv.org/abs/2102.08921, section 3.3. Compare its share among samples
    with that of held-out real data: alone it says little.

    Args:
        points: (N, features) float32.
        train: (M, features) float32 of the training data, M of at least 2.

    Returns:
        (N,) bool.
    """
    known = torch.from_numpy(train)
    index, distance = nearest(torch.from_numpy(points), known)
    originals, position = torch.unique(index, return_inverse=True)
    _, spacing = nearest(known[originals], known, among=originals)
    result: np.ndarray = (distance > spacing[position]).numpy()
    return result


def nearest_training(points: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The training item that is nearest to each point, and its distance.

    Args:
        points: (N, features) float32.
        train: (M, features) float32.

    Returns:
        index (N,) and Euclidean distance (N,).
    """
    index, distance = nearest(torch.from_numpy(points), torch.from_numpy(train))
    return index.numpy(), distance.numpy()

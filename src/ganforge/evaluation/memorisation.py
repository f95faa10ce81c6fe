"""Did the generator learn, or did it copy?"""

from __future__ import annotations

import numpy as np
import torch

from ganforge.evaluation.neighbours import nearest


def authentic(points: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Which points are no copies: those farther from their nearest training point than that one is from the next.

    The authenticity of Alaa et al. 2022, https://arxiv.org/abs/2102.08921, section 3.3. Its share among samples says
    little alone; it has to be near that of real data that nobody has trained on.

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
    """The training item that is nearest to each point, and how far it is.

    Args:
        points: (N, features) float32.
        train: (M, features) float32.

    Returns:
        index (N,) and Euclidean distance (N,).
    """
    index, distance = nearest(torch.from_numpy(points), torch.from_numpy(train))
    return index.numpy(), distance.numpy()

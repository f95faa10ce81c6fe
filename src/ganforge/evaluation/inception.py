"""The scores that papers quote, on features of Inception v3 trained on ImageNet, by torch-fidelity.

They are what to compare with the literature by, and little else: that network has seen photographs of a thousand
things, at 299x299 pixels. Unlike those of the project's own extractor they are called FID and KID.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ganforge.errors import UserError

SUBSET = 1000  # images in each of the hundred random subsets that KID is the mean over, as published
SPLITS = 10  # parts that the Inception score is the mean over, as published


class _Pictures(Dataset[Tensor]):
    """uint8 (N, 1 or 3, height, width) as colour images."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return torch.from_numpy(np.array(self.images[index])).expand(3, -1, -1)


def inception_scores(
    samples: np.ndarray, train: np.ndarray, test: np.ndarray, device: torch.device, **settings: Any
) -> dict[str, float]:
    """FID, KID, Inception score, precision and recall of samples, and FID and KID of as many real test images.

    Heusel et al. 2017, https://arxiv.org/abs/1706.08500; Binkowski et al. 2018, https://arxiv.org/abs/1801.01401;
    Salimans et al. 2016, https://arxiv.org/abs/1606.03498; Kynkaanniemi et al. 2019, https://arxiv.org/abs/1904.06991.

    Args:
        samples: uint8 (N, channels, height, width) of one seed.
        train: the real training images that they are compared with.
        test: real held-out images.
        device: where to compute.
        settings: passed on to torch-fidelity.

    Raises:
        UserError: there is no torch-fidelity, its weights cannot be had, or these are no grey or colour images.
    """
    if samples.ndim != 4 or samples.shape[1] not in (1, 3):
        raise UserError(f"Inception looks at grey and colour images, not at arrays of shape {samples.shape[1:]}.")
    try:
        from torch_fidelity import calculate_metrics
    except ImportError:
        raise UserError("torch-fidelity is not installed: run `pip install 'ganforge[inception]'`.") from None
    count = min(len(samples), len(test))

    def measure(images: np.ndarray, **wanted: bool) -> Mapping[str, float]:
        chosen: dict[str, Any] = {
            "cuda": device.type == "cuda",
            "feature_extractor": "inception-v3-compat",
            "feature_layer_prc": "2048",  # with the extractor left to it, torch-fidelity takes VGG16 for these
            "cache": False,  # it would be looked up by name, not by content
            "verbose": False,
            "isc_splits": min(SPLITS, count),
            "prc_batch_size": 1000,  # distances to all training images are held at once
            "kid_subset_size": min(SUBSET, count, len(train)),
        }
        try:
            scores: Mapping[str, float] = calculate_metrics(
                input1=_Pictures(images), input2=_Pictures(train), fid=True, kid=True, **chosen | settings | wanted
            )
        except OSError as error:
            raise UserError(
                f"the weights of Inception cannot be downloaded ({error}); try again where there is a network, and "
                "torch.hub keeps them for later."
            ) from error
        return scores

    fake = measure(samples[:count], isc=True, prc=True)
    real = measure(test[np.sort(np.random.default_rng(0).permutation(len(test))[:count])])
    return {
        "fid": float(fake["frechet_inception_distance"]),
        "fid_floor": float(real["frechet_inception_distance"]),
        "kid": float(fake["kernel_inception_distance_mean"]),
        "kid_floor": float(real["kernel_inception_distance_mean"]),
        "is": float(fake["inception_score_mean"]),
        "precision": float(fake["precision"]),
        "recall": float(fake["recall"]),
    }

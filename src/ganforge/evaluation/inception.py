"""The scores that papers quote, on features of Inception v3 trained on ImageNet, by torch-fidelity.

Use them to compare with the literature, and for little else: that network was trained on photographs of a thousand
things, at 299x299 pixels. Only these scores are called FID and KID, not those of the project's own extractor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ganforge.errors import UserError

SUBSET = 1000  # images in each of the hundred random subsets; KID is the mean over these, as published
SPLITS = 10  # parts; the Inception score is the mean over these, as published


class _Pictures(Dataset[Tensor]):
    """Converts uint8 (N, 1 or 3, height, width) to colour images."""

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
        train: the real training images to compare them with.
        test: real held-out images.
        device: where to compute.
        settings: passed on to torch-fidelity.

    Raises:
        UserError: torch-fidelity or its weights are missing, or the samples are not grey or colour images.
    """
    if samples.ndim != 4 or samples.shape[1] not in (1, 3):
        raise UserError(f"Inception accepts grey and colour images, not arrays of shape {samples.shape[1:]}.")
    try:
        from torch_fidelity import calculate_metrics
    except ImportError:
        raise UserError("torch-fidelity is not installed: run `pip install 'ganforge[inception]'`.") from None
    count = min(len(samples), len(test))

    def measure(images: np.ndarray, **wanted: bool) -> Mapping[str, float]:
        chosen: dict[str, Any] = {
            "cuda": device.type == "cuda",
            "feature_extractor": "inception-v3-compat",
            "feature_layer_prc": "2048",  # torch-fidelity's default for these is VGG16
            "cache": False,  # the cache finds data by name, not by content
            "verbose": False,
            "isc_splits": min(SPLITS, count),
            "prc_batch_size": 1000,  # memory holds the distances of a batch to all training images
            "kid_subset_size": min(SUBSET, count, len(train)),
        }
        try:
            scores: Mapping[str, float] = calculate_metrics(
                input1=_Pictures(images), input2=_Pictures(train), fid=True, kid=True, **chosen | settings | wanted
            )
        except OSError as error:
            raise UserError(
                f"the weights of Inception cannot be downloaded ({error}); try again with a connection. torch.hub then "
                "keeps them."
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

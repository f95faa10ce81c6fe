"""A fast score to choose the best generator during a training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ganforge.features.extractor import Extractor
from ganforge.features.frechet import Gaussian, frechet_distance
from ganforge.files import read_array
from ganforge.networks.sampling import CHECK_SEED, decode, draw_latents
from ganforge.networks.spec import NetworkSpec
from ganforge.prepared.columns import Arrays


def distance_to_training_data(
    extractor: Path, spec: NetworkSpec, pool: Arrays, samples: int, device: torch.device
) -> Callable[[nn.Module], float]:
    """A function from a generator to the Frechet distance of its samples from the real training data.

    It does not use the held-out data, so the final scores stay unbiased.

    Args:
        extractor: folder with the feature network and the features of the training data.
        spec: specification of the generators.
        pool: columns of the training data to draw conditions from.
        samples: how many to draw; the distance falls with their number, so compare only equal numbers.
        device: where to draw samples and compute features.
    """
    features = Extractor.load(extractor, device)
    real = Gaussian.fit(read_array(extractor / "train_features.npy"))
    latents = draw_latents(CHECK_SEED, samples, spec.latent_dim)
    condition = spec.condition.draw(CHECK_SEED, samples, pool)

    def judge(generator: nn.Module) -> float:
        drawn = np.concatenate(
            [spec.signal.rebuilt(block) for block in decode(generator, spec, latents, condition, device)]
        )
        return frechet_distance(real, Gaussian.fit(features(drawn).values))

    return judge

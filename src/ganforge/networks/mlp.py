"""Dense networks: Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661.

As in the paper, the generator has rectifiers, and neither network uses the structure of images. Departures: LeakyReLU
instead of maxout in the discriminator; batch norm, and the signal's last step instead of a sigmoid, in the generator.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.build import Family
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import LEAK, LatentAndCondition, initialise
from ganforge.networks.spec import NetworkSpec

HIDDEN_LAYERS = 3


class MLPGenerator(LatentGenerator):
    """Latent vector -> three hidden layers of 8 * width rectifiers with batch norm."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.shape = spec.shape
        self.input = LatentAndCondition(spec)
        units, features = 8 * spec.width, self.input.features
        layers: list[nn.Module] = []
        for _ in range(HIDDEN_LAYERS):
            layers += [nn.Linear(features, units, bias=False), nn.BatchNorm1d(units), nn.ReLU()]
            features = units
        self.layers = nn.Sequential(*layers, nn.Linear(features, math.prod(spec.shape)))
        initialise(self)

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        first: nn.Linear = self.layers[0]  # type: ignore[assignment]
        return first.weight

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        x: Tensor = self.layers(code)
        return x.reshape(-1, *self.shape)


class MLPDiscriminator(nn.Module):
    """Flattened signal -> three hidden layers of 8 * width LeakyReLU -> score."""

    mixes_batch = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        units, features = 8 * spec.width, math.prod(spec.shape)
        layers: list[nn.Module] = [nn.Flatten()]
        for _ in range(HIDDEN_LAYERS):
            layers += [nn.Linear(features, units), nn.LeakyReLU(LEAK)]
            features = units
        self.layers = nn.Sequential(*layers)
        self.head = spec.condition.scorer(units, nn.Linear)
        initialise(self)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.head(self.layers(x), condition)
        return score


FAMILY = Family(MLPGenerator, MLPDiscriminator)

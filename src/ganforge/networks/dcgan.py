"""Deep convolutional networks: Radford et al. 2015, https://arxiv.org/abs/1511.06434.

A dense start at the base size (7x7 for 28x28), transposed convolutions up to the full size with batch norm and ReLU,
tanh; a discriminator of strided convolutions with LeakyReLU. Departures:

* The layers next to the signal, a strided convolution of kernel 6 and its transpose, are computed as a convolution of
  kernel 3 and a space-to-depth rearrangement. The result is the same (Shi et al. 2016,
  https://arxiv.org/abs/1609.07009), and about twice as fast on CPU for signals with one channel.
* The signal defines the last step, as in all families; for images, `ganforge.signals.image.saturate` instead of tanh.
* The generator starts from up to seven positions per axis, 7x7 for 28x28. The discriminator halves until no axis is
  longer than four, as in the paper for 64x64; if it ended at 7x7, as in tutorials, its features would see 12 of 28
  pixels.
* No batch norm in the discriminator: gradient penalties are per sample, and batch norm ties samples together
  (Gulrajani et al. 2017, https://arxiv.org/abs/1704.00028, section 4).
* Optionally, one more convolution of kernel 3 at half of the full size, with batch norm and ReLU, which relates
  neighbouring outputs of the last transposed convolution.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.attention import attention_at
from ganforge.networks.build import Family
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import (
    BATCH_NORM,
    CONVOLUTION,
    LEAK,
    TRANSPOSED_CONVOLUTION,
    Crop,
    DepthToSpace,
    Flatten,
    LatentAndCondition,
    Positions,
    SpaceToDepth,
    Unflatten,
    crop,
    factors,
    initialise,
    level_channels,
    pyramid,
    strided,
)
from ganforge.networks.settings import DCGANSettings
from ganforge.networks.spec import NetworkSpec

DISCRIMINATOR_BASE = 4  # most positions of an axis at the end


class DCGANGenerator(LatentGenerator):
    """Latent vector -> dense start -> transposed convolutions."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        axes = len(spec.size)
        self.sizes = pyramid(spec.size)
        base = len(self.sizes) - 1
        channels = level_channels(spec.width, base)
        self.input = LatentAndCondition(spec)
        self.start = nn.Linear(self.input.features, channels * math.prod(self.sizes[base]))
        self.normalise = nn.Sequential(
            Unflatten(self.sizes[base]),
            BATCH_NORM[axes](channels),
            nn.ReLU(inplace=True),
            *attention_at(base, spec, channels),
        )
        self.up = nn.Sequential()  # from level base to level 1, with an optional refinement there
        for level in range(base - 1, 0, -1):
            finer = level_channels(spec.width, level)
            factor = factors(self.sizes[level], self.sizes[level + 1])
            self.up.append(
                nn.Sequential(
                    TRANSPOSED_CONVOLUTION[axes](channels, finer, bias=False, **strided(factor)),
                    BATCH_NORM[axes](finer),
                    nn.ReLU(inplace=True),
                    Crop(self.sizes[level]),
                    *attention_at(level, spec, finer),
                )
            )
            channels = finer
        if isinstance(spec.settings, DCGANSettings) and spec.settings.refinement:
            refining = CONVOLUTION[axes](channels, channels, 3, padding=1, bias=False)
            self.up.append(nn.Sequential(refining, BATCH_NORM[axes](channels), nn.ReLU(inplace=True)))
        last = factors(self.sizes[0], self.sizes[1])
        self.output = nn.Sequential(
            CONVOLUTION[axes](channels, spec.channels * math.prod(last), 3, padding=1), DepthToSpace(last)
        )
        initialise(self)

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        return self.start.weight

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        x = self.up(self.normalise(self.start(code)))
        return crop(self.output(x), self.sizes[0])


class StridedConvolutions(nn.Sequential):
    """Strided convolutions with LeakyReLU, from the signal down to at most four positions per axis.

    Attributes:
        channels: channels of the result.
        size: size of the result.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        axes = len(spec.size)
        sizes = pyramid(spec.size, DISCRIMINATOR_BASE)
        first = factors(sizes[0], sizes[1])
        channels = level_channels(spec.width, 1)
        positions = [Positions(spec.size, spec.still_axes)] if any(spec.still_axes) else []
        seen = spec.channels + sum(spec.still_axes)
        layers: list[nn.Module] = [
            *positions,
            SpaceToDepth(first),
            CONVOLUTION[axes](seen * math.prod(first), channels, 3, padding=1),
            nn.LeakyReLU(LEAK, inplace=True),
            *attention_at(1, spec, channels),
        ]
        for level in range(2, len(sizes)):
            coarser = level_channels(spec.width, level)
            factor = factors(sizes[level - 1], sizes[level])
            layers += [
                CONVOLUTION[axes](channels, coarser, **strided(factor, sizes[level - 1])),
                nn.LeakyReLU(LEAK, inplace=True),
                *attention_at(level, spec, coarser),
            ]
            channels = coarser
        super().__init__(*layers)
        self.channels, self.size = channels, sizes[-1]


class DCGANDiscriminator(nn.Module):
    """Strided convolutions with LeakyReLU -> score."""

    mixes_batch = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        convolutions = StridedConvolutions(spec)
        self.layers = nn.Sequential(*convolutions, Flatten())
        self.head = spec.condition.scorer(convolutions.channels * math.prod(convolutions.size), nn.Linear)
        initialise(self)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.head(self.layers(x), condition)
        return score


FAMILY = Family(DCGANGenerator, DCGANDiscriminator)

"""Residual networks without normalisation: the block of R3GAN, Huang et al. 2024, https://arxiv.org/abs/2501.05441.

Each block is 1x1, grouped 3x3, 1x1, with the last layer initialised to zero, so that a network starts as its shortcuts;
a [1, 2, 1] filter changes sizes. A departure: the signal defines the generator's last step, as in all families.
"""

from __future__ import annotations

import math

from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.attention import attention_at
from ganforge.networks.build import Family
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import (
    CONVOLUTION,
    LEAK,
    BlurredDownsample,
    BlurredUpsample,
    Flatten,
    LatentAndCondition,
    Unflatten,
    factors,
    level_channels,
    pyramid,
)
from ganforge.networks.spec import NetworkSpec

EXPANSION = 2  # channels inside a block, as a multiple of those outside
GROUP_CHANNELS = 16  # least channels in a group of the 3x3 convolution
BLOCKS_PER_LEVEL = 1


class ResidualBlock(nn.Module):
    """x + 1x1(act(grouped 3x3(act(1x1(x))))), the last convolution zero at the start.

    Args:
        axes: number of axes of the signal.
        channels: channels in and out.
        blocks: residual blocks of the whole network; the weights are scaled by blocks^(-1/4) so that the variance of
            the output does not grow with depth (Zhang et al. 2019, https://arxiv.org/abs/1901.09321).
    """

    def __init__(self, axes: int, channels: int, blocks: int) -> None:
        super().__init__()
        inner = EXPANSION * channels
        convolution = CONVOLUTION[axes]
        self.expand = convolution(channels, inner, 1)
        self.spatial = convolution(inner, inner, 3, padding=1, groups=_groups(inner))
        self.contract = convolution(inner, channels, 1, bias=False)
        for layer in (self.expand, self.spatial):
            _scaled_normal(layer, blocks**-0.25)
        _scaled_normal(self.contract, 0.0)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to the same."""
        y: Tensor = nn.functional.leaky_relu(self.expand(x), LEAK)
        y = nn.functional.leaky_relu(self.spatial(y), LEAK)
        y = self.contract(y)
        return x + y


class Upsample(nn.Module):
    """A 1x1 convolution adapts the channels, then positions are repeated up to ``size`` and blurred."""

    def __init__(self, channels: int, finer_channels: int, coarse: tuple[int, ...], size: tuple[int, ...]) -> None:
        super().__init__()
        self.adapt = CONVOLUTION[len(size)](channels, finer_channels, 1, bias=False)
        self.enlarge = BlurredUpsample(coarse, size)
        _scaled_normal(self.adapt, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *coarse) to (batch, finer_channels, *size)."""
        enlarged: Tensor = self.enlarge(self.adapt(x))
        return enlarged


class Downsample(nn.Module):
    """Blurs, keeps every ``factor``-th position, then adapts the channels by a 1x1 convolution."""

    def __init__(self, channels: int, coarser_channels: int, factor: tuple[int, ...]) -> None:
        super().__init__()
        self.shrink = BlurredDownsample(factor)
        self.adapt = CONVOLUTION[len(factor)](channels, coarser_channels, 1, bias=False)
        _scaled_normal(self.adapt, 1.0)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, coarser_channels, *(size / factor)), rounded up."""
        adapted: Tensor = self.adapt(self.shrink(x))
        return adapted


class ResNetGenerator(LatentGenerator):
    """Dense start at the base size -> residual blocks and upsampling -> 1x1 convolution."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        axes, self.sizes = len(spec.size), pyramid(spec.size)
        base = len(self.sizes) - 1
        blocks = BLOCKS_PER_LEVEL * len(self.sizes)
        channels = level_channels(spec.width, base)
        self.input = LatentAndCondition(spec)
        self.start = nn.Linear(self.input.features, channels * math.prod(self.sizes[base]))
        _scaled_normal(self.start, 1.0)
        layers: list[nn.Module] = [Unflatten(self.sizes[base])]
        layers += [ResidualBlock(axes, channels, blocks) for _ in range(BLOCKS_PER_LEVEL)]
        layers += attention_at(base, spec, channels)
        for level in range(base - 1, -1, -1):
            finer = level_channels(spec.width, level)
            layers.append(Upsample(channels, finer, self.sizes[level + 1], self.sizes[level]))
            layers += [ResidualBlock(axes, finer, blocks) for _ in range(BLOCKS_PER_LEVEL)]
            layers += attention_at(level, spec, finer)
            channels = finer
        self.layers = nn.Sequential(*layers)
        self.output = CONVOLUTION[axes](channels, spec.channels, 1)
        _scaled_normal(self.output, 1.0)

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        return self.start.weight

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        signal: Tensor = self.output(self.layers(self.start(code)))
        return signal


class ResNetDiscriminator(nn.Module):
    """1x1 convolution -> residual blocks and downsampling to the base size -> score."""

    mixes_batch = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        axes, sizes = len(spec.size), pyramid(spec.size)
        blocks = BLOCKS_PER_LEVEL * len(sizes)
        channels = level_channels(spec.width, 0)
        self.input = CONVOLUTION[axes](spec.channels, channels, 1)
        _scaled_normal(self.input, 1.0)
        layers: list[nn.Module] = []
        for level in range(len(sizes)):
            layers += [ResidualBlock(axes, channels, blocks) for _ in range(BLOCKS_PER_LEVEL)]
            layers += attention_at(level, spec, channels)
            if level + 1 < len(sizes):
                coarser = level_channels(spec.width, level + 1)
                layers.append(Downsample(channels, coarser, factors(sizes[level], sizes[level + 1])))
                channels = coarser
        self.layers = nn.Sequential(*layers, Flatten(), nn.LeakyReLU(LEAK))
        self.head = spec.condition.scorer(channels * math.prod(sizes[-1]), nn.Linear)
        assert isinstance(self.head.scores, nn.Module)
        _scaled_normal(self.head.scores, 1.0)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.head(self.layers(self.input(x)), condition)
        return score


def _groups(channels: int) -> int:
    """The largest number of equal groups of at least GROUP_CHANNELS channels each."""
    wanted = max(1, channels // GROUP_CHANNELS)
    return next(groups for groups in range(wanted, 0, -1) if channels % groups == 0)


def _scaled_normal(layer: nn.Module, gain: float) -> None:
    """Variance-preserving normal weights times ``gain``, zero bias."""
    assert isinstance(layer.weight, Tensor)
    fan_in = layer.weight[0].numel()
    nn.init.normal_(layer.weight, std=gain / math.sqrt(fan_in))
    if isinstance(layer.bias, Tensor):
        nn.init.zeros_(layer.bias)


FAMILY = Family(ResNetGenerator, ResNetDiscriminator)

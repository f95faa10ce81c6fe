"""Modulated convolutions up to half of the full resolution: the strengths of StyleGAN2 at the cost of a DCGAN.

Karras et al. 2020, https://arxiv.org/abs/1912.04958. Batch norm loses flat and saturated colours, and collapses on
small data of this kind. As in `ganforge.networks.style`, a style w scales the channels of every convolution, whose
weights have unit norm, and the signal is the sum of the outputs of all levels. Differences:

* Transposed convolutions of kernel 4 enlarge the size. The full resolution has few channels, which are upsampled with
  blur and convolved once. A depth-to-space rearrangement, as in `ganforge.networks.dcgan`, leaves chequerboard
  artefacts in flat colours.
* It starts from a dense layer instead of a constant, and adds no noise.
* Convolutions have no equalised learning rate, which learns more slowly at the rates that suit the other families.
* The discriminator is that of a DCGAN with minibatch standard deviation at its end; without it, samples of small data
  of flat pictures soon collapse.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.build import Family
from ganforge.networks.dcgan import StridedConvolutions
from ganforge.networks.equalised import EPSILON, GAIN, BatchScore, EqualisedLinear
from ganforge.networks.latent import NOTHING
from ganforge.networks.layers import (
    CONVOLUTION,
    CONVOLVE,
    CONVOLVE_TRANSPOSED,
    LEAK,
    BlurredUpsample,
    RepeatedUpsample,
    Unflatten,
    crop,
    factors,
    initialise,
    level_channels,
    pyramid,
    strided,
)
from ganforge.networks.spec import NetworkSpec
from ganforge.networks.style import MappedGenerator

FULL = 8  # channels at the full resolution, unless the signal has more


class ModulatedGrowth(nn.Module):
    """Modulated transposed convolution to the next finer size -> bias -> LeakyReLU that keeps the variance.

    The norm of the weights follows eq. 3 of the paper, over the taps that contribute to an output position.

    Args:
        style_dim: entries of w.
        channels, outputs: channels in and out.
        coarse, size: sizes before and after.
    """

    def __init__(
        self, style_dim: int, channels: int, outputs: int, coarse: tuple[int, ...], size: tuple[int, ...]
    ) -> None:
        super().__init__()
        factor = factors(size, coarse)
        place = strided(factor)
        self.grow, self.size = CONVOLVE_TRANSPOSED[len(size)], size
        self.stride, self.padding = place["stride"], place["padding"]
        self.share = 1 / math.prod(factor)  # of the taps that contribute to a position
        self.style = EqualisedLinear(style_dim, channels, bias=1.0)
        taps = math.prod(place["kernel_size"]) * self.share
        self.weight = nn.Parameter(torch.randn(channels, outputs, *place["kernel_size"]) / math.sqrt(channels * taps))
        self.bias = nn.Parameter(torch.zeros(outputs, *[1] * len(size)))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(batch, channels, *coarse) and (batch, style_dim) to (batch, outputs, *size)."""
        style = self.style(w)
        y = self.grow(x * as_channels(style, x), self.weight, stride=self.stride, padding=self.padding)
        power = self.weight.square().flatten(2).sum(2) * self.share  # (channels, outputs)
        y = crop(y, self.size) * as_channels((style.square() @ power + EPSILON).rsqrt(), y)
        return nn.functional.leaky_relu(y + self.bias.to(y.dtype), LEAK) * GAIN


class ModulatedOutput(nn.Module):
    """The contribution of a level to the signal: a modulated convolution without normalised weights.

    Args:
        style_dim: entries of w.
        channels, outputs: channels in and out.
        kernel: length of every axis of the kernel, odd.
        axes: number of axes of the signal.
    """

    def __init__(self, style_dim: int, channels: int, outputs: int, kernel: int, axes: int) -> None:
        super().__init__()
        self.convolve, self.padding = CONVOLVE[axes], kernel // 2
        self.style = EqualisedLinear(style_dim, channels, bias=1.0)
        self.weight = nn.Parameter(
            torch.randn(outputs, channels, *[kernel] * axes) / math.sqrt(channels * kernel**axes)
        )
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(batch, channels, *size) and (batch, style_dim) to (batch, outputs, *size)."""
        return self.convolve(x * as_channels(self.style(w), x), self.weight, self.bias, padding=self.padding)


def as_channels(factors_of: Tensor, x: Tensor) -> Tensor:
    """(batch, channels) reshaped to multiply ``x``, (batch, channels, *size)."""
    return factors_of.view(*factors_of.shape, *[1] * (x.dim() - 2)).to(x.dtype)


class ModulatedGenerator(MappedGenerator):
    """bound(sum over levels of their contributions), from a style."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        sizes = pyramid(spec.size)
        axes, base, style_dim = len(spec.size), len(sizes) - 1, spec.latent_dim
        channels = [level_channels(spec.width, level) for level in range(base + 1)]
        self.start = EqualisedLinear(style_dim, channels[base] * math.prod(sizes[base]), gain=GAIN)
        self.arrange = nn.Sequential(Unflatten(sizes[base]), nn.LeakyReLU(LEAK))
        self.grow = nn.ModuleList(
            ModulatedGrowth(style_dim, channels[level + 1], channels[level], sizes[level + 1], sizes[level])
            for level in range(base - 1, 0, -1)
        )
        self.outputs = nn.ModuleList(
            ModulatedOutput(style_dim, channels[level], spec.channels, 1, axes) for level in range(base, 0, -1)
        )
        upsample = RepeatedUpsample if spec.signal.is_categorical else BlurredUpsample
        self.upsample = nn.ModuleList(upsample(sizes[level + 1], sizes[level]) for level in range(base - 1, -1, -1))
        full = max(FULL, min(spec.channels, spec.width))
        self.finest = ModulatedOutput(style_dim, channels[1], full, 3, axes)
        self.end = nn.Sequential(
            upsample(sizes[1], sizes[0]),
            nn.LeakyReLU(LEAK),
            CONVOLUTION[axes](full, spec.channels, 3, padding=1),
        )

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, latent_dim) to (batch, *shape)."""
        x = self.arrange(self.start(code))
        signal: Tensor = self.outputs[0](x, code)
        for grow, output, upsample in zip(self.grow, self.outputs[1:], self.upsample):
            x = grow(x, code)
            signal = upsample(signal) + output(x, code)
        whole: Tensor = self.upsample[-1](signal) + self.end(self.finest(x, code))
        return whole

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        return self.start.scaled_weight()


class ModulatedDiscriminator(nn.Module):
    """The discriminator of a DCGAN with minibatch standard deviation before the score."""

    mixes_batch = True

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.layers = StridedConvolutions(spec)
        initialise(self.layers)
        self.score = BatchScore(self.layers.channels, self.layers.size, spec.condition)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.score(self.layers(x), condition)
        return score


FAMILY = Family(ModulatedGenerator, ModulatedDiscriminator)

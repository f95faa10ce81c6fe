"""Layers of the networks of Karras et al., 2017 (https://arxiv.org/abs/1710.10196) and later.

* Equalised learning rate (section 4.1): weights are drawn from N(0, 1) and multiplied by He's constant when used.
  Adam's steps do not depend on the scale of a gradient, so every weight changes by the same share of its spread.
* Pixel norm (section 4.2), on features and on the latent vector.
* Minibatch standard deviation (section 3), which shows the diversity of a batch to the discriminator.

Computations next to a convolution use the number format of its input, which autocast may shorten.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Condition, Tensors
from ganforge.networks.layers import CONVOLVE, LEAK, Flatten, LatentAndCondition

GAIN = math.sqrt(2 / (1 + LEAK**2))  # keeps the variance through LeakyReLU, He 2015
GROUP = 4  # samples in a group for the standard deviation
EPSILON = 1e-8


class EqualisedLinear(nn.Module):
    """A dense layer with equalised learning rate.

    Args:
        features, outputs: entries in and out.
        gain: the standard deviation of an output whose inputs have unit variance.
        bias: value of the biases at the start.
        learning_rate: multiplier of the learning rate; the initial layer does not depend on it.
    """

    def __init__(
        self, features: int, outputs: int, *, gain: float = 1.0, bias: float = 0.0, learning_rate: float = 1.0
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, features) / learning_rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / learning_rate))
        self.scale, self.learning_rate = gain * learning_rate / math.sqrt(features), learning_rate

    def scaled_weight(self) -> Tensor:
        """The scaled weight, (outputs, features)."""
        return self.weight * self.scale

    def forward(self, x: Tensor) -> Tensor:
        """(batch, features) to (batch, outputs)."""
        return nn.functional.linear(x, self.scaled_weight(), self.bias * self.learning_rate)


class EqualisedConvolution(nn.Module):
    """A convolution of odd kernel with equalised learning rate, over one, two or three axes; keeps the size.

    Args:
        axes: number of axes of the signal.
        channels, outputs: channels in and out.
        kernel: length of every axis of the kernel.
        gain: the standard deviation of an output whose inputs have unit variance.
        bias: whether it has a bias, which starts at zero.
    """

    def __init__(
        self, axes: int, channels: int, outputs: int, kernel: int, *, gain: float = 1.0, bias: bool = True
    ) -> None:
        super().__init__()
        self.convolve, self.padding = CONVOLVE[axes], kernel // 2
        self.weight = nn.Parameter(torch.randn(outputs, channels, *[kernel] * axes))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.scale = gain / math.sqrt(channels * kernel**axes)

    def scaled_weight(self) -> Tensor:
        """The scaled weight, (outputs, channels, *kernel)."""
        return self.weight * self.scale

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, outputs, *size)."""
        return self.convolve(x, self.scaled_weight(), self.bias, padding=self.padding)


def rectified_convolution(axes: int, channels: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Equalised convolution and LeakyReLU, keeping the variance."""
    return nn.Sequential(EqualisedConvolution(axes, channels, outputs, kernel, gain=GAIN), nn.LeakyReLU(LEAK))


def pixel_norm(x: Tensor, dim: int = 1) -> Tensor:
    """``x`` with unit mean square along ``dim``; by default over the channels of every position."""
    return x * (x.square().mean(dim, keepdim=True) + EPSILON).rsqrt().to(x.dtype)


class PixelNorm(nn.Module):
    """`pixel_norm` over channels, as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to the same."""
        return pixel_norm(x)


class NormalisedInput(LatentAndCondition):
    """`LatentAndCondition` with the vectors of latent and condition each normalised to unit mean square."""

    def forward(self, latents: Tensor, condition: Tensors) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, features)."""
        vectors = super().forward(latents, condition).view(latents.shape[0], -1, latents.shape[1])
        return pixel_norm(vectors, dim=2).flatten(1)


class MinibatchDeviation(nn.Module):
    """Adds a channel with the standard deviation in a group of samples, averaged over channels and positions.

    A batch is split into groups of `GROUP`, or is one group if it cannot be split; a single sample has deviation zero,
    where the epsilon inside the root keeps second derivatives finite.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, channels + 1, *size)."""
        batch = x.shape[0]
        group = GROUP if batch % GROUP == 0 else batch
        grouped = x.movedim(1, -1).reshape(group, batch // group, -1)  # sample i is in group i % (batch / group)
        variance = (grouped - grouped.mean(0)).square().mean(0)  # faster on a CPU than torch.var
        deviation = (variance + EPSILON).sqrt().mean(1)
        channel = deviation.to(x.dtype).repeat(group).view(-1, *[1] * (x.dim() - 1))
        return torch.cat([x, channel.expand(-1, 1, *x.shape[2:])], dim=1)


class BatchScore(nn.Module):
    """The end of a discriminator: minibatch standard deviation -> convolution -> dense layer -> score."""

    def __init__(self, channels: int, size: tuple[int, ...], condition: Condition) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            MinibatchDeviation(),
            rectified_convolution(len(size), channels + 1, channels),
            Flatten(),
            EqualisedLinear(channels * math.prod(size), channels, gain=GAIN),
            nn.LeakyReLU(LEAK),
        )
        self.head = condition.scorer(channels, EqualisedLinear)

    def forward(self, x: Tensor, condition: Tensors) -> Tensor:
        """(batch, channels, *size) and the condition to (batch,) scores."""
        score: Tensor = self.head(self.layers(x), condition)
        return score

"""Style-based networks: StyleGAN2, Karras et al. 2020, https://arxiv.org/abs/1912.04958.

The latent vector is mapped to a style w, which scales the channels of every convolution of a generator that starts from
a learned constant. Noise adds random detail; the signal is the sum of the outputs of all levels. The discriminator is
residual, with minibatch standard deviation at its end. Departures:

* A [1, 2, 1] filter changes sizes, as in our residual networks.
* No style mixing and no path-length regularisation: StyleGAN2-ADA drops both for small data (its settings for
  CIFAR-10, Karras et al. 2020, https://arxiv.org/abs/2006.06676), and without them every objective works.
* A shorter mapping network, with the width of the latent vector.
* The signal defines the generator's last step, as in all families; the paper has no such step.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.build import Family
from ganforge.networks.equalised import (
    EPSILON,
    GAIN,
    BatchScore,
    EqualisedConvolution,
    EqualisedLinear,
    NormalisedInput,
    rectified_convolution,
)
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import (
    LEAK,
    BlurredDownsample,
    BlurredUpsample,
    factors,
    level_channels,
    pyramid,
)
from ganforge.networks.spec import NetworkSpec

MAPPING_LAYERS = 4  # 8 in the paper; fewer suffice for small signals
MAPPING_LEARNING_RATE = 0.01  # as a multiple of the rate of other layers


class Mapping(nn.Module):
    """Latent vector and condition -> dense layers -> style w."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.input = NormalisedInput(spec)
        layers: list[nn.Module] = []
        features = self.input.features
        for _ in range(MAPPING_LAYERS):
            dense = EqualisedLinear(features, spec.latent_dim, gain=GAIN, learning_rate=MAPPING_LEARNING_RATE)
            layers += [dense, nn.LeakyReLU(LEAK)]
            features = spec.latent_dim
        self.layers = nn.Sequential(*layers)

    def forward(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, latent_dim)."""
        w: Tensor = self.layers(self.input(latents, condition))
        return w


class MappedGenerator(LatentGenerator):
    """A generator whose code is the style w, computed by a mapping network from latent vector and condition."""

    space = "w"
    one_length = True

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.mapping = Mapping(spec)

    @property
    def can_truncate(self) -> bool:
        """Always: styles can be moved towards their mean."""
        return True

    def encode(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """The style w."""
        w: Tensor = self.mapping(latents, condition)
        return w


class ModulatedConvolution(nn.Module):
    """A convolution whose weights are scaled by the style of each sample, then normalised to unit norm.

    Eq. 1 and 3 of the paper, w'' = s_i w / sqrt(sum_{i,k} (s_i w)^2), are computed on input and output: the
    channels of the input are multiplied by s_i, those of the output by rsqrt(sum_i s_i^2 sum_k w^2). The convolution is
    the same for the whole batch.

    Args:
        axes: number of axes of the signal.
        style_dim: entries of w.
        channels, outputs: channels in and out.
        kernel: length of every axis of the kernel.
        demodulate: whether to normalise the weights to unit norm.
    """

    def __init__(
        self, axes: int, style_dim: int, channels: int, outputs: int, kernel: int, *, demodulate: bool = True
    ) -> None:
        super().__init__()
        self.style = EqualisedLinear(style_dim, channels, bias=1.0)
        self.convolution = EqualisedConvolution(axes, channels, outputs, kernel, bias=False)
        self.demodulate = demodulate

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(batch, channels, *size) and (batch, style_dim) to (batch, outputs, *size)."""
        axes = (1,) * (x.dim() - 2)
        style: Tensor = self.style(w)
        y: Tensor = self.convolution(x * style.view(*style.shape, *axes).to(x.dtype))
        if not self.demodulate:
            return y
        power = self.convolution.scaled_weight().square().flatten(2).sum(2)  # (outputs, channels)
        norm = (style.square() @ power.t() + EPSILON).rsqrt()
        return y * norm.view(*norm.shape, *axes).to(y.dtype)


class Noise(nn.Module):
    """Adds noise, the same for all channels of a position, with a learned strength that starts at zero.

    In training the noise is random; in evaluation it is constant, so that a sample depends only on its latent vector.
    """

    constant: Tensor

    def __init__(self, size: tuple[int, ...]) -> None:
        super().__init__()
        self.strength = nn.Parameter(torch.zeros(()))
        self.register_buffer("constant", torch.randn(1, 1, *size))

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to the same."""
        noise = self.constant
        if self.training:
            noise = torch.randn(x.shape[0], 1, *x.shape[2:], device=x.device)
        return x + (self.strength * noise).to(x.dtype)


class StyledLayer(nn.Module):
    """Modulated convolution -> noise -> bias -> LeakyReLU that keeps the variance."""

    def __init__(self, style_dim: int, channels: int, outputs: int, size: tuple[int, ...]) -> None:
        super().__init__()
        self.convolution = ModulatedConvolution(len(size), style_dim, channels, outputs, 3)
        self.noise = Noise(size)
        self.bias = nn.Parameter(torch.zeros(outputs, *[1] * len(size)))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(batch, channels, *size) and (batch, style_dim) to (batch, outputs, *size)."""
        y: Tensor = self.noise(self.convolution(x, w))
        return nn.functional.leaky_relu(y + self.bias.to(y.dtype), LEAK) * GAIN


class ToSignal(nn.Module):
    """The contribution of a level to the signal: a modulated 1x1 convolution without demodulation."""

    def __init__(self, spec: NetworkSpec, channels: int) -> None:
        super().__init__()
        axes = len(spec.size)
        self.convolution = ModulatedConvolution(axes, spec.latent_dim, channels, spec.channels, 1, demodulate=False)
        self.bias = nn.Parameter(torch.zeros(spec.channels, *[1] * axes))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """(batch, channels, *size) and (batch, style_dim) to (batch, channels of the signal, *size)."""
        y: Tensor = self.convolution(x, w)
        return y + self.bias.to(y.dtype)


class SynthesisLevel(nn.Module):
    """Features and signal enlarged to the next finer size -> two styled layers -> a contribution to the signal."""

    def __init__(self, spec: NetworkSpec, level: int) -> None:
        super().__init__()
        sizes = pyramid(spec.size)
        channels = level_channels(spec.width, level)
        self.upsample = BlurredUpsample(sizes[level + 1], sizes[level])
        self.first = StyledLayer(spec.latent_dim, level_channels(spec.width, level + 1), channels, sizes[level])
        self.second = StyledLayer(spec.latent_dim, channels, channels, sizes[level])
        self.to_signal = ToSignal(spec, channels)

    def forward(self, x: Tensor, signal: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        """Features and signal, (batch, ..., *coarse), and (batch, style_dim) to both at this level's size."""
        x = self.second(self.first(self.upsample(x), w), w)
        return x, self.upsample(signal) + self.to_signal(x, w)


class Synthesis(nn.Module):
    """Learned constant at the base size -> styled layers up to the full size; the signal is summed over levels."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        sizes = pyramid(spec.size)
        base = len(sizes) - 1
        channels = level_channels(spec.width, base)
        self.constant = nn.Parameter(torch.randn(channels, *sizes[base]))
        self.start = StyledLayer(spec.latent_dim, channels, channels, sizes[base])
        self.to_signal = ToSignal(spec, channels)
        self.levels = nn.ModuleList(SynthesisLevel(spec, level) for level in range(base - 1, -1, -1))

    def forward(self, w: Tensor) -> Tensor:
        """(batch, latent_dim) to (batch, *shape), unbounded."""
        x = self.start(self.constant.expand(w.shape[0], *self.constant.shape), w)
        signal: Tensor = self.to_signal(x, w)
        for level in self.levels:
            x, signal = level(x, signal, w)
        return signal


class StyleGenerator(MappedGenerator):
    """bound(synthesis(mapping(latents, condition)))."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.synthesis = Synthesis(spec)

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, latent_dim) to (batch, *shape)."""
        signal: Tensor = self.synthesis(code)
        return signal

    def first_weight(self) -> Tensor:
        """The weight that maps a style to the scales of the first convolution's channels."""
        return self.synthesis.start.convolution.style.scaled_weight()


class ResidualDownsample(nn.Module):
    """(two convolutions + 1x1 convolution) / sqrt(2), both branches reduced to the next coarser size."""

    def __init__(self, channels: int, coarser: int, factor: tuple[int, ...]) -> None:
        super().__init__()
        axes = len(factor)
        self.downsample = BlurredDownsample(factor)
        self.first = rectified_convolution(axes, channels, channels)
        self.second = rectified_convolution(axes, channels, coarser)
        self.shortcut = EqualisedConvolution(axes, channels, coarser, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, coarser, *(size / factor)), rounded up."""
        y: Tensor = self.second(self.downsample(self.first(x)))
        y = y + self.shortcut(self.downsample(x))
        return y / math.sqrt(2)


class StyleDiscriminator(nn.Module):
    """1x1 convolution -> residual blocks down to the base size -> minibatch standard deviation -> score."""

    mixes_batch = True

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        sizes = pyramid(spec.size)
        channels = [level_channels(spec.width, level) for level in range(len(sizes))]
        self.layers = nn.Sequential(
            rectified_convolution(len(spec.size), spec.channels, channels[0], 1),
            *(
                ResidualDownsample(channels[level], channels[level + 1], factors(sizes[level], sizes[level + 1]))
                for level in range(len(sizes) - 1)
            ),
        )
        self.score = BatchScore(channels[-1], sizes[-1], spec.condition)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        score: Tensor = self.score(self.layers(x), condition)
        return score


FAMILY = Family(StyleGenerator, StyleDiscriminator)

"""Networks that grow from coarse to fine during training: Karras et al. 2017, https://arxiv.org/abs/1710.10196.

At every level of the pyramid a 1x1 convolution turns features into a signal, or a signal into features. Training begins
at the base size; each finer level is faded in by interpolating between the enlarged signal of the level before and
its own (fig. 2). Equalised learning rate, pixel norm in the generator, minibatch standard deviation in the
discriminator. Departures:

* A network that is not fully grown still uses the full size outside: the generator repeats positions and the
  discriminator averages them, so that training code need not know.
* The signal defines the generator's last step, as in all families, and levels are faded in before it; the paper has no
  such step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.networks.build import Family
from ganforge.networks.equalised import (
    GAIN,
    BatchScore,
    EqualisedConvolution,
    EqualisedLinear,
    NormalisedInput,
    PixelNorm,
    rectified_convolution,
)
from ganforge.networks.latent import NOTHING, LatentGenerator
from ganforge.networks.layers import (
    AVERAGE_POOL,
    LEAK,
    Unflatten,
    crop,
    factors,
    level_channels,
    pad_to_multiple,
    pyramid,
    repeat_positions,
)
from ganforge.networks.spec import NetworkSpec

GROWN_AT = 0.5  # share of the run after which a network is fully grown; the rest of the run is at the full size


class Growing(nn.Module):
    """A network that may use only its coarser levels; fully grown by default.

    Its growth is not in the state dict, because it follows from the progress of the run.

    Attributes:
        level: the finest level in use; 0 is the full size.
        fade: the share of the output, above 0 and up to 1, from ``level``; the rest is from the level before.
    """

    levels: int
    level: int
    fade: float

    def begin(self, levels: int) -> None:
        """Sets the number of levels, at least two, all in use."""
        self.levels, self.level, self.fade = levels, 0, 1.0

    @property
    def grown(self) -> bool:
        """Whether only the full size is in use."""
        return self.level == 0 and self.fade == 1

    def grow(self, progress: float) -> None:
        """Sets `level` and `fade` for the share ``progress`` of the run, 0 to 1.

        Until GROWN_AT, phases of equal length alternate: in one, only the finest level so far is in use; in the other,
        the next level is faded in linearly.
        """
        phases = 2 * (self.levels - 1)
        position = progress / GROWN_AT * phases
        phase = math.floor(position)
        if phase >= phases:
            self.level, self.fade = 0, 1.0
            return
        self.level = self.levels - 1 - (phase + 1) // 2
        self.fade = position - phase if phase % 2 else 1.0


class ProgressiveGenerator(LatentGenerator, Growing):
    """Dense start at the base size -> two convolutions at every level -> the signal of the finest level in use."""

    one_length = True

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.sizes = pyramid(spec.size)
        self.begin(len(self.sizes))
        axes, base = len(spec.size), len(self.sizes) - 1
        channels = [level_channels(spec.width, level) for level in range(len(self.sizes))]
        self.input = NormalisedInput(spec)
        self.start = nn.Sequential(
            EqualisedLinear(self.input.features, channels[base] * math.prod(self.sizes[base]), gain=GAIN),
            Unflatten(self.sizes[base]),
            nn.LeakyReLU(LEAK),
            PixelNorm(),
            *_normalised_convolution(axes, channels[base], channels[base]),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                *_normalised_convolution(axes, channels[level + 1], channels[level]),
                *_normalised_convolution(axes, channels[level], channels[level]),
            )
            for level in range(base)
        )
        self.to_signal = nn.ModuleList(EqualisedConvolution(axes, c, spec.channels, 1) for c in channels)

    def first_weight(self) -> Tensor:
        """The weight of the dense start."""
        first: EqualisedLinear = self.start[0]  # type: ignore[assignment]
        return first.scaled_weight()

    def unbounded(self, code: Tensor) -> Tensor:
        """(batch, entries of a code) to (batch, *shape)."""
        coarser = features = self.start(code)
        for level in range(self.levels - 2, self.level - 1, -1):
            coarser, features = features, self.blocks[level](enlarge(features, self.sizes[level]))
        signal: Tensor = self.to_signal[self.level](features)
        if self.fade < 1:
            before = enlarge(self.to_signal[self.level + 1](coarser), self.sizes[self.level])
            signal = torch.lerp(before, signal, self.fade)
        for size in self.sizes[: self.level][::-1]:
            signal = enlarge(signal, size)
        return signal


class ProgressiveDiscriminator(Growing):
    """The signal at the finest level in use -> two convolutions and average pooling at every level -> score."""

    mixes_batch = True

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.sizes = pyramid(spec.size)
        self.begin(len(self.sizes))
        axes, base = len(spec.size), len(self.sizes) - 1
        channels = [level_channels(spec.width, level) for level in range(len(self.sizes))]
        self.from_signal = nn.ModuleList(rectified_convolution(axes, spec.channels, c, 1) for c in channels)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                rectified_convolution(axes, channels[level], channels[level]),
                rectified_convolution(axes, channels[level], channels[level + 1]),
            )
            for level in range(base)
        )
        self.score = BatchScore(channels[base], self.sizes[base], spec.condition)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) and the condition to (batch,) scores."""
        for size in self.sizes[1 : self.level + 1]:
            x = shrink(x, size)
        features = self.from_signal[self.level](x)
        for level in range(self.level, self.levels - 1):
            coarse = self.sizes[level + 1]
            features = shrink(self.blocks[level](features), coarse)
            if level == self.level and self.fade < 1:
                features = torch.lerp(self.from_signal[level + 1](shrink(x, coarse)), features, self.fade)
        score: Tensor = self.score(features, condition)
        return score


def grow(network: nn.Module, progress: float) -> None:
    """Sets the growth of every growing network in ``network`` for a share ``progress`` of the run."""
    for module in network.modules():
        if isinstance(module, Growing):
            module.grow(progress)


def grows(network: nn.Module) -> bool:
    """Whether a network in ``network`` grows."""
    return any(isinstance(module, Growing) for module in network.modules())


def enlarge(x: Tensor, size: Sequence[int]) -> Tensor:
    """``x`` enlarged to the next finer ``size`` of its pyramid by repeating positions."""
    return crop(repeat_positions(x, factors(size, x.shape[2:])), size)


def shrink(x: Tensor, size: Sequence[int]) -> Tensor:
    """``x`` reduced to the next coarser ``size`` of its pyramid by averaging positions; reverses `enlarge`."""
    factor = factors(x.shape[2:], size)
    return AVERAGE_POOL[len(size)](pad_to_multiple(x, factor), factor)


def _normalised_convolution(axes: int, channels: int, outputs: int) -> list[nn.Module]:
    return [rectified_convolution(axes, channels, outputs), PixelNorm()]


FAMILY = Family(ProgressiveGenerator, ProgressiveDiscriminator)

"""Layers that the network families share, for one, two or three axes (waveform, image, video)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.errors import UserError
from ganforge.networks.spec import NetworkSpec

# Only these tables map the number of axes to a kind of layer.
CONVOLUTION: dict[int, Callable[..., nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
TRANSPOSED_CONVOLUTION: dict[int, Callable[..., nn.Module]] = {
    1: nn.ConvTranspose1d,
    2: nn.ConvTranspose2d,
    3: nn.ConvTranspose3d,
}
BATCH_NORM: dict[int, Callable[..., nn.Module]] = {
    1: nn.BatchNorm1d,
    2: nn.BatchNorm2d,
    3: nn.BatchNorm3d,
}
CONVOLVE: dict[int, Callable[..., Tensor]] = {
    1: nn.functional.conv1d,
    2: nn.functional.conv2d,
    3: nn.functional.conv3d,
}
CONVOLVE_TRANSPOSED: dict[int, Callable[..., Tensor]] = {
    1: nn.functional.conv_transpose1d,
    2: nn.functional.conv_transpose2d,
    3: nn.functional.conv_transpose3d,
}
AVERAGE_POOL: dict[int, Callable[..., Tensor]] = {
    1: nn.functional.avg_pool1d,
    2: nn.functional.avg_pool2d,
    3: nn.functional.avg_pool3d,
}

LEAK = 0.2  # slope of LeakyReLU below zero, Radford 2015
BASE = 7  # most positions of an axis at the coarse end of a network, by default


def pyramid(size: Sequence[int], base: int = BASE) -> list[tuple[int, ...]]:
    """The sizes of a network's levels, from the full size down to its base.

    Every axis of four or more is halved (rounded up) until none is longer than ``base``: with 7, 28 -> 14 -> 7 and
    32 -> 16 -> 8 -> 4. A small signal repeats its base size to get three levels: 8 -> 4 -> 4. A
    single axis longer than 256 is quartered instead, as in WaveGAN (Donahue 2018, https://arxiv.org/abs/1802.04208).

    Args:
        size: length of every axis, without channels.
        base: most positions of an axis at the end, at least 3, because an axis of three is not halved.
    """
    sizes = [tuple(size)]
    while max(sizes[-1]) > base:
        factor = 4 if len(size) == 1 and sizes[-1][0] > 256 else 2
        sizes.append(tuple(math.ceil(length / factor) if length >= 4 else length for length in sizes[-1]))
    return sizes + sizes[-1:] * (3 - len(sizes))


def factors(fine: Sequence[int], coarse: Sequence[int]) -> tuple[int, ...]:
    """The factor by which each axis shrinks from one size of a `pyramid` to the next: 1, 2 or 4."""
    return tuple(math.ceil(a / b) for a, b in zip(fine, coarse, strict=True))


def strided(factor: tuple[int, ...], size: tuple[int, ...] | None = None) -> dict[str, tuple[int, ...]]:
    """Kernel, stride and padding of a convolution that shrinks (or its transpose grows) each axis by ``factor``.

    Args:
        factor: 1, 2 or 4 for each axis.
        size: size of the input; None: a multiple of ``factor``. Along other axes the kernel is shorter by the missing
            positions, so that the size of the result is rounded up without padding the input.
    """
    missing = [-length % f for length, f in zip(size or factor, factor, strict=True)]
    return {
        "kernel_size": tuple(2 * f - m if f > 1 else 3 for f, m in zip(factor, missing, strict=True)),
        "stride": factor,
        "padding": tuple(f // 2 if f > 1 else 1 for f in factor),
    }


def level_channels(width: int, level: int) -> int:
    """Channels at a level of the `pyramid`: ``width`` at level 1, doubled downwards, at most eight times ``width``."""
    return width * 2 ** min(level - 1, 3) if level else width // 2


def crop(x: Tensor, size: Sequence[int]) -> Tensor:
    """``x`` cut to ``size`` at the far end of every axis, as needed after doubling an odd size."""
    if tuple(x.shape[2:]) == tuple(size):
        return x
    for axis, length in enumerate(size, start=2):
        x = x.narrow(axis, 0, length)
    return x


def pad_to_multiple(x: Tensor, factor: Sequence[int]) -> Tensor:
    """``x`` padded to a multiple of ``factor`` by repeating the far end of every axis; the opposite of `crop`."""
    missing = [-length % f for length, f in zip(x.shape[2:], factor)]
    if not any(missing):
        return x
    return nn.functional.pad(x, [pad for end in reversed(missing) for pad in (0, end)], mode="replicate")


def repeat_positions(x: Tensor, factor: Sequence[int]) -> Tensor:
    """``x`` with every position repeated ``factor`` times along each axis: nearest-neighbour upsampling."""
    return nn.functional.interpolate(x, scale_factor=tuple(map(float, factor)))  # keeps the layout in memory


def arrange(module: nn.Module, axes: int) -> nn.Module:
    """Gives weights the memory format of the signals: channels last for images."""
    return module.to(memory_format=torch.channels_last) if axes == 2 else module


def initialise(module: nn.Module) -> None:
    """Kaiming-normal weights for LeakyReLU and zero biases (He 2015, https://arxiv.org/abs/1502.01852)."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear | nn.modules.conv._ConvNd):
            nn.init.kaiming_normal_(layer.weight, a=LEAK)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def normalise_spectrally(module: nn.Module) -> None:
    """Divides every dense and convolutional weight by its largest singular value, now and after every step.

    Miyato et al. 2018, https://arxiv.org/abs/1802.05957: every forward pass in training mode updates the singular value
    by one power iteration. A weight that starts at zero, such as the last of a residual block, is initialised
    randomly, because it cannot be divided.
    """
    for layer in list(module.modules()):
        if isinstance(layer, nn.Linear | nn.modules.conv._ConvNd):
            if not layer.weight.any():
                nn.init.kaiming_normal_(layer.weight, a=LEAK)
            nn.utils.parametrizations.spectral_norm(layer)


class Flatten(nn.Module):
    """Flattens positions, with channels last; images already have this order in memory."""

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, prod(size) * channels)."""
        return x.movedim(1, -1).flatten(1)


class Unflatten(nn.Module):
    """The inverse of `Flatten`, to a given size."""

    def __init__(self, size: Sequence[int]) -> None:
        super().__init__()
        self.size = tuple(size)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, prod(size) * channels) to (batch, channels, *size)."""
        return x.reshape(x.shape[0], *self.size, -1).movedim(-1, 1)


class LatentAndCondition(nn.Module):
    """The generator's input: the latent vector, followed by the vector of the condition if there is one.

    Mirza & Osindero 2014, https://arxiv.org/abs/1411.1784.

    Args:
        spec: description of the generator. If its settings ask for a sphere, evaluation mode scales latents to the
            length sqrt(latent_dim), the root mean square length of normal ones, because longer latents give stranger
            samples. Sampling may use other latents than training (Brock et al. 2018,
            https://arxiv.org/abs/1809.11096, section 3.1).
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        if spec.condition.columns and not spec.condition.encodes:
            raise UserError(
                f"params.yaml: network.name is {spec.settings.name}, which does not support "
                f"{spec.condition.columns[0]}; choose a network that does, or set network.conditional to never."
            )
        self.sphere = spec.settings.sphere
        self.embedding = spec.condition.encoder(spec.latent_dim)
        self.features = 2 * spec.latent_dim if spec.condition.encodes else spec.latent_dim

    def forward(self, latents: Tensor, condition: Tensors) -> Tensor:
        """(batch, latent_dim) and the condition to (batch, features)."""
        if self.sphere and not self.training:
            latents = math.sqrt(latents.shape[1]) * nn.functional.normalize(latents)
        if self.embedding is None:
            return latents
        return torch.cat([latents, self.embedding(condition)], dim=1)


class Positions(nn.Module):
    """Adds channels with the positions along some axes, from -1 to 1 (CoordConv, Liu et al. 2018).

    https://arxiv.org/abs/1807.03247. Convolutions treat all positions alike, but frequencies differ.

    Args:
        size: size of the signal.
        still_axes: see `ganforge.signals.signal.Signal.still_axes`.

    Attributes:
        channels: number of added channels.
    """

    places: Tensor

    def __init__(self, size: Sequence[int], still_axes: Sequence[bool]) -> None:
        super().__init__()
        axes = [axis for axis, still in enumerate(still_axes) if still]
        self.channels = len(axes)
        places = torch.empty(self.channels, *size)
        for channel, axis in enumerate(axes):
            line = torch.linspace(-1, 1, size[axis])
            places[channel] = line.reshape([-1 if other == axis else 1 for other in range(len(size))])
        self.register_buffer("places", places, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, channels + those of positions, *size)."""
        return torch.cat([x, self.places.to(x.dtype).expand(len(x), *self.places.shape)], 1)


class Crop(nn.Module):
    """`crop` as a layer."""

    def __init__(self, size: Sequence[int]) -> None:
        super().__init__()
        self.size = tuple(size)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, at least *size) to (batch, channels, *size)."""
        return crop(x, self.size)


class DepthToSpace(nn.Module):
    """Channels to finer positions: (batch, c * prod(factor), *size) to (batch, c, *(size * factor)).

    The pixel shuffle of Shi et al. 2016, https://arxiv.org/abs/1609.05158, over any number of axes.
    """

    def __init__(self, factor: Sequence[int]) -> None:
        super().__init__()
        self.factor = tuple(factor)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, c * prod(factor), *size) to (batch, c, *(size * factor))."""
        axes = len(self.factor)
        if self.factor == (2, 2):
            return nn.functional.pixel_shuffle(x, 2)
        batch, channels, *size = x.shape
        x = x.reshape(batch, channels // math.prod(self.factor), *self.factor, *size)
        interleaved = [axis for pair in zip(range(2 + axes, 2 + 2 * axes), range(2, 2 + axes)) for axis in pair]
        x = x.permute(0, 1, *interleaved)
        return x.reshape(batch, -1, *(length * f for length, f in zip(size, self.factor)))


class SpaceToDepth(nn.Module):
    """Fine positions to channels, the inverse of `DepthToSpace`; an odd size is padded at its far end."""

    def __init__(self, factor: Sequence[int]) -> None:
        super().__init__()
        self.factor = tuple(factor)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, c, *size) to (batch, c * prod(factor), *(size / factor)), rounded up."""
        axes = len(self.factor)
        x = pad_to_multiple(x, self.factor)
        if self.factor == (2, 2):
            return nn.functional.pixel_unshuffle(x, 2)
        batch, channels, *size = x.shape
        coarse = [length // f for length, f in zip(size, self.factor)]
        x = x.reshape(batch, channels, *(part for pair in zip(coarse, self.factor) for part in pair))
        x = x.permute(0, 1, *range(3, 3 + 2 * axes, 2), *range(2, 2 + 2 * axes, 2))
        return x.reshape(batch, -1, *coarse)


class Blur(nn.Module):
    """The separable [1, 2, 1] / 4 filter over every axis that is resampled (Zhang 2019, 1904.11486)."""

    taps: Tensor

    def __init__(self, factor: Sequence[int]) -> None:
        super().__init__()
        along = [(0.25, 0.5, 0.25) if f > 1 else (0.0, 1.0, 0.0) for f in factor]
        taps = torch.tensor([math.prod(product) for product in itertools.product(*along)])
        self.register_buffer("taps", taps.view(*[3] * len(along)), persistent=False)

    def forward(self, x: Tensor, stride: Sequence[int] | int = 1) -> Tensor:
        """(batch, channels, *size) to the same, or every ``stride``-th position of it."""
        axes = self.taps.dim()
        x = nn.functional.pad(x, (1, 1) * axes, mode="replicate")
        weight = self.taps.to(x.dtype).expand(x.shape[1], 1, *self.taps.shape)
        return CONVOLVE[axes](x, weight, stride=stride, groups=x.shape[1])


class BlurredUpsample(nn.Module):
    """Every position repeated as often as ``size`` asks for, then blurred."""

    def __init__(self, coarse: Sequence[int], size: Sequence[int]) -> None:
        super().__init__()
        self.factor, self.size = factors(size, coarse), tuple(size)
        self.blur = Blur(self.factor)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *coarse) to (batch, channels, *size)."""
        return crop(self.blur(repeat_positions(x, self.factor)), self.size)


class RepeatedUpsample(nn.Module):
    """Every position repeated as often as ``size`` asks for.

    For signals of categories: halfway between the scores of two notes, a third one may win.
    """

    def __init__(self, coarse: Sequence[int], size: Sequence[int]) -> None:
        super().__init__()
        self.factor, self.size = factors(size, coarse), tuple(size)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *coarse) to (batch, channels, *size)."""
        return crop(repeat_positions(x, self.factor), self.size)


class BlurredDownsample(nn.Module):
    """Blurred, then every ``factor``-th position kept; an odd size is padded at its far end."""

    def __init__(self, factor: Sequence[int]) -> None:
        super().__init__()
        self.factor = tuple(factor)
        self.blur = Blur(factor)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to (batch, channels, *(size / factor)), rounded up."""
        blurred: Tensor = self.blur(pad_to_multiple(x, self.factor), stride=self.factor)
        return blurred

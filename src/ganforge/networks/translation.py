"""Shared parts of the families that translate pictures: layers for any size, and the discriminator.

The layers do not depend on the size of a picture: norms are over single positions instead of the picture, so that a
large picture can be translated in tiles; their centres equal those of the whole translation.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from ganforge.conditions.condition import Tensors
from ganforge.conditions.source import Source
from ganforge.errors import UserError
from ganforge.networks.layers import (
    LEAK,
    Blur,
    SpaceToDepth,
    crop,
    initialise,
    level_channels,
    pad_to_multiple,
    repeat_positions,
)
from ganforge.networks.spec import NetworkSpec
from ganforge.prepared.columns import SOURCE

DOUBLED = (2, 2)
FULL = 8  # channels at the full resolution
PATCH = 70  # least pixels that a score sees, if the picture is that large (Isola 2017, section 3.2.2)
SMALLEST = 16  # pixels of a side
EDGES: Literal["replicate"] = "replicate"  # padding: zeros would leave a frame around every picture


class Translator(nn.Module):
    """G(latents, source) -> picture of the same height and width.

    Attributes:
        multiple: heights and widths that need no padding are multiples of it.
        reach: pixels around a position that affect its result; None: perhaps all.

    Args:
        spec: description of the network. Latents scale and shift channels; without latents, the picture depends only on
            the source.
    """

    multiple: int
    reach: ClassVar[int | None] = None

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.source_channels = source_channels(spec)

    def forward(self, latents: Tensor, condition: Tensors) -> Tensor:
        """(batch, latent_dim) and sources (batch, channels, height, width) to (batch, channels, height, width)."""
        source = condition[SOURCE]
        padded = pad_to_multiple(source, (self.multiple, self.multiple))
        return bounded(crop(self.translate(latents, padded), source.shape[2:]))

    def levels(self, latents: Tensor, source: Tensor) -> list[Tensor]:
        """The features of a source before it is translated, from fine to coarse.

        Args:
            latents: (batch, latent_dim).
            source: (batch, channels, height, width).

        Returns:
            (batch, channels, height, width) each, with decreasing numbers of positions.
        """
        return self.encode(latents, pad_to_multiple(source, (self.multiple, self.multiple)))

    @abstractmethod
    def encode(self, latents: Tensor, source: Tensor) -> list[Tensor]:
        """`levels`; height and width are multiples of `multiple`."""

    @abstractmethod
    def translate(self, latents: Tensor, source: Tensor) -> Tensor:
        """The unbounded picture; height and width are multiples of `multiple`."""


class _Bounded(torch.autograd.Function):
    """See `bounded`."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        context.save_for_backward(x)
        return x.clamp(-1, 1)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> Tensor:
        (x,) = context.saved_tensors
        outwards = ((x > 1) & (gradient < 0)) | ((x < -1) & (gradient > 0))
        return gradient.masked_fill(outwards, 0)


def bounded(x: Tensor) -> Tensor:
    """``x`` clipped to -1 and 1, with a gradient that moves values back into the range.

    Without it, a position that is wrongly white would stay white, because tanh and plain clipping have no gradient
    there. This would break a distance to the partner, which needs one exact value.
    """
    if not x.requires_grad:
        return x.clamp(-1, 1)
    inside: Tensor = _Bounded.apply(x)
    return inside


def source_channels(spec: NetworkSpec) -> int:
    """Channels of the sources.

    Raises:
        UserError: the data have no sources, or pictures that cannot be translated.
    """
    name = spec.settings.name
    sources = spec.condition.signals
    if SOURCE not in sources:
        raise UserError(
            f"params.yaml: network.name is {name}, which translates pictures, but the data have no source: set "
            "dataset.source, use data with pairs, or choose another network."
        )
    source = sources[SOURCE].network_shape
    if len(spec.size) != 2 or source[1:] != spec.size or min(spec.size) < SMALLEST:
        raise UserError(
            f"params.yaml: network.name is {name}, but sources have the shape {source} and pictures {spec.shape}; "
            f"both need the same size, at least {SMALLEST} pixels per side."
        )
    return source[0]


class PositionNorm(nn.Module):
    """Normalises the channels of every position to a root mean square of 1.

    Karras et al. 2017, https://arxiv.org/abs/1710.10196, section 4.2. Unlike norms over a picture, it does not depend
    on the rest of the picture. It removes the strength of a position, so layers at the source have no norm; otherwise
    brightness would be lost.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, height, width) to the same."""
        factor = (x.float().square().mean(1, keepdim=True) + 1e-4).rsqrt()
        return x * factor.to(x.dtype)


class Modulation(nn.Module):
    """Scales and shifts channels by the latent vector; does nothing without one.

    Args:
        latent_dim: entries of the latent vector, 0 or more.
        channels: channels in and out.
    """

    def __init__(self, latent_dim: int, channels: int) -> None:
        super().__init__()
        self.affine = nn.Linear(latent_dim, 2 * channels) if latent_dim else None

    def forward(self, x: Tensor, latents: Tensor) -> Tensor:
        """(batch, channels, height, width) and (batch, latent_dim) to the former."""
        if self.affine is None:
            return x
        scale, shift = self.affine(latents)[:, :, None, None].to(x.dtype).chunk(2, 1)
        modulated: Tensor = x * (1 + scale) + shift
        return modulated


class FromSource(nn.Sequential):
    """Convolution and LeakyReLU without a norm, which keeps the brightness of the source."""

    def __init__(self, channels: int, outputs: int) -> None:
        convolution = nn.Conv2d(channels, outputs, 3, padding=1, padding_mode=EDGES)
        super().__init__(convolution, nn.LeakyReLU(LEAK, inplace=True))


class Convolved(nn.Module):
    """Convolution, norm of every position, modulation, LeakyReLU.

    Args:
        channels, outputs: channels in and out.
        latent_dim: entries of the latent vector, 0 or more.
        stride: 1 or 2.
    """

    def __init__(self, channels: int, outputs: int, latent_dim: int = 0, stride: int = 1) -> None:
        super().__init__()
        kernel = {1: 3, 2: 4}[stride]
        self.convolution = nn.Conv2d(channels, outputs, kernel, stride, padding=1, padding_mode=EDGES)
        self.norm, self.modulation = PositionNorm(), Modulation(latent_dim, outputs)
        self.activation = nn.LeakyReLU(LEAK, inplace=True)
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))

    def forward(self, x: Tensor, latents: Tensor) -> Tensor:
        """(batch, channels, height, width) and latents to (batch, outputs, height / stride, width / stride)."""
        x = self.norm(self.convolution(x)) + self.bias.to(x.dtype)
        activated: Tensor = self.activation(self.modulation(x, latents))
        return activated


class FullResolution(nn.Module):
    """From half of the resolution to a picture, with few channels and the source as a further input.

    Args:
        channels: channels at half of the resolution.
        source_channels, outputs: channels of the source and of the picture.
    """

    def __init__(self, channels: int, source_channels: int, outputs: int) -> None:
        super().__init__()
        self.finest, self.blur = nn.Conv2d(channels, FULL, 3, padding=1, padding_mode=EDGES), Blur(DOUBLED)
        self.layers = nn.Sequential(
            nn.Conv2d(FULL + source_channels, FULL, 3, padding=1, padding_mode=EDGES),
            nn.LeakyReLU(LEAK, inplace=True),
            nn.Conv2d(FULL, outputs, 3, padding=1, padding_mode=EDGES),
        )

    def forward(self, x: Tensor, source: Tensor) -> Tensor:
        """(batch, channels, height / 2, width / 2) and the source to (batch, outputs, height, width)."""
        x = self.blur(repeat_positions(self.finest(x), DOUBLED))
        picture: Tensor = self.layers(torch.cat([x, source.to(x.dtype)], 1))
        return picture


class PatchDiscriminator(nn.Module):
    """D(picture, source) -> a score for each patch; without pairs, from the picture only.

    With several styles, each has its own score, as in StarGAN v2 (Choi et al. 2020, section 2.1).

    Strided convolutions as in pix2pix (Isola 2017, https://arxiv.org/abs/1611.07004), as many as a score needs to
    see `PATCH` pixels or the whole picture. The first, of kernel 6, is computed with a space-to-depth rearrangement,
    as in `ganforge.networks.dcgan`.

    Attributes:
        sees: side in pixels of the area that a score depends on.
    """

    mixes_batch = False

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        beside = source_channels(spec)
        self.sees_source = not (isinstance(spec.condition, Source) and spec.condition.unpaired)
        channels, wanted = spec.channels + beside * self.sees_source, min(PATCH, max(spec.size))
        width, level, kernel_sees, jump = spec.width, 1, 6, 2
        layers: list[nn.Module] = [
            SpaceToDepth(DOUBLED),
            nn.Conv2d(4 * channels, width, 3, padding=1),
            nn.LeakyReLU(LEAK, inplace=True),
        ]
        while kernel_sees + 4 * jump < wanted:
            coarser = level_channels(spec.width, level + 1)
            layers += [nn.Conv2d(width, coarser, 4, 2, padding=1), nn.LeakyReLU(LEAK, inplace=True)]
            width, level, kernel_sees, jump = coarser, level + 1, kernel_sees + 3 * jump, 2 * jump
        layers += [nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(LEAK, inplace=True)]
        self.condition = spec.condition
        outputs = max(1, spec.condition.group_count)
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, outputs, 3, padding=1))
        self.sees = kernel_sees + 4 * jump
        initialise(self)

    def forward(self, x: Tensor, condition: Tensors) -> Tensor:
        """(batch, channels, height, width) and the condition to (batch, patches)."""
        shown = torch.cat([x, condition[SOURCE].to(x.dtype)], 1) if self.sees_source else x
        scores: Tensor = self.layers(shown)
        groups = self.condition.groups(condition)
        if groups is not None:
            scores = scores.flatten(2).gather(1, groups[:, None, None].expand(-1, 1, scores[0, 0].numel()))
        return scores.flatten(1)

"""Differentiable augmentation: the discriminator sees changed signals, real and generated alike, so that few data last.

Zhao et al. 2020, https://arxiv.org/abs/2006.10738, for the transformations; Karras et al. 2020,
https://arxiv.org/abs/2006.06676, for applying each of them with a probability that follows the discriminator's
overfitting. Everything works over one, two or three axes, and is differentiable twice, as gradient penalties need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ganforge.training.distributed import World
from ganforge.training.settings import AdaptiveAugmentation, Transformed

TRANSLATION = 1 / 8  # most of an axis that a signal is moved by
SHIFT = 1 / 16  # most of an axis that a picture is moved by together with its source
CUTOUT = 1 / 2  # share of every axis that is cut out
MASKED = 1 / 5  # most of an axis that is masked


def colour(x: Tensor) -> Tensor:
    """Brightness by up to 0.5, saturation and contrast by factors of 0 to 2 and 0.5 to 1.5, of every sample apart."""
    x = x + _uniform(x, -0.5, 0.5)
    if x.shape[1] == 3:
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * _uniform(x, 0, 2)
    mean = x.flatten(1).mean(1).reshape(-1, *[1] * (x.dim() - 1))
    return mean + (x - mean) * _uniform(x, 0.5, 1.5)


def translation(x: Tensor) -> Tensor:
    """Every sample moved by up to an eighth along every axis, with zeros where nothing is left."""
    return _moved(x, TRANSLATION, "constant")


def _moved(x: Tensor, share: float, padding_mode: str) -> Tensor:
    """Every sample moved by up to a share of every axis."""
    for axis in range(2, x.dim()):
        x = _moved_along(x, axis, share, padding_mode)
    return x


def _moved_along(x: Tensor, axis: int, share: float, padding_mode: str) -> Tensor:
    """Every sample moved by up to a share of one axis."""
    length = x.shape[axis]
    most = round(length * share)
    shift = torch.randint(0, 2 * most + 1, (len(x),), device=x.device)
    index = shift[:, None] + torch.arange(length, device=x.device)
    padding = [0, 0] * (x.dim() - 1 - axis) + [most, most]
    index = index.reshape(len(x), *(length if other == axis else 1 for other in range(1, x.dim())))
    return _padded(x, padding, padding_mode).gather(axis, index.expand(x.shape))


def _padded(x: Tensor, padding: list[int], mode: str) -> Tensor:
    """``x`` with so many positions more at the ends of its last axes, the last of these first."""
    if mode == "replicate":  # which PyTorch has for all axes at once
        padding = padding + [0] * (2 * (x.dim() - 2) - len(padding))
    return nn.functional.pad(x, padding, mode=mode)


def cutout(x: Tensor) -> Tensor:
    """A box of half the length of every axis, at a random place that may lie partly outside, is zero."""
    inside = torch.ones(len(x), *[1] * (x.dim() - 1), dtype=torch.bool, device=x.device)
    for axis in range(2, x.dim()):
        length = x.shape[axis]
        centre = _uniform(x, 0, length)
        position = torch.arange(length, device=x.device).reshape(-1, *[1] * (x.dim() - 1 - axis))
        inside = inside & ((position + 0.5 - centre).abs() < length * CUTOUT / 2)
    return x * ~inside


def mirror(x: Tensor) -> Tensor:
    """Every other sample, at random, mirrored along the last axis: pictures left to right."""
    return torch.where(_uniform(x, 0, 1) < 0.5, x.flip(-1), x)


def shift(x: Tensor) -> Tensor:
    """Every sample moved by up to a sixteenth along every axis, with its edge repeated where nothing is left."""
    return _moved(x, SHIFT, "replicate")


def delay(x: Tensor) -> Tensor:
    """Every sample moved by up to an eighth along its last axis, time, with its edge repeated where nothing is left."""
    return _moved_along(x, x.dim() - 1, TRANSLATION, "replicate")


def masking(x: Tensor) -> Tensor:
    """Every sample zero along a stretch of each axis, of up to a fifth of it (SpecAugment, Park et al. 2019).

    https://arxiv.org/abs/1904.08779, section 2: a band of frequencies and a span of time.
    """
    for axis in range(2, x.dim()):
        length = x.shape[axis]
        width = _uniform(x, 0, length * MASKED)
        start = _uniform(x, 0, 1) * (length - width)
        position = torch.arange(length, device=x.device).reshape(-1, *[1] * (x.dim() - 1 - axis))
        x = x * ~((position >= start) & (position < start + width))
    return x


TRANSFORMATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "colour": colour,
    "translation": translation,
    "cutout": cutout,
    "delay": delay,
    "masking": masking,
}
MOVES: dict[str, Callable[[Tensor], Tensor]] = {"shift": shift, "mirror": mirror}


def moved(x: Tensor, names: Sequence[str]) -> Tensor:
    """(batch, channels, *size) moved in some ways, keys of `MOVES`, one after the other."""
    for name in names:
        x = MOVES[name](x)
    return x


class DifferentiableAugmentation(nn.Module):
    """Applies transformations one after the other, each to a share of the samples.

    Args:
        names: keys of `TRANSFORMATIONS`.
        adaptive: whether the probability adapts; else it is 1.
        target: adaptive: the mean sign of the discriminator's scores of real signals that is aimed at, -1 to 1.
        speed: adaptive: real signals in which the probability may go from 0 to 1.
        world: the processes that share a batch, and so the probability.
    """

    probability: Tensor

    def __init__(self, names: Sequence[str], *, adaptive: bool, target: float, speed: int, world: World) -> None:
        super().__init__()
        self.transformations = [TRANSFORMATIONS[name] for name in names]
        self.adaptive, self.target, self.speed, self.world = adaptive, target, speed, world
        self.register_buffer("probability", torch.tensor(0.0 if adaptive else 1.0))

    @classmethod
    def of(cls, settings: Transformed, world: World) -> DifferentiableAugmentation:
        """What the settings ask for."""
        if isinstance(settings, AdaptiveAugmentation):
            return cls(
                settings.transformations, adaptive=True, target=settings.target, speed=settings.speed, world=world
            )
        return cls(settings.transformations, adaptive=False, target=0.0, speed=1, world=world)

    def forward(self, x: Tensor) -> Tensor:
        """(batch, channels, *size) to the same."""
        for transform in self.transformations:
            changed = transform(x)
            x = torch.where(_uniform(x, 0, 1) < self.probability, changed, x) if self.adaptive else changed
        return x

    @torch.no_grad()
    def adapt(self, confidence: Tensor, count: int) -> None:
        """More augmentation where the discriminator is surer of real signals than it should be, less where not.

        Args:
            confidence: mean sign of its scores of real signals, -1 to 1; a scalar.
            count: real signals of this process that it was computed from.
        """
        if self.adaptive:
            change = (self.world.mean(confidence) - self.target).sign() * count * self.world.size / self.speed
            self.probability.add_(change).clamp_(0, 1)


def _uniform(x: Tensor, low: float, high: float) -> Tensor:
    """A number for each sample of ``x``, shaped to be broadcast over it."""
    shape = (len(x), *[1] * (x.dim() - 1))
    return torch.rand(shape, device=x.device, dtype=x.dtype) * (high - low) + low

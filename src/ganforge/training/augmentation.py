"""Differentiable augmentation for few data: the discriminator sees changed signals, both real and generated.

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

TRANSLATION = 1 / 8  # largest move of a signal, as a share of the axis
SHIFT = 1 / 16  # largest move of a picture together with its source, as a share of the axis
CUTOUT = 1 / 2  # share of every axis that is cut out
MASKED = 1 / 5  # largest masked share of an axis


def colour(x: Tensor) -> Tensor:
    """Changes each sample: brightness by up to 0.5, saturation and contrast by factors of 0 to 2 and 0.5 to 1.5."""
    x = x + _uniform(x, -0.5, 0.5)
    if x.shape[1] == 3:
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * _uniform(x, 0, 2)
    mean = x.flatten(1).mean(1).reshape(-1, *[1] * (x.dim() - 1))
    return mean + (x - mean) * _uniform(x, 0.5, 1.5)


def translation(x: Tensor) -> Tensor:
    """Moves each sample by up to an eighth along every axis, and fills with zeros."""
    return _moved(x, TRANSLATION, "constant")


def _moved(x: Tensor, share: float, padding_mode: str) -> Tensor:
    """Moves each sample by up to a share of every axis."""
    for axis in range(2, x.dim()):
        x = _moved_along(x, axis, share, padding_mode)
    return x


def _moved_along(x: Tensor, axis: int, share: float, padding_mode: str) -> Tensor:
    """Moves each sample by up to a share of one axis."""
    length = x.shape[axis]
    most = round(length * share)
    shift = torch.randint(0, 2 * most + 1, (len(x),), device=x.device)
    index = shift[:, None] + torch.arange(length, device=x.device)
    padding = [0, 0] * (x.dim() - 1 - axis) + [most, most]
    index = index.reshape(len(x), *(length if other == axis else 1 for other in range(1, x.dim())))
    return _padded(x, padding, padding_mode).gather(axis, index.expand(x.shape))


def _padded(x: Tensor, padding: list[int], mode: str) -> Tensor:
    """``x`` padded at the ends of its last axes; the padding of the last axis comes first."""
    if mode == "replicate":  # which PyTorch supports for all axes at once
        padding = padding + [0] * (2 * (x.dim() - 2) - len(padding))
    return nn.functional.pad(x, padding, mode=mode)


def cutout(x: Tensor) -> Tensor:
    """Zeros a box of half the length of every axis, at a random place that may be partly outside."""
    inside = torch.ones(len(x), *[1] * (x.dim() - 1), dtype=torch.bool, device=x.device)
    for axis in range(2, x.dim()):
        length = x.shape[axis]
        centre = _uniform(x, 0, length)
        position = torch.arange(length, device=x.device).reshape(-1, *[1] * (x.dim() - 1 - axis))
        inside = inside & ((position + 0.5 - centre).abs() < length * CUTOUT / 2)
    return x * ~inside


def mirror(x: Tensor) -> Tensor:
    """Mirrors each sample with probability 1/2 along the last axis: pictures left to right."""
    return torch.where(_uniform(x, 0, 1) < 0.5, x.flip(-1), x)


def shift(x: Tensor) -> Tensor:
    """Moves each sample by up to a sixteenth along every axis, and repeats its edge."""
    return _moved(x, SHIFT, "replicate")


def delay(x: Tensor) -> Tensor:
    """Moves each sample by up to an eighth along its last axis, time, and repeats its edge."""
    return _moved_along(x, x.dim() - 1, TRANSLATION, "replicate")


def masking(x: Tensor) -> Tensor:
    """Zeros a stretch of each axis, of up to a fifth of it, in each sample (SpecAugment, Park et al. 2019).

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
    """Moves (batch, channels, *size) in some ways, keys of `MOVES`, one after the other."""
    for name in names:
        x = MOVES[name](x)
    return x


class DifferentiableAugmentation(nn.Module):
    """Applies transformations one after the other, each to a share of the samples.

    Args:
        names: keys of `TRANSFORMATIONS`.
        adaptive: whether the probability adapts; else it is 1.
        target: adaptive: target of the mean sign of the discriminator's scores of real signals, -1 to 1.
        speed: adaptive: real signals in which the probability may go from 0 to 1.
        world: the processes that share a batch, and therefore the probability.
    """

    probability: Tensor

    def __init__(self, names: Sequence[str], *, adaptive: bool, target: float, speed: int, world: World) -> None:
        super().__init__()
        self.transformations = [TRANSFORMATIONS[name] for name in names]
        self.adaptive, self.target, self.speed, self.world = adaptive, target, speed, world
        self.register_buffer("probability", torch.tensor(0.0 if adaptive else 1.0))

    @classmethod
    def of(cls, settings: Transformed, world: World) -> DifferentiableAugmentation:
        """The augmentation of the settings."""
        if isinstance(settings, AdaptiveAugmentation):
            return cls(
                settings.transformations, adaptive=True, target=settings.target, speed=settings.speed, world=world
            )
        return cls(settings.transformations, adaptive=False, target=0.0, speed=1, world=world)

    def forward(self, x: Tensor) -> Tensor:
        """Changes (batch, channels, *size)."""
        for transform in self.transformations:
            changed = transform(x)
            x = torch.where(_uniform(x, 0, 1) < self.probability, changed, x) if self.adaptive else changed
        return x

    @torch.no_grad()
    def adapt(self, confidence: Tensor, count: int) -> None:
        """Augments more if the discriminator is surer of real signals than the target, and less if not.

        Args:
            confidence: mean sign of its scores of real signals, -1 to 1; a scalar.
            count: number of real signals of this process in that mean.
        """
        if self.adaptive:
            change = (self.world.mean(confidence) - self.target).sign() * count * self.world.size / self.speed
            self.probability.add_(change).clamp_(0, 1)


def _uniform(x: Tensor, low: float, high: float) -> Tensor:
    """A random number for each sample of ``x``, shaped to broadcast over it."""
    shape = (len(x), *[1] * (x.dim() - 1))
    return torch.rand(shape, device=x.device, dtype=x.dtype) * (high - low) + low

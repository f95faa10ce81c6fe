"""The GAN of beginners' guides, as a baseline: correct, but not optimised for speed.

A DCGAN with batch norm in both networks and binary cross-entropy; a DataLoader with two workers and transforms for
every single image, two backward passes for the discriminator, its gradients computed again in the generator's turn,
losses read at every step, and PyTorch's default Adam.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from types import TracebackType
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ganforge.conditions import Tensors
from ganforge.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganforge.networks.latent import NOTHING
from ganforge.networks.layers import Flatten, Unflatten
from ganforge.prepared.columns import LABELS
from ganforge.signals.image import saturate

REAL, FAKE = 1.0, 0.0


class TransformedImages(Dataset[tuple[Tensor, int]]):
    """Images one at a time: converted to a PIL image, then to a tensor, and normalised.

    Args:
        images: uint8 (N, channels, height, width).
        labels: (N,).
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        from torchvision import transforms

        self.images, self.labels = np.array(images).transpose(0, 2, 3, 1), labels
        self.transform = transforms.Compose(
            [transforms.ToPILImage(), transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.images[index]), int(self.labels[index])


class TextbookLoop:
    """Binary cross-entropy with logits; Adam(2e-4, betas (0.5, 0.999)).

    Args:
        generator: G(latents, condition) -> images in [-1, 1], on ``device``.
        discriminator: D(images, condition) -> scores (batch,), on ``device``.
        images: uint8 (N, channels, height, width).
        labels: (N,) int64.
        conditional: whether the networks get the labels.
        batch_size: images in a step.
        latent_dim: entries of the latent vector.
        device: where to train.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        images: np.ndarray,
        labels: np.ndarray,
        *,
        conditional: bool,
        batch_size: int,
        latent_dim: int,
        device: torch.device,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.conditional, self.latent_dim, self.device = conditional, latent_dim, device
        self.loader = DataLoader(
            TransformedImages(images, labels),
            batch_size,
            shuffle=True,
            drop_last=True,
            num_workers=2,
            persistent_workers=True,
        )
        self.criterion = nn.BCEWithLogitsLoss()
        self.generator_optimiser = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.discriminator_optimiser = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.losses: list[tuple[float, float]] = []
        self._batches = self._endless()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._batches.close()

    def step(self) -> None:
        """One step of each network."""
        images, targets = next(self._batches)
        real = images.to(self.device)
        condition = {LABELS: targets.to(self.device)} if self.conditional else NOTHING
        ones = torch.full((len(real),), REAL, device=self.device)
        zeros = torch.full((len(real),), FAKE, device=self.device)

        self.discriminator.zero_grad()
        real_loss = self.criterion(self.discriminator(real, condition), ones)
        real_loss.backward()
        fake = self.generator(torch.randn(len(real), self.latent_dim, device=self.device), condition)
        fake_loss = self.criterion(self.discriminator(fake.detach(), condition), zeros)
        fake_loss.backward()
        self.discriminator_optimiser.step()

        self.generator.zero_grad()
        generator_loss = self.criterion(self.discriminator(fake, condition), ones)
        generator_loss.backward()
        self.generator_optimiser.step()
        self.losses.append((real_loss.item() + fake_loss.item(), generator_loss.item()))

    def _endless(self) -> Generator[tuple[Tensor, Tensor]]:
        while True:
            yield from self.loader


class TextbookGenerator(nn.Module):
    """Dense start of 256 channels at a quarter of the size -> two transposed convolutions with batch norm -> tanh.

    Args:
        shape: (channels, height, width), the last two divisible by 4.
        latent_dim: entries of the latent vector.
        classes: number of labels, whose embedding is appended to the latent vector; 0 for none.
    """

    def __init__(self, shape: tuple[int, ...], latent_dim: int, classes: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.embedding = nn.Embedding(classes, latent_dim) if classes else None
        inputs = 2 * latent_dim if classes else latent_dim
        base = (256, height // 4, width // 4)
        self.layers = nn.Sequential(
            nn.Linear(inputs, base[0] * base[1] * base[2]),
            nn.Unflatten(1, base),
            nn.BatchNorm2d(256),
            nn.ReLU(),
            nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
            nn.ConvTranspose2d(128, channels, 4, 2, 1),
            nn.Tanh(),
        )
        initialise(self)

    def forward(self, latents: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, latent_dim) to (batch, *shape) in [-1, 1]."""
        if self.embedding is not None:
            latents = torch.cat([latents, self.embedding(condition[LABELS])], dim=1)
        images: Tensor = self.layers(latents)
        return images


class TextbookDiscriminator(nn.Module):
    """Two strided convolutions, batch norm after the second -> score; a label becomes a further plane of the image.

    Args:
        shape: (channels, height, width), the last two divisible by 4.
        classes: labels; 0 for none.
    """

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        channels, height, width = shape
        self.embedding = nn.Embedding(classes, height * width) if classes else None
        self.layers = nn.Sequential(
            nn.Conv2d(channels + (classes > 0), 64, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 128, 4, 2, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(128 * (height // 4) * (width // 4), 1),
        )
        initialise(self)

    def forward(self, x: Tensor, condition: Tensors = NOTHING) -> Tensor:
        """(batch, *shape) in [-1, 1] to (batch,) scores."""
        if self.embedding is not None:
            x = torch.cat([x, self.embedding(condition[LABELS]).reshape(len(x), 1, *x.shape[2:])], dim=1)
        scores: Tensor = self.layers(x)[:, 0]
        return scores


def initialise(module: nn.Module) -> None:
    """Normal weights of standard deviation 0.02, as in Radford et al. 2015."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.02)
        elif isinstance(layer, nn.BatchNorm2d):
            nn.init.normal_(layer.weight, 1.0, 0.02)


class Saturation(nn.Module):
    """`saturate` as a layer."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same, in [-1, 1]."""
        return saturate(x)


class Plain(nn.Sequential):
    """Layers without a condition."""

    def forward(self, x: Tensor, *_: Tensors) -> Tensor:
        """Applies the layers one after the other."""
        output: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
        return output


def plain_generator(generator: nn.Module) -> nn.Module:
    """Our unconditional DCGAN generator of square images: the same map, in the layers of textbooks.

    The dense start becomes a transposed convolution of a single position. The convolution before a rearrangement of
    channels into positions becomes a transposed convolution of kernel 6.
    """
    assert isinstance(generator, DCGANGenerator)
    start: Any = generator.start
    last: Any = generator.output[0]
    height, width = generator.sizes[-1]
    first = nn.ConvTranspose2d(start.in_features, start.out_features // (height * width), (height, width), bias=False)
    channels = last.out_channels // 4
    outermost = nn.ConvTranspose2d(last.in_channels, channels, 6, 2, 2, bias=False)
    with torch.no_grad():
        first.weight.copy_(start.weight.reshape(height, width, -1, start.in_features).permute(3, 2, 0, 1))
        taps = last.weight.reshape(channels, 2, 2, last.in_channels, 3, 3).flip(4, 5)
        outermost.weight.copy_(taps.permute(3, 0, 4, 1, 5, 2).reshape(outermost.weight.shape))
    assert not start.bias.any()  # also after training, since batch norm follows
    assert not last.bias.any()  # only at the start
    rest = [layer for layer in generator.normalise if not isinstance(layer, Unflatten)]
    return Plain(nn.Unflatten(1, (-1, 1, 1)), first, *rest, *generator.up, outermost, Saturation())


def plain_discriminator(discriminator: nn.Module) -> nn.Module:
    """Our unconditional DCGAN discriminator of square images: the same map, in the layers of textbooks."""
    assert isinstance(discriminator, DCGANDiscriminator)
    layers: list[Any] = list(discriminator.layers)
    near, rest = layers[1], layers[2:]
    scores: Any = discriminator.head.scores
    channels = near.in_channels // 4
    outermost = nn.Conv2d(channels, near.out_channels, 6, 2, 2)
    features = next(layer.out_channels for layer in reversed(rest) if isinstance(layer, nn.Conv2d))
    side = math.isqrt(scores.in_features // features)
    last = nn.Conv2d(features, 1, side)
    with torch.no_grad():
        taps = near.weight.reshape(near.out_channels, channels, 2, 2, 3, 3)
        outermost.weight.copy_(taps.permute(0, 1, 4, 2, 5, 3).reshape(outermost.weight.shape))
        outermost.bias = near.bias
        last.weight.copy_(scores.weight.reshape(1, side, side, features).permute(0, 3, 1, 2))
        last.bias = scores.bias
    others = [layer for layer in rest if not isinstance(layer, Flatten)]
    return Plain(outermost, *others, last, nn.Flatten(0))

"""The loop of the beginners' guides, done rightly but without a thought for speed: what ours is measured against.

A DataLoader with two workers and transforms for every single image, two backward passes for the discriminator, its
gradients computed once more in the generator's turn, losses read back at every step, Adam as it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

REAL, FAKE = 1.0, 0.0


class TransformedImages(Dataset[Tensor]):
    """One image at a time: to a PIL image, to a tensor, normalised.

    Args:
        images: uint8 (N, channels, height, width).
    """

    def __init__(self, images: np.ndarray) -> None:
        from torchvision import transforms

        self.images = np.array(images).transpose(0, 2, 3, 1)
        self.transform = transforms.Compose(
            [transforms.ToPILImage(), transforms.ToTensor(), transforms.Normalize(0.5, 0.5)]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        image: Tensor = self.transform(self.images[index])
        return image


class TextbookLoop:
    """Binary cross-entropy with logits, unconditional or with labels left out; Adam(2e-4, betas (0.5, 0.999)).

    Args:
        generator: G(latents) -> images in [-1, 1], on ``device``.
        discriminator: D(images) -> scores (batch,), on ``device``.
        images: uint8 (N, channels, height, width).
        batch_size: images in a step.
        latent_dim: entries of the latent vector.
        device: where to train.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        images: np.ndarray,
        batch_size: int,
        latent_dim: int,
        device: torch.device,
    ) -> None:
        self.generator, self.discriminator = generator, discriminator
        self.latent_dim, self.device = latent_dim, device
        self.loader = DataLoader(
            TransformedImages(images), batch_size, shuffle=True, drop_last=True, num_workers=2, persistent_workers=True
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
        real = next(self._batches).to(self.device)
        ones = torch.full((len(real),), REAL, device=self.device)
        zeros = torch.full((len(real),), FAKE, device=self.device)

        self.discriminator.zero_grad()
        real_loss = self.criterion(self.discriminator(real), ones)
        real_loss.backward()
        fake = self.generator(torch.randn(len(real), self.latent_dim, device=self.device))
        fake_loss = self.criterion(self.discriminator(fake.detach()), zeros)
        fake_loss.backward()
        self.discriminator_optimiser.step()

        self.generator.zero_grad()
        generator_loss = self.criterion(self.discriminator(fake), ones)
        generator_loss.backward()
        self.generator_optimiser.step()
        self.losses.append((real_loss.item() + fake_loss.item(), generator_loss.item()))

    def _endless(self) -> Iterator[Tensor]:
        while True:
            yield from self.loader

"""One step of the game: what runs on the device, and nothing that would wait for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ganforge.objectives import Adversarial
from ganforge.scale import normalise
from ganforge.training.distributed import World
from ganforge.training.optimisers import Optimiser

Terms = dict[str, Tensor]


class Batch(NamedTuple):
    """What one turn of the discriminator is given.

    Attributes:
        images: uint8 (batch, *shape), real.
        labels: (batch,), or None if unconditional.
        latents: (batch, latent_dim), standard normal.
    """

    images: Tensor
    labels: Tensor | None
    latents: Tensor


class Step:
    """Steps of the discriminator and one of the generator, on signals that the generator draws once.

    The discriminator is frozen in the generator's turn, real and generated signals go through it together, and the
    samples that it has just been trained on are those the generator is judged by: nothing is computed twice.

    Args:
        objective: the networks and their losses, on the device.
        optimisers: of the generator and of the discriminator.
        bfloat16: whether the networks compute in bfloat16.
        world: the processes that share every batch.
    """

    def __init__(
        self,
        objective: Adversarial,
        optimisers: tuple[Optimiser, Optimiser],
        *,
        bfloat16: bool,
        world: World,
    ) -> None:
        self.objective = objective
        self.generator_optimiser, self.discriminator_optimiser = optimisers
        self.bfloat16 = bfloat16
        # Where processes share a batch, these average the gradients of the network that has its turn.
        self._generate: Callable[..., Any] = world.turn(objective.generator, objective.generate)
        self._discriminate: Callable[..., Any] = world.turn(objective.discriminator, objective.discriminator_loss)

    def __call__(self, batches: Sequence[Batch], due: Collection[str]) -> Terms:
        """Plays one step.

        Args:
            batches: one for each step of the discriminator; the last one is the generator's as well.
            due: the penalties to add to the discriminator's losses.

        Returns:
            scalars for the record, of the last step of the discriminator and of the generator.
        """
        device = batches[0].images.device.type
        for turn, (images, labels, latents) in enumerate(batches, start=1):
            real = normalise(images)
            with self._precision(device):
                if turn < len(batches):
                    with torch.no_grad():
                        fake = self.objective.generate(latents, labels)
                else:
                    fake = self._generate(latents, labels)
                loss, real_scores, terms = self._discriminate(real, fake, labels, due)
            _descend(loss, self.discriminator_optimiser)
        self.objective.discriminator.requires_grad_(False)
        with self._precision(device):
            loss, generator_terms = self.objective.generator_loss(real_scores, fake, labels)
        _descend(loss, self.generator_optimiser)
        self.objective.discriminator.requires_grad_(True)
        return {**terms, **generator_terms}

    def _precision(self, device: str) -> torch.autocast:
        """What networks and losses are computed in; gradients follow by themselves."""
        return torch.autocast(device, torch.bfloat16, enabled=self.bfloat16, cache_enabled=False)


def _descend(loss: Tensor, optimiser: Optimiser) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()

"""What a step changes: the two players, their optimisers, and the average of the generator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import torch

from ganforge.networks import GROWN_AT, Growing
from ganforge.objectives import Adversarial
from ganforge.params import TrainSettings
from ganforge.training.batches import Batches
from ganforge.training.device import seed_draws
from ganforge.training.distributed import World
from ganforge.training.ema import ExponentialMovingAverage
from ganforge.training.optimisers import Optimiser, set_schedules
from ganforge.training.schedules import value_at
from ganforge.training.step import Batch, Terms

Play = Callable[[Sequence[Batch], Collection[str]], Terms]
Optimisers = tuple[Optimiser, Optimiser]


class Game:
    """A training as a sequence of steps, each a function of the state before it and of (seed, step).

    Attributes:
        step, steps: done so far, and in all.
        images_per_step: real images that a step shows.
        average: the moving average of the generator, in evaluation mode.

    Args:
        objective: the networks and their losses.
        play: one step, which descends both losses.
        optimisers: of the generator and of the discriminator.
        batches: the data.
        latent_dim: entries of the latent vector.
        params: how long and how fast.
        world: the processes that share the training.
        device: where everything lies.
    """

    def __init__(
        self,
        objective: Adversarial,
        play: Play,
        optimisers: Optimisers,
        batches: Batches,
        latent_dim: int,
        params: TrainSettings,
        world: World,
        device: torch.device,
    ) -> None:
        self.objective, self.play, self.optimisers, self.batches = objective, play, optimisers, batches
        self.latent_dim, self.params, self.world = latent_dim, params, world
        self.images_per_step = params.batch_size * params.discriminator_steps
        self.steps = params.images // self.images_per_step
        self.step = 0
        self.ema = ExponentialMovingAverage(objective.generator, self.images_per_step)
        self.average = self.ema.average
        self._random = torch.Generator(device)

    @property
    def images(self) -> int:
        """Real images shown so far."""
        return self.step * self.images_per_step

    @property
    def learning_rate(self) -> float:
        """That of the generator in the step that was played last."""
        return value_at(self.params.learning_rate, max(0, self.step - 1) / self.steps)

    def advance(self) -> Terms:
        """Plays a step; the host goes on without waiting for the device."""
        self._set_progress(self.step / self.steps)
        self._seed()
        turns = self.params.discriminator_steps
        batches = [self.batch(self.step * turns + turn) for turn in range(turns)]
        terms = self.play(batches, self.objective.due(self.step))
        self.ema.update(self.step, value_at(self.params.ema_half_life, self.step / self.steps))
        self.step += 1
        return terms

    def batch(self, turn: int) -> Batch:
        """What a turn of the discriminator is given, counted over the whole run."""
        images, labels = self.batches[turn]
        count = self.params.batch_size
        latents = torch.randn(count, self.latent_dim, generator=self._random, device=self._random.device)
        return Batch(images, labels, self.world.share(latents))

    def grown_at(self, step: int) -> bool:
        """Whether the generator drew at its full size in the step before ``step``; only some grow at all."""
        return not isinstance(self.average, Growing) or (step - 1) / self.steps >= GROWN_AT

    def state(self) -> dict[str, Any]:
        """What a checkpoint has to hold; what else an optimiser holds are settings, and those are in params.yaml."""
        generator, discriminator = (optimiser.state_dict()["state"] for optimiser in self.optimisers)
        return {
            "step": self.step,
            "objective": self.objective.state_dict(),
            "ema": self.average.state_dict(),
            "generator_optimiser": generator,
            "discriminator_optimiser": discriminator,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from `state`."""
        self.step = state["step"]
        self.objective.load_state_dict(state["objective"])
        self.average.load_state_dict(state["ema"])
        for optimiser, name in zip(self.optimisers, ("generator_optimiser", "discriminator_optimiser"), strict=True):
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state[name]})

    def _set_progress(self, progress: float) -> None:
        """Sets what is scheduled over the run."""
        params = self.params
        rate, beta2 = value_at(params.learning_rate, progress), value_at(params.beta2, progress)
        for optimiser, multiple in zip(self.optimisers, (1.0, params.discriminator_rate), strict=True):
            set_schedules(optimiser, multiple * rate, beta2)
        self.objective.advance(progress)
        for network in (self.objective.generator, self.objective.discriminator, self.average):
            if isinstance(network, Growing):
                network.grow(progress)

    def _seed(self) -> None:
        """Makes what is random in a step a function of (seed, step): resuming needs no state.

        Latent vectors are drawn for a whole batch, alike in all processes; networks and augmentation draw from the
        default generator, differently in each.
        """
        seed = int(np.random.SeedSequence([self.params.seed, self.step]).generate_state(1)[0])
        self._random.manual_seed(seed)
        seed_draws(seed + 1 + self.world.rank, self._random.device)

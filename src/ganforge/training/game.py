"""A complete step of training, from the batch to the updated weights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganforge.compute.device import seed_draws
from ganforge.networks.progressive import GROWN_AT, grow, grows
from ganforge.objectives.objective import Batch, Objective, Terms
from ganforge.prepared.columns import SIGNAL, SOURCE
from ganforge.signals import Signal
from ganforge.training.batches import Batches
from ganforge.training.distributed import World
from ganforge.training.ema import ExponentialMovingAverage
from ganforge.training.optimisers import Optimiser, set_schedules
from ganforge.training.schedules import value_at
from ganforge.training.settings import TrainSettings

Play = Callable[[Sequence[Batch], Collection[str]], Terms]


class Game:
    """A training as a sequence of steps, each a function of the state before it and of (seed, step).

    A step is some turns of the discriminators and one of the generators, on samples that are drawn once: the generators
    are judged by the samples that the discriminators were just trained on. The discriminators are frozen in the
    generators' turn.

    Attributes:
        step, steps: steps so far, and in total.
        images_per_step: real signals in a step.
        average: the moving average of the network that is kept, in evaluation mode.
        play: one step on given batches; a recording can replace it.

    Args:
        objective: the networks and their losses, on the device.
        optimisers: optimisers of the generators and of the discriminators; one if there is one network.
        batches: the stored data.
        signal: the kind of the data.
        latent_dim: entries of the latent vector.
        settings: length and rates of the training.
        world: the processes that share the training.
        device: device of all tensors.
        moves: augmentation that moves signals and sources together for both networks; None: no moves.
    """

    def __init__(
        self,
        objective: Objective,
        optimisers: Sequence[Optimiser],
        batches: Batches,
        signal: Signal,
        latent_dim: int,
        settings: TrainSettings,
        world: World,
        device: torch.device,
        moves: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        self.objective, self.optimisers, self.batches, self.signal = objective, tuple(optimisers), batches, signal
        self.latent_dim, self.settings, self.world, self.moves = latent_dim, settings, world, moves
        self.images_per_step = settings.batch_size * settings.discriminator_steps
        self.steps = settings.images // self.images_per_step
        self.step = 0
        self.rate_factor = 1.0
        self.ema = ExponentialMovingAverage(objective.kept, self.images_per_step)
        self.average = self.ema.average
        self.play_by(lambda step: step)
        self._random = torch.Generator(device)

    @property
    def images(self) -> int:
        """Real signals shown so far."""
        return self.step * self.images_per_step

    @property
    def learning_rate(self) -> float:
        """Learning rate of the generators in the last step."""
        return self.rate_factor * value_at(self.settings.learning_rate, max(0, self.step - 1) / self.steps)

    def play_by(self, player: Callable[[Play], Play]) -> None:
        """Replaces `play_step` by the result of ``player``, such as a recording of it."""
        self._player, self.play = player, player(self.play_step)

    def advance(self) -> Terms:
        """Runs a step; the host does not wait for the device.

        Returns:
            Scalars to report, of the last turn of the discriminators and of the generators.
        """
        progress = self.step / self.steps
        self._set_progress(progress)
        self._seed()
        turns = self.settings.discriminator_steps
        batches = [self.batch(self.step * turns + turn) for turn in range(turns)]
        terms = self.play(batches, self.objective.due(self.step))
        self.ema.update(self.step, value_at(self.settings.ema_half_life, progress))
        self.step += 1
        return terms

    def batch(self, turn: int) -> Batch:
        """The inputs of a turn of the discriminators, counted over the run: stored columns, and latent vectors."""
        latents = torch.randn(
            self.settings.batch_size, self.latent_dim, generator=self._random, device=self._random.device
        )
        batch = {**self.batches[turn], "latents": self.world.share(latents)}
        if self.objective.chances:
            batch["chances"] = torch.rand(self.objective.chances, generator=self._random, device=self._random.device)
        return batch

    def play_step(self, batches: Sequence[Batch], due: Collection[str]) -> Terms:
        """One step: everything that runs on the device, and nothing that waits for it.

        Args:
            batches: one for each turn of the discriminators; the generators use the last one.
            due: the terms to add to the discriminators' losses.
        """
        objective, device = self.objective, self._random.device.type
        terms: Terms = {}
        carried: Any = None
        for turn, stored in enumerate(batches, start=1):
            batch = self._presented(stored)
            with self._precision(device), torch.set_grad_enabled(turn == len(batches)):
                drawn = objective.generate(batch)
            if objective.discriminators is not None:
                with self._precision(device):
                    loss, carried, terms = objective.discriminator_loss(batch, drawn, due)
                self._descend(loss, self.optimisers[1])
        if objective.discriminators is not None:
            objective.discriminators.requires_grad_(False)
        with self._precision(device):
            loss, generator_terms = objective.generator_loss(batch, drawn, carried)
        self._descend(loss, self.optimisers[0])
        if objective.discriminators is not None:
            objective.discriminators.requires_grad_(True)
        return {**terms, **generator_terms}

    def grown_at(self, step: int) -> bool:
        """Whether the generator drew at its full size in the step before ``step``; only some generators grow."""
        return not grows(self.average) or (step - 1) / self.steps >= GROWN_AT

    def state(self) -> dict[str, Any]:
        """The contents of a checkpoint; other entries of optimisers are settings of params.yaml."""
        return {
            "step": self.step,
            "objective": self.objective.state_dict(),
            "ema": self.average.state_dict(),
            "optimisers": [optimiser.state_dict()["state"] for optimiser in self.optimisers],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from `state`."""
        self.step = state["step"]
        self.objective.load_state_dict(state["objective"])
        self.average.load_state_dict(state["ema"])
        for optimiser, remembered in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict({**optimiser.state_dict(), "state": remembered})

    def snapshot(self) -> dict[str, Any]:
        """A copy of `state` in the memory of the host, which later steps do not change."""
        copied: dict[str, Any] = snapshot(self.state())
        return copied

    def go_on_from(self, state: dict[str, Any] | None, rate: float, strength: float) -> None:
        """Restores earlier networks, if given, and continues from this step with other rates and penalties.

        Args:
            state: an earlier `state`, or None.
            rate: factor of the learning rates.
            strength: factor of the penalties.
        """
        if state is not None:
            self.restore({**snapshot(state), "step": self.step})
            self.play_by(self._player)  # an old recording would write into the old optimisers
        self.rate_factor, self.objective.strength = rate, strength

    def _presented(self, stored: Batch) -> Batch:
        """A batch as networks see it."""
        asked = self.objective.condition.present(
            {name: stored[name] for name in self.objective.condition.columns if name in stored}
        )
        batch = {**stored, **asked, SIGNAL: self.signal.to_network(stored[SIGNAL])}
        return batch if self.moves is None else moved_together(batch, self.moves)

    def _precision(self, device: str) -> torch.autocast:
        """The number format of networks and losses; gradients follow."""
        enabled = self.settings.precision == "bfloat16"
        return torch.autocast(device, torch.bfloat16, enabled=enabled, cache_enabled=False)

    def _descend(self, loss: Tensor, optimiser: Optimiser) -> None:
        """A step down the gradient of a loss, averaged over all processes."""
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.world.average_gradients(weight for group in optimiser.param_groups for weight in group["params"])
        optimiser.step()

    def _set_progress(self, progress: float) -> None:
        """Sets the scheduled values of the step."""
        settings = self.settings
        rate, beta2 = self.rate_factor * value_at(settings.learning_rate, progress), value_at(settings.beta2, progress)
        for optimiser, multiple in zip(self.optimisers, (1.0, settings.discriminator_rate)):
            set_schedules(optimiser, multiple * rate, beta2)
        self.objective.advance(progress)
        grow(self.objective, progress)
        grow(self.average, progress)

    def _seed(self) -> None:
        """Makes random numbers of a step a function of (seed, step), so resuming needs no state.

        Latent vectors are drawn for a whole batch, alike in all processes; networks and augmentation draw from the
        default generator, which differs between processes.
        """
        seed = int(np.random.SeedSequence([self.settings.seed, self.step]).generate_state(1)[0])
        self._random.manual_seed(seed)
        seed_draws(seed + 1 + self.world.rank, self._random.device)


def moved_together(batch: Batch, moves: Callable[[Tensor], Tensor]) -> Batch:
    """A batch whose signals and sources, as networks see them, were moved together."""
    signal, source = batch[SIGNAL], batch[SOURCE]
    both = moves(torch.cat([signal, source], 1))
    moved = {SIGNAL: both[:, : signal.shape[1]], SOURCE: both[:, signal.shape[1] :]}
    return {**batch, **{name: x.contiguous(memory_format=torch.channels_last) for name, x in moved.items()}}


def snapshot(state: Any) -> Any:
    """The same numbers, strings, lists and dictionaries with copies of their tensors in the memory of the host."""
    if isinstance(state, Tensor):
        return state.detach().to("cpu", copy=True)
    if isinstance(state, dict):
        return {name: snapshot(value) for name, value in state.items()}
    return [snapshot(value) for value in state] if isinstance(state, list | tuple) else state

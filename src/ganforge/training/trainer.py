"""The one training loop: alternating steps of discriminator and generator, whatever the signal or the objective.

It knows no tracking, no pipeline and no progress bar: it yields what happened, and its caller passes that on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.networks import GROWN_AT, Growing
from ganforge.objectives import Adversarial
from ganforge.params import TrainParams
from ganforge.training.batches import Batches
from ganforge.training.best import BestGenerator, copy_of
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import World
from ganforge.training.ema import ExponentialMovingAverage
from ganforge.training.failure import FailureError, FailureWatch, check_finite
from ganforge.training.optimisers import set_schedules
from ganforge.training.schedules import value_at
from ganforge.training.step import Batch, Terms

REPORTS = 200  # per run; in long runs one every LONGEST_REPORT steps
LONGEST_REPORT = 100  # steps
PREVIEWS = 10  # batches of samples per run, beside the one before the first step
CHECKPOINT_SECONDS = 10.0  # least time from one checkpoint to the next
CHECKPOINT_SHARE = 0.02  # most of the time that may go into writing them

Row = dict[str, float]
Preview = Callable[[nn.Module], np.ndarray]
Play = Callable[[Sequence[Batch], Collection[str]], Terms]


@dataclass(frozen=True)
class Report:
    """What happened since the report before.

    Attributes:
        images: real images shown so far.
        row: images shown, losses and scores averaged since the report before, learning rate, images per second, seconds
            of training so far, now and then the distance of the samples from real ones; None before the first step.
        samples: uint8 (N, *shape) from the averaged generator, now and then.
        warning: what goes wrong, in words.
    """

    images: int
    row: Row | None
    samples: np.ndarray | None
    warning: str | None = None


@dataclass(frozen=True)
class Kept:
    """Weights of a generator, and the real images shown until it had them."""

    weights: dict[str, Tensor]
    images: int


class Trainer:
    """Owns the schedules, the moving average and resuming; knows nothing of what the losses mean.

    Args:
        objective: the networks and their losses.
        play: one step of the game, which descends both losses.
        optimisers: of the generator and of the discriminator.
        batches: the data.
        latent_dim: entries of the latent vector.
        params: how long and how fast.
        checkpoints: where to resume from, and where to save to.
        preview: draws a few samples from the averaged generator.
        best: measures the averaged generator now and then; None to keep the last one.
        world: the processes that share the training.
        device: where everything lies.
    """

    def __init__(
        self,
        objective: Adversarial,
        play: Play,
        optimisers: tuple[torch.optim.Optimizer, torch.optim.Optimizer],
        batches: Batches,
        latent_dim: int,
        params: TrainParams,
        checkpoints: Checkpoints,
        preview: Preview,
        best: BestGenerator | None,
        world: World,
        device: torch.device,
    ) -> None:
        self.objective, self.play, self.batches = objective, play, batches
        self.generator_optimiser, self.discriminator_optimiser = optimisers
        self.latent_dim, self.random = latent_dim, torch.Generator(device)
        self.params, self.checkpoints, self.preview, self.best, self.world = params, checkpoints, preview, best, world
        self.images_per_step = params.batch_size * params.discriminator_steps
        self.steps = params.images // self.images_per_step
        self.report_every = max(1, min(LONGEST_REPORT, self.steps // REPORTS))
        self.preview_every = self._at_reports(self.steps / PREVIEWS)
        self.best_every = self._at_reports(params.best_every / self.images_per_step)
        self.ema = ExponentialMovingAverage(objective.generator, self.images_per_step)
        self.watch = FailureWatch(params.patience)
        self.step = 0
        self.seconds = 0.0
        self.history: list[Row] = []
        self.rows_saved = 0
        self._sums: Terms = {}
        self._counts: dict[str, int] = {}
        self._saved_at = time.monotonic()
        self._save_cost = 0.0
        state = checkpoints.load()
        if state is not None:
            self._restore(state)

    @property
    def images(self) -> int:
        """Real images shown so far."""
        return self.step * self.images_per_step

    def run(self) -> Iterator[Report]:
        """Trains from where the last checkpoint stands to the end, yielding reports.

        A checkpoint is written only after the caller has taken in the report before it, so that nothing the caller
        does with a report is lost when the process is killed. ``rows_saved`` rows of ``history`` are safe on disk.

        Raises:
            FailureError: a loss became infinite or not a number, or a sign of failure lasted and ``on_failure`` is
                ``stop``.
        """
        if self.step == 0:
            yield Report(0, None, self._preview())
        since, began = self.step, time.monotonic()
        while self.step < self.steps:
            self._train_step()
            done = self.step == self.steps
            if self.step % self.report_every and not done:
                continue
            row = self._row((self.step - since) * self.images_per_step, began)
            check_finite({**row, "length of the averaged weights": self.ema.norm()}, self.step)
            warning = self._warning(row)
            if self._is_due(self.best_every):
                row |= self._measure()
            self.history.append(row)
            self.seconds = row["seconds"] = self.seconds + time.monotonic() - began
            samples = self._preview() if self._is_due(self.preview_every) else None
            yield Report(self.images, row, samples, warning)
            if done or self._checkpoint_is_due():
                self.save()
            since, began = self.step, time.monotonic()

    def save(self) -> None:
        """Writes a checkpoint of the state after the last report."""
        began = time.monotonic()
        if self.world.leads:
            self.checkpoints.save(self.step, self._state())
        self._saved_at = time.monotonic()
        self._save_cost = self._saved_at - began
        self.rows_saved = len(self.history)

    def last(self) -> Kept:
        """The averaged generator as it is now."""
        return Kept(copy_of(self.ema.average), self.images)

    def chosen(self) -> Kept:
        """The generator that goes on: the best one if it was looked for, else the last."""
        if self.best is None or not self.best.weights:
            return self.last()
        return Kept(self.best.weights, self.best.images)

    def last_good(self) -> Kept | None:
        """What is left after a failure: the best generator so far, else that of the last checkpoint."""
        if self.best is not None and self.best.weights:
            return self.chosen()
        state = self.checkpoints.load()
        if state is None or self._still_grows(state["step"] - 1):
            return None
        return Kept(state["ema"], state["step"] * self.images_per_step)

    def _train_step(self) -> None:
        """One step of the game; the host goes on without waiting for the device."""
        self._set_progress(self.step / self.steps)
        turns = self.params.discriminator_steps
        self._seed()
        batches = [self._batch(self.step * turns + turn) for turn in range(turns)]
        self._note(self.play(batches, self.objective.due(self.step)))
        self.ema.update(self.step, value_at(self.params.ema_half_life, self.step / self.steps))
        self.step += 1

    def _set_progress(self, progress: float) -> None:
        """Sets what is scheduled over the run."""
        params = self.params
        rate, beta2 = value_at(params.learning_rate, progress), value_at(params.beta2, progress)
        set_schedules(self.generator_optimiser, rate, beta2)
        set_schedules(self.discriminator_optimiser, rate * params.discriminator_rate, beta2)
        self.objective.advance(progress)
        for network in (self.objective.generator, self.objective.discriminator, self.ema.average):
            if isinstance(network, Growing):
                network.grow(progress)

    def _seed(self) -> None:
        """Makes what is random in a step a function of (seed, step): resuming needs no state.

        Latent vectors are drawn for a whole batch, alike in all processes; networks and augmentation draw from the
        default generator, differently in each.
        """
        seed = int(np.random.SeedSequence([self.params.seed, self.step]).generate_state(1)[0])
        self.random.manual_seed(seed)
        torch.manual_seed(seed + 1 + self.world.rank)

    def _batch(self, turn: int) -> Batch:
        images, labels = self.batches[turn]
        latents = torch.randn(self.params.batch_size, self.latent_dim, generator=self.random, device=self.random.device)
        return Batch(images, labels, self.world.share(latents))

    def _note(self, terms: Terms) -> None:
        for name, value in terms.items():
            # The first value is copied, since a recorded step writes the next one into the same place.
            self._sums[name] = self._sums[name] + value if name in self._sums else value.clone()
            self._counts[name] = self._counts.get(name, 0) + 1

    def _row(self, images: int, began: float) -> Row:
        """Averages the terms since the last report: the only place where the host waits for the device."""
        means = self.world.mean(torch.stack([self._sums[name] / self._counts[name] for name in self._sums])).tolist()
        losses = dict(zip(self._sums, means, strict=True))
        self._sums, self._counts = {}, {}
        row = {"images": float(self.images), **losses}
        rate = value_at(self.params.learning_rate, (self.step - 1) / self.steps)
        return row | {"learning_rate": rate, "images_per_second": images / max(time.monotonic() - began, 1e-9)}

    def _warning(self, row: Row) -> str | None:
        """What has gone wrong for too long by now.

        Raises:
            FailureError: the same, if the run is to stop then.
        """
        warning = self.watch.look(row, self.step)
        if warning and self.params.on_failure == "stop":
            raise FailureError(f"training failed: {warning}")
        return warning

    def _measure(self) -> Row:
        """The distance of the averaged generator's samples from real ones, once it draws at full size."""
        if self.best is None or not self.world.leads or self._still_grows(self.step - 1):
            return {}
        return {"fd": self.best.consider(self.ema.average, self.images)}

    def _still_grows(self, step: int) -> bool:
        """Whether the generator did not draw at its full size yet in a step, counted from 0."""
        return isinstance(self.ema.average, Growing) and step / self.steps < GROWN_AT

    def _preview(self) -> np.ndarray | None:
        return self.preview(self.ema.average) if self.world.leads else None

    def _at_reports(self, steps: float) -> int:
        """The multiple of ``report_every`` that is nearest to a number of steps, at least one."""
        return max(1, round(steps / self.report_every)) * self.report_every

    def _is_due(self, every: int) -> bool:
        return self.step % every == 0 or self.step == self.steps

    def _checkpoint_is_due(self) -> bool:
        pause = max(CHECKPOINT_SECONDS, self._save_cost / CHECKPOINT_SHARE)
        return time.monotonic() - self._saved_at >= pause

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
            "objective": self.objective.state_dict(),
            "ema": self.ema.average.state_dict(),
            "best": None if self.best is None else self.best.state(),
            # What else an optimiser holds are settings, and those come from params.yaml.
            "generator_optimiser": self.generator_optimiser.state_dict()["state"],
            "discriminator_optimiser": self.discriminator_optimiser.state_dict()["state"],
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]
        self.rows_saved = len(self.history)
        self.objective.load_state_dict(state["objective"])
        self.ema.average.load_state_dict(state["ema"])
        if self.best is not None and state["best"] is not None:
            self.best.restore(state["best"])
        for name in ("generator_optimiser", "discriminator_optimiser"):
            optimiser = getattr(self, name)
            optimiser.load_state_dict({**optimiser.state_dict(), "state": state[name]})
        for row in self.history:
            self.watch.look(row, self.step)

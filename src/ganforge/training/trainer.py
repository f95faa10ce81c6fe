"""The one training loop: alternating steps of discriminator and generator, whatever the signal or the objective.

It knows no tracking, no pipeline and no progress bar: it yields what happened, and its caller passes that on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganforge.errors import UserError
from ganforge.objectives import Adversarial
from ganforge.params import TrainParams
from ganforge.scale import normalise
from ganforge.training.batches import Batches
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.ema import ExponentialMovingAverage

REPORTS = 200  # per run; in long runs one every LONGEST_REPORT steps
LONGEST_REPORT = 100  # steps
PREVIEWS = 10  # batches of samples per run, beside the one before the first step
CHECKPOINT_SECONDS = 10.0  # least time from one checkpoint to the next
CHECKPOINT_SHARE = 0.02  # most of the time that may go into writing them

Row = dict[str, float]
Preview = Callable[[nn.Module], np.ndarray]


class DivergedError(UserError):
    """A loss is no longer a number."""


@dataclass(frozen=True)
class Report:
    """What happened since the report before.

    Attributes:
        step, steps: optimiser steps done, and in all.
        row: images shown so far, losses and scores averaged since the report before, learning rate, images per second,
            seconds of training so far; None before the first step.
        samples: uint8 (N, *shape) from the averaged generator, now and then.
    """

    step: int
    steps: int
    row: Row | None
    samples: np.ndarray | None


class Trainer:
    """Owns the optimisers, the moving average, the device and resuming; knows nothing of what the losses mean.

    Args:
        objective: the networks and their losses, on ``device``.
        batches: the data, on ``device``.
        latent_dim: entries of the latent vector.
        params: how long and how fast.
        checkpoints: where to resume from, and where to save to.
        preview: draws a few samples from the averaged generator.
        device: where everything lies.
    """

    def __init__(
        self,
        objective: Adversarial,
        batches: Batches,
        latent_dim: int,
        params: TrainParams,
        checkpoints: Checkpoints,
        preview: Preview,
        device: torch.device,
    ) -> None:
        self.objective, self.batches, self.latent_dim = objective, batches, latent_dim
        self.params, self.checkpoints, self.preview, self.device = params, checkpoints, preview, device
        self.steps = params.images // params.batch_size
        self.report_every = max(1, min(LONGEST_REPORT, self.steps // REPORTS))
        self.preview_every = max(1, round(self.steps / PREVIEWS / self.report_every)) * self.report_every
        self.ema = ExponentialMovingAverage(objective.generator, params.ema_half_life, params.batch_size)
        self.generator_optimiser = self._adam(objective.generator)
        self.discriminator_optimiser = self._adam(objective.discriminator)
        self.random = torch.Generator(device).manual_seed(params.seed)
        self.step = 0
        self.seconds = 0.0
        self.history: list[Row] = []
        self.rows_saved = 0
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._saved_at = time.monotonic()
        self._save_cost = 0.0
        state = checkpoints.load()
        if state is not None:
            self._restore(state)

    def run(self) -> Iterator[Report]:
        """Trains from where the last checkpoint stands to the end, yielding reports.

        A checkpoint is written only after the caller has taken in the report before it, so that nothing the caller
        does with a report is lost when the process is killed. ``rows_saved`` rows of ``history`` are safe on disk.

        Raises:
            DivergedError: a loss became infinite or not a number.
        """
        if self.step == 0:
            yield Report(0, self.steps, None, self.preview(self.ema.average))
        since, began = self.step, time.monotonic()
        while self.step < self.steps:
            self._train_step()
            done = self.step == self.steps
            if self.step % self.report_every and not done:
                continue
            row = self._row((self.step - since) * self.params.batch_size, began)
            since, began = self.step, time.monotonic()
            self.history.append(row)
            wants_samples = self.step % self.preview_every == 0 or done
            samples = self.preview(self.ema.average) if wants_samples else None
            yield Report(self.step, self.steps, row, samples)
            if done or self._checkpoint_is_due():
                self.save()
            began = time.monotonic()

    def save(self) -> None:
        """Writes a checkpoint of the state after the last report."""
        began = time.monotonic()
        self.checkpoints.save(self.step, self._state())
        self._saved_at = time.monotonic()
        self._save_cost = self._saved_at - began
        self.rows_saved = len(self.history)

    def _train_step(self) -> None:
        """One step of the discriminator, one of the generator, one of the average; never waits for the device."""
        images, labels = self.batches[self.step]
        real = normalise(images)
        self._set_learning_rate(self.step)

        penalise = self.objective.wants_penalty(self.step)
        loss, terms = self.objective.discriminator_loss(real, labels, self._latents(len(real)), penalise=penalise)
        self._descend(loss, self.discriminator_optimiser)
        self._note(terms)

        self.objective.discriminator.requires_grad_(False)
        loss, terms = self.objective.generator_loss(real, labels, self._latents(len(real)))
        self._descend(loss, self.generator_optimiser)
        self.objective.discriminator.requires_grad_(True)
        self._note(terms)

        self.ema.update(self.step)
        self.step += 1

    def _adam(self, module: nn.Module) -> torch.optim.Adam:
        return torch.optim.Adam(
            module.parameters(), lr=self.params.learning_rate, betas=self.params.adam_betas, fused=True
        )

    def _descend(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    def _latents(self, count: int) -> Tensor:
        return torch.randn(count, self.latent_dim, generator=self.random, device=self.device)

    def _set_learning_rate(self, step: int) -> None:
        rate = learning_rate(self.params, step / self.steps)
        for optimiser in (self.generator_optimiser, self.discriminator_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = rate

    def _note(self, terms: dict[str, Tensor]) -> None:
        for name, value in terms.items():
            self._sums[name] = self._sums[name] + value if name in self._sums else value
            self._counts[name] = self._counts.get(name, 0) + 1

    def _row(self, images: int, began: float) -> Row:
        """Averages the terms since the last report: the only place where the host waits for the device."""
        means = torch.stack([self._sums[name] / self._counts[name] for name in self._sums]).tolist()
        losses = dict(zip(self._sums, means, strict=True))
        self._sums, self._counts = {}, {}
        shown = self.step * self.params.batch_size
        wrong = [f"{name} is {value}" for name, value in losses.items() if not math.isfinite(value)]
        if wrong:
            raise DivergedError(
                f"training diverged after {shown} images: {', '.join(wrong)}; lower train.learning_rate or raise "
                f"train.r1 and train.r2, then train again."
            )
        elapsed = time.monotonic() - began
        self.seconds += elapsed
        rate = learning_rate(self.params, (self.step - 1) / self.steps)
        return {"images": shown, **losses, "learning_rate": rate} | {
            "images_per_second": images / max(elapsed, 1e-9),
            "seconds": self.seconds,
        }

    def _checkpoint_is_due(self) -> bool:
        pause = max(CHECKPOINT_SECONDS, self._save_cost / CHECKPOINT_SHARE)
        return time.monotonic() - self._saved_at >= pause

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
            "random": self.random.get_state(),
            "objective": self.objective.state_dict(),
            "ema": self.ema.average.state_dict(),
            "generator_optimiser": self.generator_optimiser.state_dict(),
            "discriminator_optimiser": self.discriminator_optimiser.state_dict(),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.step, self.seconds, self.history = state["step"], state["seconds"], state["history"]
        self.rows_saved = len(self.history)
        self.random.set_state(state["random"])
        self.objective.load_state_dict(state["objective"])
        self.ema.average.load_state_dict(state["ema"])
        self.generator_optimiser.load_state_dict(state["generator_optimiser"])
        self.discriminator_optimiser.load_state_dict(state["discriminator_optimiser"])


def learning_rate(params: TrainParams, progress: float) -> float:
    """Constant up to ``decay_from`` of the run, then linear down to ``decay_to`` of itself; progress in 0..1."""
    if progress <= params.decay_from or params.decay_from == 1:
        return params.learning_rate
    fallen = (progress - params.decay_from) / (1 - params.decay_from)
    return params.learning_rate * (1 - fallen * (1 - params.decay_to))

"""The training loop for all signals and objectives: steps, reports, checkpoints.

It does not depend on tracking, the pipeline or a progress bar: it yields reports, and the caller passes them on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn

from ganforge.training.best import BestGenerator, copy_of
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.failure import DivergedError, FailureError, FailureWatch, check_finite
from ganforge.training.game import Game
from ganforge.training.meter import Meter
from ganforge.training.settings import Help
from ganforge.training.standing_statistics import StandingStatistics

REPORTS = 200  # per run; in long runs there is one every LONGEST_REPORT steps
LONGEST_REPORT = 100  # steps
PREVIEWS = 10  # batches of samples per run, plus one before the first step

Row = dict[str, float]
Preview = Callable[[nn.Module], np.ndarray]


@dataclass(frozen=True)
class Report:
    """What happened since the last report.

    Attributes:
        images: real signals shown so far.
        row: signals shown, losses and scores averaged since the last report, learning rate, signals per second,
            seconds of training so far, sometimes the distance of the samples from real ones; None before the first
            step.
        samples: stored (N, *shape) from the averaged generator, sometimes.
        warning: a failure, in words.
    """

    images: int
    row: Row | None
    samples: np.ndarray | None
    warning: str | None = None


@dataclass(frozen=True)
class TrainedWeights:
    """Weights of a generator, and the number of real signals shown until then."""

    weights: dict[str, Tensor]
    images: int


class Trainer:
    """Runs a game to its end: reports on it, resumes it, detects failures, and keeps its best generator.

    Args:
        game: the game.
        checkpoints: where to resume from, and where to save to.
        refresh: prepares the averaged generator to be shown, measured and kept.
        preview: draws a few samples from that generator.
        best: measures it at intervals; None to keep the last one.
        cures: remedies for a failing training, by the column of the sign.
    """

    def __init__(
        self,
        game: Game,
        checkpoints: Checkpoints,
        refresh: StandingStatistics,
        preview: Preview,
        best: BestGenerator | None,
        cures: Mapping[str, str] | None = None,
    ) -> None:
        self.game, self.checkpoints, self.best = game, checkpoints, best
        self.refresh, self.preview = refresh, preview
        self.leads = game.world.leads
        self.report_every = max(1, min(LONGEST_REPORT, game.steps // REPORTS))
        self.preview_every = self._at_reports(game.steps / PREVIEWS)
        self.best_every = self._at_reports(game.settings.best_every / game.images_per_step)
        self.meter = Meter(game.world)
        self.cures = cures or {}
        self.watch = FailureWatch(game.settings.patience, self.cures)
        self.helps = 0
        self.last_well: dict[str, Any] | None = None  # the game at the last report without a sign of failure
        self.seconds = 0.0
        self.history: list[Row] = []
        self.rows_saved = 0
        state = checkpoints.load()
        if state is not None:
            self._restore(state)

    def run(self) -> Iterator[Report]:
        """Trains from the last checkpoint to the end, yielding reports.

        A checkpoint is written after the caller has handled the report before it, so a killed process loses no
        report. ``rows_saved`` rows of ``history`` are safe on disk.

        Raises:
            FailureError: a loss became infinite or NaN, or a sign of failure lasted, and ``on_failure`` is ``stop``
                or has helped as often as allowed.
        """
        game = self.game
        if game.step == 0:
            yield Report(0, None, self.preview(self.refresh(game.average)) if self.leads else None)
        since, began = game.step, time.monotonic()
        while game.step < game.steps:
            self.meter.add(game.advance())
            done = game.step == game.steps
            if game.step % self.report_every and not done:
                continue
            row, warning = self._look((game.step - since) * game.images_per_step, began)
            best = self.best if self._is_due(self.best_every) and game.grown_at(game.step) else None
            shown = self._is_due(self.preview_every)
            refreshed = self.refresh(game.average) if self.leads and (best is not None or shown) else None
            if best is not None and refreshed is not None:
                row["fd"] = best.consider(refreshed, game.images)
            self.history.append(row)
            self.seconds = row["seconds"] = self.seconds + time.monotonic() - began
            samples = self.preview(refreshed) if shown and refreshed is not None else None
            yield Report(game.images, row, samples, warning)
            if done or self.checkpoints.due():
                self.save()
            since, began = game.step, time.monotonic()

    def save(self) -> None:
        """Writes a checkpoint of the state after the last report."""
        if self.leads:
            self.checkpoints.save(self.game.step, self._state())
        self.rows_saved = len(self.history)

    def last(self) -> TrainedWeights:
        """The current averaged generator."""
        return TrainedWeights(copy_of(self.refresh(self.game.average)), self.game.images)

    def chosen(self) -> TrainedWeights:
        """The generator to use: the best one if generators were measured, else the last."""
        if self.best is None or not self.best.weights:
            return self.last()
        return TrainedWeights(self.best.weights, self.best.images)

    def last_good(self) -> TrainedWeights | None:
        """The generator to keep after a failure: the best so far, else that of the last checkpoint if it had grown."""
        if self.best is not None and self.best.weights:
            return self.chosen()
        state = self.checkpoints.load()
        if state is None or not self.game.grown_at(state["step"]):
            return None
        self.game.average.load_state_dict(state["ema"])
        return TrainedWeights(copy_of(self.refresh(self.game.average)), state["step"] * self.game.images_per_step)

    def _row(self, images: int, began: float) -> Row:
        """The means over the last steps.

        Raises:
            DivergedError: one of them, or of the averaged weights, is infinite or NaN.
        """
        row = {"images": float(self.game.images), **self.meter.read()}
        check_finite({**row, "length of the averaged weights": self.game.ema.norm()}, self.game.step)
        rate = images / max(time.monotonic() - began, 1e-9)
        return row | {"learning_rate": self.game.learning_rate, "images_per_second": rate}

    def _look(self, images: int, began: float) -> tuple[Row, str | None]:
        """The means over the last steps, and a warning if a failure has lasted too long; helps if allowed.

        Raises:
            FailureError: a failure lasted, and the run should stop.
        """
        game, on_failure = self.game, self.game.settings.on_failure
        try:
            row = self._row(images, began)
            failure = self.watch.look(row, game.step)
        except DivergedError as error:
            if self.last_well is None or not self._may_help():
                raise
            row, failure = {"images": float(game.images), "learning_rate": game.learning_rate}, error.failure
        warning = None if failure is None else str(failure)
        if failure is None or failure.may_be_wanted:
            if isinstance(on_failure, Help) and self.watch.all_is_well(row):
                self.last_well = game.snapshot()
        elif self._may_help() and not (failure.diverging and self.last_well is None):
            warning = f"{failure.symptom}: {self._help()}"
        elif on_failure != "warn":
            after = f" after {self.helps} attempts to help it" if self.helps else ""
            raise FailureError(f"training failed{after}: {warning}")
        if isinstance(on_failure, Help):
            row["helps"] = float(self.helps)
        return row, warning

    def _may_help(self) -> bool:
        on_failure, game = self.game.settings.on_failure, self.game
        return isinstance(on_failure, Help) and self.helps < on_failure.helps and game.step < game.steps

    def _help(self) -> str:
        """Continues from the last good state with gentler settings; returns a sentence about it."""
        self.helps += 1
        self.meter.forget()  # what was measured of the networks that failed, which may be NaN
        self._be_careful(self.last_well, self.game.images)
        shown = self.last_well["step"] * self.game.images_per_step if self.last_well else None
        since = "here" if shown is None else f"the networks of {shown:,} images"
        return (
            f"it continues from {since} with {self.game.rate_factor:g} times the learning rate and "
            f"{self.game.objective.strength:g} times the gradient penalties (attempt {self.helps})"
        )

    def _be_careful(self, state: dict[str, Any] | None, images: float) -> None:
        """Sets rates and penalties for the number of attempts so far, and restores the networks of a state if given.

        Args:
            state: last good state of the game, or None.
            images: real signals shown at the last attempt; signs count from there.
        """
        on_failure = self.game.settings.on_failure
        assert isinstance(on_failure, Help)
        self.game.go_on_from(state, on_failure.rate**self.helps, on_failure.penalties**self.helps)
        self.watch = FailureWatch(self.game.settings.patience, self.cures, images)

    def _at_reports(self, steps: float) -> int:
        """The multiple of ``report_every`` nearest to a number of steps, at least one."""
        return max(1, round(steps / self.report_every)) * self.report_every

    def _is_due(self, every: int) -> bool:
        return self.game.step % every == 0 or self.game.step == self.game.steps

    def _state(self) -> dict[str, Any]:
        best = None if self.best is None else self.best.state()
        helped = {"helps": self.helps, "last_well": self.last_well, "least_spread": self.meter.least_spread.state()}
        return {**self.game.state(), "seconds": self.seconds, "history": self.history, "best": best, **helped}

    def _restore(self, state: dict[str, Any]) -> None:
        self.game.restore(state)
        self.seconds, self.history = state["seconds"], state["history"]
        self.rows_saved = len(self.history)
        if self.best is not None and state["best"] is not None:
            self.best.restore(state["best"])
        self.helps, self.last_well = state["helps"], state["last_well"]
        self.meter.least_spread.restore(state["least_spread"])
        since = [row for row in self.history if row.get("helps", 0) == self.helps]
        if self.helps:
            helped, *since = since
            self._be_careful(None, helped["images"])
        for row in since:
            self.watch.look(row, self.game.step)

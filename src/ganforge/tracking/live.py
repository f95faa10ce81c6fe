"""A training that is watched while it goes on, and that never waits for who watches."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.tracking.machine import Machine
from ganforge.tracking.run import PipelineRun
from ganforge.tracking.store import warn

if TYPE_CHECKING:
    from ganforge.training.trainer import Row

MEASURE = 10.0  # seconds from one look at the machine to the next
RETRY = 10.0  # seconds from a failure of the store to the next try
LONGEST_WAIT = 8.0  # seconds that the end of a training waits for a slow store


class LiveRun:
    """Keeps the MLflow run of a training up to date, in a thread of its own.

    It is told where the training stands and sends what the run does not hold yet. The first failure of the store is
    told; it is tried again until the training ends, and what is missing then is completed by the stage ``record``.

    Args:
        open_run: finds or makes the run; called in the thread, again after every failure.
    """

    def __init__(self, open_run: Callable[[], PipelineRun]) -> None:
        import mlflow  # noqa: F401  now: a thread that imports it would slow down the first steps

        self._open_run = open_run
        self._news = threading.Condition()
        self._rows: Sequence[Row] = ()
        self._pictures: Sequence[Path] = ()
        self._status: str | None = None
        self._changed, self._closing = True, False
        self._complete = self._told = False
        self._thread = threading.Thread(target=self._work, name="mlflow", daemon=True)
        self._thread.start()

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """Tells of all rows that are safe on disk, and of all sheets of samples; returns at once."""
        with self._news:
            if len(rows) > len(self._rows) or len(pictures) > len(self._pictures):
                self._rows, self._pictures, self._changed = tuple(rows), tuple(pictures), True
                self._news.notify()

    def close(self, status: str | None = None) -> None:
        """Waits a few seconds at most until everything is sent, and the run marked with ``status`` if there is one."""
        with self._news:
            self._closing, self._status, self._changed = True, status, True
            self._news.notify()
        self._thread.join(LONGEST_WAIT)
        if not self._complete:
            self._tell(TimeoutError(f"no answer for {LONGEST_WAIT:.0f} s"))

    def _work(self) -> None:
        run, held, failed = None, set[int](), False
        shown: Sequence[Path] = ()
        machine, measured = Machine(), time.monotonic()
        while not self._complete:
            with self._news:
                if failed:
                    self._news.wait_for(lambda: self._closing, timeout=RETRY)
                else:
                    self._news.wait_for(lambda: self._changed, timeout=MEASURE)
                rows, pictures, closing, status = self._rows, self._pictures, self._closing, self._status
                self._changed = False
            try:
                if run is None:
                    run = self._open_run()
                    held, shown = run.rows_held(), ()
                new = [row for row in rows if int(row["images"]) not in held]
                run.log_rows(new)
                held |= {int(row["images"]) for row in new}
                if pictures != shown:
                    run.log_grids(pictures)
                    shown = pictures
                if time.monotonic() - measured >= MEASURE:
                    measured = time.monotonic()
                    run.log_machine(machine.measure())
                failed = False
                if closing and status:
                    run.end(status)
                self._complete = closing
            except Exception as error:
                run, failed = None, True
                self._tell(error)
                if closing:
                    return

    def _tell(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            warn(error, "the training loses nothing, and `dvc repro record` will complete what is missing there")

"""The process that records a training while it runs; `LiveRun` starts it and sends it what to record.

It imports MLflow and opens the store, which takes seconds with any store, and writes a line that it is ready. Then it
reads JSON from standard input, a line for each message: first a description of the training, then new rows and sheets
of samples, and finally the end. If the input ends without the last message, the training was killed, and the process
ends at once. It writes another line when it has reported a failure.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ganforge.files import write_durably
from ganforge.params import Params, parse_params
from ganforge.prepared.meta import Meta, parse_meta
from ganforge.tracking.identity import Identity
from ganforge.tracking.machine import Machine
from ganforge.tracking.run import PipelineRun, recover_run
from ganforge.tracking.store import FILLED_LATER, READY, WARNED, connect, failure

if TYPE_CHECKING:
    from ganforge.training.trainer import Row

MEASURE = 10.0  # seconds between two measurements of the machine
RETRY = 10.0  # seconds from a failure of the store to the next try
SHORT_TIMEOUT = "5"  # seconds that a server may take to answer during a training
NICENESS = 5  # on a busy machine, the training has priority, but does not starve this process


class Recorder:
    """Keeps the MLflow run of a training up to date.

    It receives the state of the training and sends what the run does not have yet. It reports the first failure of the
    store and tries again until the training ends; the stage ``record`` then completes what is missing.

    Args:
        open_run: finds or makes the run; called again after every failure.
        tell: called with a sentence about the first failure.
    """

    def __init__(self, open_run: Callable[[], PipelineRun], tell: Callable[[str], None]) -> None:
        self._open_run, self._tell = open_run, tell
        self._news = threading.Condition()
        self._rows: list[Row] = []
        self._pictures: list[Path] = []
        self._status: str | None = None
        self._changed, self._closing = True, False

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """Accepts further rows and sheets of samples; called in another thread than `run`."""
        with self._news:
            self._rows += rows
            self._pictures += pictures
            self._changed = True
            self._news.notify()

    def close(self, status: str | None = None) -> None:
        """Makes `run` end when everything is sent, and mark the run with ``status`` if one is given."""
        with self._news:
            self._closing, self._status, self._changed = True, status, True
            self._news.notify()

    def run(self) -> bool:
        """Sends what is new until it is closed; returns whether everything arrived."""
        run, failed, warned = None, False, False
        held, shown = set[int](), set[int]()  # steps of the rows and of the sheets that the run has
        machine, measured = Machine(), time.monotonic()
        while True:
            with self._news:
                if failed:
                    self._news.wait_for(lambda: self._closing, timeout=RETRY)
                else:
                    self._news.wait_for(lambda: self._changed, timeout=MEASURE)
                rows, pictures, closing, status = [*self._rows], [*self._pictures], self._closing, self._status
                self._changed = False
            try:
                if run is None:
                    run = self._open_run()
                    held, shown = run.rows_held(), run.grids_held()
                new = [row for row in rows if int(row["images"]) not in held]
                run.log_rows(new)
                held |= {int(row["images"]) for row in new}
                for picture in pictures:
                    if int(picture.stem) not in shown:
                        run.log_grid(picture)
                        shown.add(int(picture.stem))
                if time.monotonic() - measured >= MEASURE:
                    measured = time.monotonic()
                    run.log_machine(machine.measure())
                failed = False
                if closing and status:
                    run.end(status)
            except Exception as error:
                run, failed = None, True
                if not warned:
                    warned = True
                    self._tell(failure(error, FILLED_LATER))
            if closing:
                return not failed


def open_run(params: Params, meta: Meta, identity_file: Path) -> PipelineRun:
    """The run of the training in ``identity_file``; its id is written there."""
    run = recover_run(params, meta, Identity.load(identity_file))
    write_durably(identity_file, run.identity.to_json().encode())
    run.resume()
    return run


def listen(recorder: Recorder, messages: TextIO) -> None:
    """Passes on the messages of the training; ends this process when the training is gone."""
    for line in messages:
        if not line.endswith("\n"):
            break  # incomplete, because its sender ended
        message: dict[str, Any] = json.loads(line)
        recorder.show(message["rows"], [Path(picture) for picture in message["pictures"]])
        if message["closing"]:
            recorder.close(message["status"])
            return
    os._exit(1)


def main() -> None:
    """Records one training."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the training gets it too, and decides what follows
    os.nice(NICENESS)
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", SHORT_TIMEOUT)
    with suppress(Exception):  # failures of the store are reported later
        connect()
    print(READY, flush=True)  # noqa: T201
    line = sys.stdin.readline()
    if not line.endswith("\n"):
        sys.exit(1)
    training = json.loads(line)
    params, meta = parse_params(training["params"]), parse_meta(training["meta"])
    stage = os.environ.get("DVC_STAGE", "train")

    def tell(sentence: str) -> None:
        print(f"{stage}: {sentence}", file=sys.stderr, flush=True)  # noqa: T201
        print(WARNED, flush=True)  # noqa: T201

    recorder = Recorder(partial(open_run, params, meta, Path(training["identity_file"])), tell)
    threading.Thread(target=listen, args=(recorder, sys.stdin), daemon=True).start()
    os._exit(0 if recorder.run() else 1)  # at once: Python's cleanup at exit takes a second


if __name__ == "__main__":
    main()

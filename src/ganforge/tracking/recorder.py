"""The process that records a training while it goes on; `LiveRun` starts it and tells it what to record.

It imports MLflow and opens the store, which takes seconds whatever the store is like, and writes a line that it is
ready. Then it reads JSON from standard input, a line for each message: first what is trained, then new rows and new
sheets of samples, at last that it is over. Where the input ends without that, the training was killed, and it ends at
once. It writes another line when it has reported a failure.
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

MEASURE = 10.0  # seconds from one look at the machine to the next
RETRY = 10.0  # seconds from a failure of the store to the next try
SHORT_TIMEOUT = "5"  # seconds that a server may take to answer, while a training goes on
NICENESS = 5  # the training goes first where there are too few processors for both, and does not starve this one


class Recorder:
    """Keeps the MLflow run of a training up to date.

    It hears where the training stands and sends what the run does not hold yet. The first failure of the store is
    reported; it is tried again until the training ends, and what is missing then is completed by the stage ``record``.

    Args:
        open_run: finds or makes the run; called again after every failure.
        tell: takes a sentence about the first failure.
    """

    def __init__(self, open_run: Callable[[], PipelineRun], tell: Callable[[str], None]) -> None:
        self._open_run, self._tell = open_run, tell
        self._news = threading.Condition()
        self._rows: list[Row] = []
        self._pictures: list[Path] = []
        self._status: str | None = None
        self._changed, self._closing = True, False

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """Takes further rows and sheets of samples, in another thread than `run`."""
        with self._news:
            self._rows += rows
            self._pictures += pictures
            self._changed = True
            self._news.notify()

    def close(self, status: str | None = None) -> None:
        """Lets `run` end when everything is sent, and mark the run with ``status`` if there is one."""
        with self._news:
            self._closing, self._status, self._changed = True, status, True
            self._news.notify()

    def run(self) -> bool:
        """Sends what there is until it is closed; whether all of it arrived."""
        run, failed, warned = None, False, False
        held, shown = set[int](), set[int]()  # signals shown at the rows and at the sheets that the run has
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
    """The run of the training that ``identity_file`` names; its id is written there."""
    run = recover_run(params, meta, Identity.load(identity_file))
    write_durably(identity_file, run.identity.to_json().encode())
    run.resume()
    return run


def listen(recorder: Recorder, messages: TextIO) -> None:
    """Passes on what the training tells; ends this process when that is no more."""
    for line in messages:
        if not line.endswith("\n"):
            break  # cut short by the end of who wrote it
        message: dict[str, Any] = json.loads(line)
        recorder.show(message["rows"], [Path(picture) for picture in message["pictures"]])
        if message["closing"]:
            recorder.close(message["status"])
            return
    os._exit(1)


def main() -> None:
    """Records one training."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the training gets it too, and says what follows
    os.nice(NICENESS)
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", SHORT_TIMEOUT)
    with suppress(Exception):  # what the store has against it is told later
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
    os._exit(0 if recorder.run() else 1)  # at once: what Python tidies up at its end takes a second


if __name__ == "__main__":
    main()

"""Records a training while it runs, without making it wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self

import ganforge
from ganforge.params import Params
from ganforge.prepared.meta import Meta
from ganforge.tracking.store import FILLED_LATER, READY, WARNED, failure

if TYPE_CHECKING:
    from ganforge.training.trainer import Row

LONGEST_START = 60.0  # seconds that the end of a short training waits for the process to start
LONGEST_WAIT = 7.0  # seconds that the end of a training waits for a slow store


class LiveRun:
    """Keeps the MLflow run of a training up to date in a separate process.

    A thread would block the training: MLflow is Python throughout, so each second of it is a second without training.
    The process takes seconds to import MLflow, so start it early. Used as a context, it ends the process if `close` was
    not called.
    """

    def __init__(self) -> None:
        package = str(Path(ganforge.__file__).parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ganforge.tracking.recorder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C goes to the training, which decides what follows
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))},
        )
        self._messages = SimpleQueue[dict[str, Any] | None]()
        self._rows = self._pictures = 0
        self._ready, self._warned = threading.Event(), False
        for work in (self._send, self._listen):  # both may have to wait
            threading.Thread(target=work, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def begin(self, params: Params, meta: Meta, identity_file: Path) -> None:
        """Sends a description of the training.

        Args:
            params: all of params.yaml.
            meta: description of the data.
            identity_file: file with the `Identity` of the training; the id of the run is written to it.
        """
        training = {"params": params.model_dump(mode="json"), "meta": asdict(meta)}
        self._messages.put({**training, "identity_file": str(identity_file)})

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """Sends all rows that are safe on disk, and the names of all sheets of samples; returns at once."""
        if len(rows) > self._rows or len(pictures) > self._pictures:
            self._tell(rows[self._rows :], pictures[self._pictures :])
            self._rows, self._pictures = len(rows), len(pictures)

    def close(self, status: str | None = None) -> None:
        """Waits until everything is sent, and the run has its ``status`` if one is given: a few seconds at most.

        A training that ends before its process has started also waits for the start, longer on a busy machine.
        """
        self._tell(closing=True, status=status)
        self._messages.put(None)
        self._ready.wait(LONGEST_START)
        try:
            self._process.wait(LONGEST_WAIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            reason = f"no answer within {LONGEST_WAIT:.0f} s"
        else:
            reason = f"the process that records ended with status {self._process.returncode}"
        if self._process.returncode and not self._warned:
            warnings.warn(failure(RuntimeError(reason), FILLED_LATER), stacklevel=2)

    def _tell(
        self,
        rows: Sequence[Row] = (),
        pictures: Sequence[Path] = (),
        *,
        closing: bool = False,
        status: str | None = None,
    ) -> None:
        paths = [str(picture.absolute()) for picture in pictures]
        self._messages.put({"rows": [*rows], "pictures": paths, "closing": closing, "status": status})

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == READY.encode():
                self._ready.set()
            self._warned |= line.strip() == WARNED.encode()
        self._ready.set()  # or ended, so that nobody waits for it

    def _send(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            for message in iter(self._messages.get, None):
                pipe.write(json.dumps(message).encode() + b"\n")
                pipe.flush()
            pipe.close()
        except OSError:  # the process has ended, which `close` detects
            return

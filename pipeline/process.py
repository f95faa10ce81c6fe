"""What a long-running stage owes to the processes around it."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1


@contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Holds a lock on ``folder`` that the kernel lets go of when its holder ends, however it ends; waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another process works on {folder.name}, waiting for it to end", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(parents=True, exist_ok=True)  # who held the lock before may have removed it when done
        yield


@contextmanager
def ask_to_stop() -> Iterator[list[int]]:
    """Turns the first SIGTERM or SIGINT into an entry of the list, to be looked at where stopping loses nothing.

    A second one does what it always does.

    On Linux the process is sent SIGTERM when its parent dies: killing `dvc` alone must not leave a trainer behind.
    """
    received: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        received.append(number)
        for each, handler in before.items():
            signal.signal(each, handler)

    before = {number: signal.signal(number, remember) for number in (signal.SIGTERM, signal.SIGINT)}
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before it could be watched
            received.append(signal.SIGTERM)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

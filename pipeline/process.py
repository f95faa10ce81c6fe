"""What a long-running stage owes to the processes around it."""

from __future__ import annotations

import ctypes
import fcntl
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ganforge.errors import UserError

PATIENCE = 30  # seconds that a process before us gets to write its last checkpoint
PR_SET_PDEATHSIG = 1


@contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Holds a lock on ``folder`` that the kernel lets go of when this process ends, however it ends.

    Raises:
        UserError: another process has held the lock for all of PATIENCE.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock_file = folder.with_suffix(".lock")
    with lock_file.open("w") as lock:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise UserError(
                        f"{lock_file} is held: another process trains with the very same parameters; wait for it to "
                        f"end, or stop it, then run `dvc repro` again."
                    ) from None
                time.sleep(0.2)
        folder.mkdir(parents=True, exist_ok=True)  # who held the lock before may have removed it when done
        yield


@contextmanager
def ask_to_stop() -> Iterator[list[int]]:
    """Turns SIGTERM and SIGINT into an entry of the list, to be looked at where stopping loses nothing.

    On Linux the process is sent SIGTERM when its parent dies: killing `dvc` alone must not leave a trainer behind.
    """
    received: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, remember) for number in (signal.SIGTERM, signal.SIGINT)}
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

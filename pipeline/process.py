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
from typing import TextIO

from ganforge.compute import ComputeSettings, processors

PR_SET_PDEATHSIG = 1
BINDING = {"OMP_PROC_BIND": "true"}
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()  # before PyTorch binds this thread


@contextmanager
def only_one_in(folder: Path) -> Iterator[None]:
    """Holds a lock on ``folder`` that the kernel lets go of when its holder ends, however it ends; waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock_of(folder) as lock:
        if not _taken(lock):
            print(f"another process works on {folder.name}, waiting for it to end", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(parents=True, exist_ok=True)  # who held the lock before may have removed it when done
        yield


@contextmanager
def free(folder: Path) -> Iterator[bool]:
    """Whether no process works in ``folder``; while this lasts, none begins to."""
    with _lock_of(folder) as lock:
        yield _taken(lock)


def _lock_of(folder: Path) -> TextIO:
    return folder.with_suffix(".lock").open("w")


def _taken(lock: TextIO) -> bool:
    """Takes the lock if nobody has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def ask_to_stop(*, once: bool = True) -> Iterator[list[int]]:
    """Turns SIGTERM and SIGINT into entries of the list, to be looked at where stopping loses nothing.

    If ``once``, a second one does what it always does; processes of ``torchrun`` get several for one Ctrl-C.

    On Linux the process is sent SIGTERM when its parent dies: killing `dvc` alone must not leave a trainer behind.
    """
    received: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        received.append(number)
        if once:
            for each, handler in before.items():
                signal.signal(each, handler)

    before = {number: signal.signal(number, remember) for number in (signal.SIGTERM, signal.SIGINT)}
    if not end_with_parent():
        received.append(signal.SIGTERM)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_with_parent() -> bool:
    """Has Linux send SIGTERM to this process when its parent dies; False if it died before that could be asked for."""
    if sys.platform != "linux":
        return True
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent


def leads(count: int) -> bool:
    """Whether this is the process that records and writes: the only one, or the first of ``count``."""
    return os.environ.get("RANK") == "0" if count > 1 else True


def bind_threads(compute: ComputeSettings) -> None:
    """Gives both threads of PyTorch, which is not imported yet, a core of their own where there are two cores.

    Linux would let them take turns on one core as soon as another program is busy, each waiting for the other. Where
    there are more cores, it moves them to those that are idle, and is left to it.
    """
    if compute.processes == 1 and compute.threads == processors() == 2:
        for name, value in BINDING.items():
            os.environ.setdefault(name, value)


def release_this_thread() -> None:
    """Lets the thread that calls run on any core again, and those that it starts: what computes is another device."""
    if CORES:
        os.sched_setaffinity(0, CORES)


def start_processes(count: int) -> None:
    """Becomes ``torchrun`` with ``count`` processes of the stage that is running, unless it is one of them or alone.

    What a user can put right has to be refused before: a failure in one of them is told at length by ``torchrun``.
    """
    if count == 1 or "RANK" in os.environ:
        return
    end_with_parent()
    stage = f"pipeline.{Path(sys.argv[0]).stem}"
    run = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count), "-m", stage]
    os.execv(sys.executable, [sys.executable, *run])

"""Locks, signals and processes of a long-running stage."""

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
    """Waits for a lock on ``folder`` and holds it; the kernel releases it when the process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock_of(folder) as lock:
        if not _taken(lock):
            print(f"another process uses {folder.name}; waiting for it to end", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(parents=True, exist_ok=True)  # the previous holder may have removed it
        yield


@contextmanager
def free(folder: Path) -> Iterator[bool]:
    """Whether no process uses ``folder``; none can start to use it in the meantime."""
    with _lock_of(folder) as lock:
        yield _taken(lock)


def _lock_of(folder: Path) -> TextIO:
    return folder.with_suffix(".lock").open("w")


def _taken(lock: TextIO) -> bool:
    """Takes the lock if it is free."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def ask_to_stop(*, once: bool = True) -> Iterator[list[int]]:
    """Appends SIGTERM and SIGINT to the list, so that the caller can stop where nothing is lost.

    If ``once``, a second signal has its usual effect; processes of ``torchrun`` get several for one Ctrl-C.

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
    """Asks Linux to send SIGTERM to this process when its parent dies; False if the parent is already dead."""
    if sys.platform != "linux":
        return True
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent


def leads(count: int) -> bool:
    """Whether this is the process that records and writes: the only one, or the first of ``count``."""
    return os.environ.get("RANK") == "0" if count > 1 else True


def bind_threads(compute: ComputeSettings) -> None:
    """Gives each of PyTorch's two threads its own core on a machine with two cores; call it before importing PyTorch.

    Otherwise, if another program is busy, Linux makes the threads take turns on one core, where each waits for the
    other. With more cores, Linux moves them to idle ones.
    """
    if compute.processes == 1 and compute.threads == processors() == 2:
        for name, value in BINDING.items():
            os.environ.setdefault(name, value)


def release_this_thread() -> None:
    """Allows the calling thread, and those that it starts, to run on any core again: another device computes."""
    if CORES:
        os.sched_setaffinity(0, CORES)


def start_processes(count: int) -> None:
    """Replaces this process by ``torchrun`` with ``count`` processes of the stage, unless it is one of them or alone.

    Check what a user can fix before: ``torchrun`` reports a failure of its processes at length.
    """
    if count == 1 or "RANK" in os.environ:
        return
    end_with_parent()
    stage = f"pipeline.{Path(sys.argv[0]).stem}"
    run = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count), "-m", stage]
    os.execv(sys.executable, [sys.executable, *run])

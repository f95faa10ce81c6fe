"""Training in turns, so that other load of the machine affects all loops."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

import torch

from pipeline import WAITING
from pipeline.process import BINDING

SPAWN = multiprocessing.get_context("spawn")
VARIABLES = (*WAITING, *BINDING)
UNSET = {"GOMP_SPINCOUNT": "300000"}  # the default wait of threads of GNU's OpenMP, about 3 ms

TimedLoop = Callable[[int], float]  # plays some steps and returns their seconds


def alternate(loops: Mapping[str, TimedLoop], rounds: int, steps: int) -> dict[str, list[float]]:
    """Seconds per step of each loop in each round; a first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in loops}
    for round_number in range(rounds + 1):
        for name, play in loops.items():
            taken = play(steps) / steps
            if round_number:
                seconds[name].append(taken)
    return seconds


def timed(step: Callable[[], Any], device: torch.device, steps: int) -> float:
    """Seconds of some steps, until the device has finished."""
    wait_for(device)
    began = time.perf_counter()
    for _ in range(steps):
        step()
    wait_for(device)
    return time.perf_counter() - began


def wait_for(device: torch.device) -> None:
    """Waits for the device to finish its work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def own_process(
    serve: Callable[..., None], *arguments: Any, environment: Mapping[str, str] = WAITING
) -> Iterator[TimedLoop]:
    """A loop that takes its turns in a separate process, which waits in between.

    Args:
        serve: function that the process runs, with a `Connection` and ``arguments``; it passes its loop to `answer`.
        arguments: picklable arguments.
        environment: values for some of `VARIABLES`.

    Raises:
        EOFError: the process has died.
    """
    here, there = SPAWN.Pipe()
    child = SPAWN.Process(target=serve, args=(there, *arguments))
    with _waiting(environment):
        child.start()
    there.close()

    def play(steps: int) -> float:
        here.send(steps)
        seconds: float = here.recv()
        return seconds

    try:
        yield play
    finally:
        with suppress(BrokenPipeError):
            here.send(0)
        child.join()


def answer(connection: Connection, step: Callable[[], Any], device: torch.device) -> None:
    """Runs in the other process: as many steps as each message asks for, until one asks for none."""
    while steps := connection.recv():
        connection.send(timed(step, device, steps))


@contextmanager
def _waiting(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets the given `VARIABLES` temporarily, and unsets the others."""
    before = {name: value for name, value in os.environ.items() if name in VARIABLES}
    _replace(variables)
    try:
        yield
    finally:
        _replace(before)


def _replace(variables: Mapping[str, str]) -> None:
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(variables)

"""Measures how threads should wait for each other: milliseconds of a step on an idle machine, and with busy programs.

    python -m benchmarks.waiting            # params.yaml's training, on images of 8x8 pixels (--resolution for others)

    Each way has its own process, and all take turns of some steps. The pipeline's way is set in `pipeline/__init__.py`
and, with two cores, in `pipeline.process.bind_threads`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.training import machine_name, random_images
from benchmarks.turns import SPAWN, UNSET, alternate, answer, own_process
from ganforge.compute.device import configure
from ganforge.params import load_params
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import Plan, build_trainer
from pipeline import WAITING
from pipeline.process import BINDING

SPINS = ["0", "3000", "10000", WAITING["GOMP_SPINCOUNT"], UNSET["GOMP_SPINCOUNT"]]
REMARKS = {"0": ": asleep at once", UNSET["GOMP_SPINCOUNT"]: ": unless told otherwise"}
BUSY_PROGRAMS = 2


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="number of turns of each")
    parser.add_argument("--steps", type=int, default=40, help="steps in a turn")
    parser.add_argument("--resolution", type=int, default=8, help="side of the images in pixels")
    options = parser.parse_args()
    ways: dict[str, tuple[int, Mapping[str, str]]] = {"one thread": (1, WAITING)}
    for binding, bound in (({}, ""), (BINDING, ", a core each")):
        for spins in SPINS:
            ways[f"two threads{bound}, {spins} spins{REMARKS.get(spins, '')}"] = (
                2,
                {"GOMP_SPINCOUNT": spins, **binding},
            )
    seconds = []
    with ExitStack() as stack:
        loops = {
            name: stack.enter_context(own_process(serve, threads, options.resolution, environment=environment))
            for name, (threads, environment) in ways.items()
        }
        seconds.append(alternate(loops, options.rounds, options.steps))
        for _ in range(BUSY_PROGRAMS):
            stack.enter_context(busy_program())
            seconds.append(alternate(loops, options.rounds, options.steps))
    columns = ["idle", *(f"{count} busy" for count in range(1, BUSY_PROGRAMS + 1))]
    print(f"| {machine_name(torch.device('cpu'))} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name in ways:
        cells = [f"{1000 * statistics.median(each[name]):.1f} ms" for each in seconds]
        print(f"| {name} | {' | '.join(cells)} |")


def serve(connection: Connection, threads: int, resolution: int) -> None:
    """Trains in the other process, on request."""
    params = load_params()
    compute = params.compute.model_copy(update={"threads": threads, "device": "cpu"})
    device = configure(compute)
    with TemporaryDirectory() as folder:
        data = random_images(Path(folder) / "prepared", 1, resolution)
        plan = Plan(params.network, params.objective, params.train, params.augment, compute)
        trainer = build_trainer(plan, data, Checkpoints(Path(folder) / "checkpoints"), device)
        answer(connection, trainer.game.advance, device)


@contextmanager
def busy_program() -> Iterator[None]:
    """Another process that keeps one core busy."""
    child = SPAWN.Process(target=compute_for_ever, daemon=True)
    child.start()
    try:
        yield
    finally:
        child.kill()
        child.join()


def compute_for_ever() -> None:
    """Until killed."""
    while True:
        pass


if __name__ == "__main__":
    main()

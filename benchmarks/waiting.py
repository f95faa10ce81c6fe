"""How long threads should spin before they sleep: milliseconds of a step on an idle machine, and beside a busy program.

    python -m benchmarks.waiting            # params.yaml's training, on images of 28x28

Each way has a process of its own, and all take turns of some steps. The pipeline's is that of `pipeline/__init__.py`.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.training import machine_name, random_images
from benchmarks.turns import SPAWN, UNTOLD, alternate, answer, own_process
from ganforge.params import load_params
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.device import configure
from ganforge.training.setup import build_trainer
from pipeline import WAITING

RESOLUTION = 28
SPINS = ["0", "1000", "3000", WAITING["GOMP_SPINCOUNT"], "30000", UNTOLD["GOMP_SPINCOUNT"]]
REMARKS = {"0": ": asleep at once", WAITING["GOMP_SPINCOUNT"]: ": the pipeline", SPINS[-1]: ": unless told otherwise"}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, help="how often each has its turn")
    parser.add_argument("--steps", type=int, default=20, help="steps in a turn")
    options = parser.parse_args()
    ways = {f"two threads, {spins} spins{REMARKS.get(spins, '')}": (2, {"GOMP_SPINCOUNT": spins}) for spins in SPINS}
    ways["one thread"] = (1, WAITING)
    with ExitStack() as stack:
        loops = {
            name: stack.enter_context(own_process(serve, threads, environment=environment))
            for name, (threads, environment) in ways.items()
        }
        idle = alternate(loops, options.rounds, options.steps)
        stack.enter_context(busy_program())
        busy = alternate(loops, options.rounds, options.steps)
    print(f"| {machine_name(torch.device('cpu'))} | idle | beside a busy program |\n|---|---|---|")
    for name in ways:
        cells = [f"{1000 * statistics.median(seconds[name]):.1f} ms" for seconds in (idle, busy)]
        print(f"| {name} | {' | '.join(cells)} |")


def serve(connection: Connection, threads: int) -> None:
    """Trains in the other process, when it is told to."""
    params = load_params()
    device = configure(params.compute.model_copy(update={"threads": threads, "device": "cpu"}))
    with TemporaryDirectory() as folder:
        data = random_images(Path(folder) / "prepared", 1, RESOLUTION)
        trainer = build_trainer(params, data, Checkpoints(Path(folder) / "checkpoints"), device)
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

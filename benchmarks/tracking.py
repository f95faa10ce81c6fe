"""What recording in MLflow takes of a training at the default settings.

    make repro && python -m benchmarks.tracking

It trains as the stage `train` does, on the data that the pipeline left, into a store of its own. MLflow is written to
by a process beside the training. Between every two reports, the time that passed and the processor time that this
process took are noted: how much the one grows with the other, by least squares, is what a second of recording takes of
training, and that times the seconds from the first report to the last is the cost. (Trainings with and without it
differ by chance more than that.) That the end waits for a slow server
some seconds at most is a matter of tests (docs/reliability.md).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import psutil

from benchmarks.training import machine_name
from ganforge.datasets.prepared import Meta, Prepared
from ganforge.layout import PREPARED
from ganforge.params import Params, load_params
from ganforge.tracking import Identity, LiveRun
from ganforge.training.device import configure
from ganforge.training.distributed import join
from pipeline.train import follow, prepare

if TYPE_CHECKING:
    from ganforge.training.trainer import Row


@dataclass
class Moment:
    """A report of the training.

    Attributes:
        time: when it came, in seconds.
        taken: processor time of the recording process until then, in seconds.
        pictures: sheets of samples that there were.
    """

    time: float
    taken: float
    pictures: int


class MeasuredRun(LiveRun):
    """One that notes what its process took of the processor, at every report."""

    def __init__(self, params: Params, meta: Meta, identity_file: Path) -> None:
        super().__init__(params, meta, identity_file)
        self.process, self.moments = psutil.Process(self._process.pid), list[Moment]()

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """As it is, and a note of the moment."""
        self.moments.append(Moment(time.perf_counter(), self.taken(), len(pictures)))
        super().show(rows, pictures)

    def taken(self) -> float:
        """Processor time of the process so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def main() -> None:
    """Trains some times, the first time into a store that has to be made, and prints a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=4, help="how many, the first into a new store (default: 4)")
    options = parser.parse_args()
    params = load_params()
    print(f"| {machine_name(configure(params.compute))} | training | recording process | waited for at the end |")
    print("|---|---|---|---|")
    shares, slopes = [], []
    with TemporaryDirectory() as folder:
        os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder}/mlflow.db"
        for number in range(options.runs):
            trained, moments, waited = train(params, Path(folder) / str(number))
            taken = moments[-1].taken - moments[0].taken
            shares.append(taken / trained)
            slopes.append(lost_by_second(moments))
            name = "into the same store" if number else "into a store that is made meanwhile"
            print(f"| {name} | {trained:.1f} s | {taken:.2f} s | {waited:.2f} s |", flush=True)
    lost = median(slopes)
    print(f"A second of recording takes {lost:.2f} s of training: {lost * median(shares):.1%} of it (medians).")


def train(params: Params, work: Path) -> tuple[float, list[Moment], float]:
    """Seconds of training, its reports, and seconds waited for the recording at the end."""
    data = Prepared.load(PREPARED)
    device = configure(params.compute)
    work.mkdir()
    trainer = prepare(params, data, device, join(device), work)
    identity_file = work / "run.json"
    identity_file.write_text(Identity.new().to_json(), encoding="utf-8")
    live = MeasuredRun(params, data.meta, identity_file)
    start = time.perf_counter()
    follow(trainer, data.meta.signal, live, work / "progress", [])
    trained = time.perf_counter()
    live.close("FINISHED")
    return trained - start, live.moments, time.perf_counter() - trained


def lost_by_second(moments: Sequence[Moment]) -> float:
    """Seconds by which training takes longer for a second of processor time of the recording process.

    Intervals that end in a sheet of samples are left out: there the training itself does something else.
    """
    pairs = [(one, other) for one, other in pairwise(moments) if one.pictures == other.pictures]
    taken = np.array([other.taken - one.taken for one, other in pairs])
    passed = np.array([other.time - one.time for one, other in pairs])
    return float(np.polyfit(taken, passed, 1)[0])


if __name__ == "__main__":
    main()

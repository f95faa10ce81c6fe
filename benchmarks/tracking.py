"""Measures the time that recording in MLflow costs a training at the default settings.

    make repro && python -m benchmarks.tracking

It trains as the stage `train` does, each time in a new process and with a separate store, on the data of the pipeline.
A second process writes to MLflow. Between two reports, the benchmark notes the elapsed time and the processor time of
that process. Least squares over the reports of all trainings give the training time that a second of recording costs;
times the seconds of recording between the first report and the last, this is the cost. (Trainings with and without
recording differ by more than that.) Tests check that the end waits for a slow server for some seconds at most
(docs/explanation/reliability.md).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import psutil

from ganforge.layout import PREPARED
from ganforge.params import Params, load_params
from ganforge.tracking.identity import Identity
from ganforge.tracking.live import LiveRun

if TYPE_CHECKING:
    from ganforge.training.trainer import Row


@dataclass
class Moment:
    """A report of the training.

    Attributes:
        time: its time in seconds.
        taken: processor time of the recording process until then, in seconds.
        pictures: number of sheets of samples until then.
    """

    time: float
    taken: float
    pictures: int


@dataclass
class Training:
    """A measured training.

    Attributes:
        seconds: its duration.
        before: processor time of the recording process before it, in seconds.
        waited: time that it waited for the recording at its end, in seconds.
        moments: its reports.
    """

    seconds: float
    before: float
    waited: float
    moments: list[Moment]

    @property
    def taken(self) -> float:
        """Processor time of the recording process during the training, in seconds."""
        return self.moments[-1].taken - self.moments[0].taken


class MeasuredRun(LiveRun):
    """Notes the processor time of its process at every report."""

    def __init__(self) -> None:
        super().__init__()
        self.process, self.moments = psutil.Process(self._process.pid), list[Moment]()

    def show(self, rows: Sequence[Row], pictures: Sequence[Path]) -> None:
        """Sends the report, and notes the time."""
        self.moments.append(Moment(time.perf_counter(), self.taken(), len(pictures)))
        super().show(rows, pictures)

    def taken(self) -> float:
        """Processor time of the process so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


def main() -> None:
    """Trains several times, the first time with a new store, and prints a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=4, help="trainings, the first with a new store (default: 4)")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)  # one of them, in this folder
    options = parser.parse_args()
    if options.train:
        train(load_params(), options.train)
    else:
        compare(options.runs)


def compare(runs: int) -> None:
    """Prints the time of each training and of its recording."""
    from benchmarks.training import machine_name
    from ganforge.compute.device import configure

    print(f"| {machine_name(configure(load_params().compute))} | training | recording meanwhile | before | after |")
    print("|---|---|---|---|---|")
    trainings = []
    with TemporaryDirectory() as folder:
        for number in range(runs):
            training = start(Path(folder), str(number))
            trainings.append(training)
            name = "into the same store" if number else "into a store that is made meanwhile"
            figures = (training.seconds, training.taken, training.before, training.waited)
            print(f"| {name} |", " | ".join(f"{figure:.2f} s" for figure in figures), "|", flush=True)
    lost, error = lost_by_second([training.moments for training in trainings])
    share = median(training.taken / training.seconds for training in trainings)
    print(
        f"A second of recording takes {lost:.2f} ± {error:.2f} s of training (±: standard error), in all "
        f"{lost * share:.1%} ± {error * share:.1%} of it."
    )


def start(folder: Path, name: str) -> Training:
    """Trains in a new process, and records into a store in ``folder``."""
    work = folder / name
    work.mkdir()
    store = {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}
    command = [sys.executable, "-m", "benchmarks.tracking", "--train", str(work)]
    subprocess.run(command, env=os.environ | store, check=True)
    measured = json.loads((work / "measured.json").read_text(encoding="utf-8"))
    return Training(**measured | {"moments": [Moment(**moment) for moment in measured["moments"]]})


def train(params: Params, work: Path) -> None:
    """Trains as the stage does, and writes the measurements."""
    with MeasuredRun() as live:
        from ganforge.compute.device import configure
        from ganforge.prepared.meta import Prepared
        from ganforge.training.distributed import join
        from pipeline.training import follow, prepare

        data = Prepared.load(PREPARED)
        device = configure(params.compute)
        trainer = prepare(params, data, device, join(device), work)
        identity_file = work / "run.json"
        identity_file.write_text(Identity.new().to_json(), encoding="utf-8")
        live.begin(params, data.meta, identity_file)
        began, before = time.perf_counter(), live.taken()
        follow(trainer, trainer.game.signal, live, work / "progress", [])
        trained = time.perf_counter()
        live.close("FINISHED")
        training = Training(trained - began, before, time.perf_counter() - trained, live.moments)
    (work / "measured.json").write_text(json.dumps(asdict(training)), encoding="utf-8")


def lost_by_second(trainings: Sequence[Sequence[Moment]]) -> tuple[float, float]:
    """Additional seconds of training per second of processor time of the recording process, and their standard error.

    Intervals that end in a sheet of samples are left out, since drawing it takes time.
    """
    taken, passed = list[float](), list[float]()
    for moments in trainings:
        pairs = [(one, other) for one, other in pairwise(moments) if one.pictures == other.pictures]
        for differences, values in (
            (taken, [other.taken - one.taken for one, other in pairs]),
            (passed, [other.time - one.time for one, other in pairs]),
        ):
            differences += [value - sum(values) / len(values) for value in values]  # trainings differ in speed
    slope = np.dot(taken, passed) / np.dot(taken, taken)
    rest = np.array(passed) - slope * np.array(taken)
    return float(slope), float((rest @ rest / (len(rest) - 2) / np.dot(taken, taken)) ** 0.5)


if __name__ == "__main__":
    main()

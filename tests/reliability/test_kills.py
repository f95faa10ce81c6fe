"""Trainings that are killed, at any instant and in any way, end in the weights of one that was not."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import mlflow
import pandas as pd
import psutil
import pytest

from pipeline.unlock import remove_broken_rwlock
from tests.project import Project, digest

WEIGHTS = ("models/generator", "reports/progress")
RESULTS = ("samples", "reports/metrics.json", "reports/classes.csv")


def trainers(project: Project) -> list[psutil.Process]:
    """The processes of the stage ``train`` in this copy."""
    found = []
    for process in psutil.process_iter():
        try:
            if "pipeline.train" in process.cmdline() and process.cwd() == str(project.root):
                found.append(process)
        except psutil.Error:
            continue
    return found


def trains(dvc: subprocess.Popen, project: Project) -> bool:
    """Whether a trainer is at work that this ``dvc`` has started, and not one before it."""
    for process in trainers(project):
        try:
            if process.ppid() == dvc.pid:
                return True
        except psutil.Error:
            continue
    return False


def kill_trainer(project: Project, _: subprocess.Popen) -> None:
    for process in trainers(project):
        process.kill()


def terminate_trainer(project: Project, _: subprocess.Popen) -> None:
    for process in trainers(project):
        process.terminate()


def kill_dvc_alone(_: Project, dvc: subprocess.Popen) -> None:
    dvc.kill()


def kill_group(_: Project, dvc: subprocess.Popen) -> None:
    os.killpg(dvc.pid, signal.SIGKILL)


def press_control_c(_: Project, dvc: subprocess.Popen) -> None:
    os.killpg(dvc.pid, signal.SIGINT)


WAYS: tuple[Callable[[Project, subprocess.Popen], None], ...] = (
    kill_trainer,
    kill_dvc_alone,
    kill_group,
    terminate_trainer,
    press_control_c,
)


def digests(project: Project, names: tuple[str, ...]) -> dict[str, str]:
    """What was made, but for times and the names of records."""
    return {name: digest(project.root / name) for name in names}


def harm(project: Project, way: Callable, chance: random.Random, longest: float, reference: dict[str, str]) -> None:
    """Starts ``dvc repro`` and kills it at a random instant of its training; once more where training was over before.

    The instant is up to ``longest`` seconds after its trainer began, so that it hits imports, the first steps,
    checkpoints, and the outputs being written. A training that was over has gone on from those that were killed before
    it, and has to have come to the weights of ``reference``.
    """
    log = project.root / "killed.log"
    for _ in range(10):
        dvc = project.start("dvc", "repro", log=log)
        while dvc.poll() is None and not trains(dvc, project):
            time.sleep(0.02)
        instant = time.monotonic() + chance.uniform(0, longest)
        while time.monotonic() < instant and trains(dvc, project):
            time.sleep(0.05)
        in_time = trains(dvc, project) and dvc.poll() is None
        if in_time:
            way(project, dvc)
        dvc.wait(600)  # not for its trainer: who is killed alone leaves one behind, and the next one has to wait for it
        remove_broken_rwlock(project.root)  # as `make repro` does; the file of a DVC that was killed while it wrote it
        if in_time:
            return
        if project.has_trained():
            assert digests(project, WEIGHTS) == {name: reference[name] for name in WEIGHTS}
            project.train_anew()
    pytest.fail(f"there was never a training to kill:\n{log.read_text()[-2000:]}")


def check_record(project: Project, status: str) -> None:
    """One MLflow run holds every step of training.csv once."""
    runs = project.runs()
    assert runs["status"].tolist() == [status]
    client = mlflow.MlflowClient(f"sqlite:///{project.root / 'mlflow.db'}")
    images = pd.read_csv(project.root / "reports" / "training.csv")["images"].tolist()
    for name in ("_train/loss_generator", "_train/seconds"):
        steps = [metric.step for metric in client.get_metric_history(runs.iloc[0]["run_id"], name)]
        assert sorted(steps) == images


@pytest.mark.long
def test_twenty_kills_change_nothing(project):
    project.set(train__images=25600)
    assert "train" in project.repro()
    reference = digests(project, WEIGHTS + RESULTS)
    project.train_anew()
    seed = os.environ.get("GANFORGE_TEST_SEED", str(time.time_ns()))
    chance = random.Random(seed)
    ways = chance.choices(WAYS, k=20)
    print(f"GANFORGE_TEST_SEED={seed}: {Counter(way.__name__ for way in ways)}")
    for way in ways:
        harm(project, way, chance, longest=9, reference=reference)
    project.repro()
    assert digests(project, WEIGHTS + RESULTS) == reference
    check_record(project, "FINISHED")
    assert not trainers(project)
    assert not list((project.root / ".ganforge").rglob("*.pt"))

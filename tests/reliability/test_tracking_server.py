"""A tracking server that dies under way: training hardly notices, and nothing is missing in the end."""

import signal
import subprocess
from collections.abc import Iterator

import mlflow
import pandas as pd
import pytest

from tests.project import Project
from tests.server import Server, wait_until

PROBE = "_train/loss_generator"

pytestmark = pytest.mark.long


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(folder)
    server.start()
    yield server
    server.send(signal.SIGCONT)
    server.send(signal.SIGKILL)


def start_training(project: Project, server: Server, images: int) -> subprocess.Popen[bytes]:
    """A training that has saved a checkpoint, and that the server knows of."""
    project.set(train__images=images)
    project.train_anew()
    training = project.start("dvc", "repro", "train", log=project.root / "log", MLFLOW_TRACKING_URI=server.uri)
    wait_until(lambda: steps(server), 90)
    return training


def steps(server: Server) -> list[int]:
    """Steps of the loss that the server has of its only run."""
    client = mlflow.MlflowClient(server.uri)
    experiment = client.get_experiment_by_name("ganforge")
    runs = client.search_runs([experiment.experiment_id]) if experiment else []
    return [
        metric.step for run in runs for metric in client.get_metric_history(run.info.run_id, "_train/loss_generator")
    ]


def images(project: Project) -> list[int]:
    """Images shown at the rows of training.csv."""
    return [int(count) for count in pd.read_csv(project.root / "reports" / "training.csv")["images"]]


def seconds_lost(project: Project) -> float:
    """From the last checkpoint of the training to what it wrote when it had let go of the server."""
    saved = max(path.stat().st_mtime for path in (project.root / ".ganforge").rglob("step-*.pt"))
    return (project.root / "models" / "run.json").stat().st_mtime - saved


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_that_never_comes_back_costs_ten_seconds_at_most(project, server, way):
    training = start_training(project, server, 96000)
    server.send(way)
    assert training.wait(180) == 0, (project.root / "log").read_text()
    log = (project.root / "log").read_text()
    assert log.count(f"MLflow at {server.uri} failed") == 1
    assert seconds_lost(project) <= 10
    done = project.run("dvc", "repro", MLFLOW_TRACKING_URI=server.uri)
    assert done.returncode != 0
    assert f"record: MLflow at {server.uri} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    server.send(signal.SIGKILL)
    server.start()
    assert project.repro(MLFLOW_TRACKING_URI=server.uri) == ["record"]
    check_complete(project, server, "FINISHED")


def test_a_server_that_comes_back_is_filled_while_training_goes_on(project, server):
    training = start_training(project, server, 128000)
    server.send(signal.SIGKILL)
    server.start()
    assert training.wait(180) == 0, (project.root / "log").read_text()
    check_complete(project, server, "RUNNING")


def check_complete(project: Project, server: Server, status: str) -> None:
    """One run, every step once, every sheet of samples."""
    client = mlflow.MlflowClient(server.uri)
    (run,) = client.search_runs([client.get_experiment_by_name("ganforge").experiment_id])
    assert run.info.status == status
    assert sorted(steps(server)) == images(project)
    pictures = [file.path for file in client.list_artifacts(run.info.run_id, "images") if file.path.endswith(".png")]
    assert len(pictures) == len(list((project.root / "reports" / "progress").iterdir()))


def test_three_pipelines_at_once_share_a_store(project, tmp_path):
    """Two queued experiments and one in the foreground, each with a complete run in the same sqlite file."""
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    (project.root / ".dvc" / "config.local").unlink()
    project.train_anew()
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "one")):
        assert project.run(*git, *command).returncode == 0
    for seed in (1, 2):
        done = project.run("dvc", "exp", "run", "--queue", "-S", f"train.seed={seed}", "-S", "train.images=6400")
        assert done.returncode == 0, done.stderr
    # into a file: its workers, which may outlive the queue, would keep a pipe open
    assert project.start("dvc", "queue", "start", "-j", "2", log=tmp_path / "queue.log").wait(60) == 0
    assert "train" in project.repro()

    def finished() -> bool:
        told = project.run("dvc", "queue", "status").stdout
        assert "Failed" not in told, told + project.run("dvc", "queue", "logs").stdout
        return told.count("Success") == 2

    wait_until(finished, 300)
    project.run("dvc", "queue", "stop")
    runs = project.runs().set_index("params.train.seed")
    assert sorted(runs.index) == ["0", "1", "2"]
    assert set(runs["status"]) == {"FINISHED"}
    client = mlflow.MlflowClient(f"sqlite:///{project.root / 'mlflow.db'}")
    for seed, run in runs.iterrows():
        shown = 3200 if seed == "0" else 6400
        history = [metric.step for metric in client.get_metric_history(run["run_id"], PROBE)]
        assert history == sorted(set(history))
        assert history[-1] == shown
        assert run["metrics.quality/fd"] > 0

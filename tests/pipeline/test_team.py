"""A team: one tracking server, with PostgreSQL behind it, and a remote for the cache of DVC."""

import base64
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import mlflow
import numpy as np
import pytest
from PIL import Image

from ganforge.generator import Generator
from tests.project import ALL, Project
from tests.server import Server, wait_until

pytestmark = pytest.mark.long

PROGRAMS = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
NAME = "ganforge-digits"


@pytest.fixture
def postgresql(tmp_path_factory) -> Iterator[str]:
    """The address of an empty database of a real PostgreSQL; it refuses to run as root."""
    if not PROGRAMS:
        pytest.skip("no PostgreSQL in /usr/lib/postgresql (Debian: postgresql)")
    programs, folder = max(PROGRAMS), Path("/tmp") / f"ganforge-postgresql-{os.getpid()}"
    folder.mkdir()
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), *arguments]
        command = ["runuser", "-u", user, "--", *command] if os.geteuid() == 0 else command
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust", "-U", "mlflow")
    run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", f"-p {port} -h 127.0.0.1 -k {folder}", "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "mlflow", "mlflow")
        yield f"postgresql+psycopg2://mlflow@127.0.0.1:{port}/mlflow"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def server(tmp_path, postgresql) -> Iterator[Server]:
    folder = tmp_path / "server"
    folder.mkdir()
    server = Server(folder, postgresql)
    server.start()
    yield server
    server.send(signal.SIGKILL)


def test_two_people_share_a_server_a_cache_and_a_champion(finished, tmp_path, server):
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    first = Project(Path(shutil.copytree(finished.root, tmp_path / "first")))
    (first.root / ".dvc" / "config.local").unlink()
    first.train_anew()
    for command in (
        (*git, "init", "-q"),
        ("dvc", "remote", "add", "--default", "team", str(tmp_path / "remote")),
    ):
        assert first.run(*command).returncode == 0
    assert first.repro(MLFLOW_TRACKING_URI=server.uri) == ALL[ALL.index("train") :]
    registered = first.run("ganforge", "register", "--force", MLFLOW_TRACKING_URI=server.uri)
    assert f"version 1 of {NAME} is now the champion" in registered.stdout, registered.stderr
    for command in (("dvc", "push"), (*git, "add", "-A"), (*git, "commit", "-qm", "one")):
        done = first.run(*command)
        assert done.returncode == 0, done.stderr

    assert first.run("git", "clone", "-q", str(first.root), str(tmp_path / "second")).returncode == 0
    second = Project(tmp_path / "second")
    pulled = second.run("dvc", "pull")
    assert pulled.returncode == 0, pulled.stderr
    assert second.repro(MLFLOW_TRACKING_URI=server.uri) == []  # all of it was made by the first
    second.set(train__images=640)
    assert "train" in second.repro(MLFLOW_TRACKING_URI=server.uri)
    refused = second.run("ganforge", "register", MLFLOW_TRACKING_URI=server.uri)
    assert refused.returncode == 1
    assert refused.stderr.startswith("ganforge: this generator ")
    assert refused.stderr.count("\n") == 1

    client = mlflow.MlflowClient(server.uri)
    runs = client.search_runs([client.get_experiment_by_name("ganforge").experiment_id])
    assert [run.info.status for run in runs] == ["FINISHED", "FINISHED"]
    assert client.get_model_version_by_alias(NAME, "champion").run_id == runs[1].info.run_id
    compared = second.run("ganforge", "compare", runs[1].info.run_id, "workspace", MLFLOW_TRACKING_URI=server.uri)
    assert "train.images" in compared.stdout, compared.stderr


def ask(port: int, request: dict) -> list[dict]:
    """The samples that a served champion draws."""
    body = json.dumps({"inputs": [request]}).encode()
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body, headers), timeout=30
    ) as answer:
        return json.load(answer)["predictions"]


def test_a_champion_answers_as_it_does_here_also_after_it_was_killed(project, tmp_path):
    registered = project.run("ganforge", "register", "--force")
    assert registered.returncode == 0, registered.stderr
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def answers() -> bool:
        try:
            return bool(ask(port, {"n": 1}))
        except (urllib.error.URLError, OSError):
            return False

    expected = Generator.load(project.root / "models" / "generator").sample(2, seed=3, condition=7)
    for _ in range(2):
        served = project.start("ganforge", "serve", "--port", str(port), log=tmp_path / "log")
        try:
            wait_until(answers, 120)
            for sample, image in zip(ask(port, {"n": 2, "seed": 3, "label": 7}), expected, strict=True):
                (tmp_path / "sample.png").write_bytes(base64.b64decode(sample["png"]))
                assert np.array_equal(np.asarray(Image.open(tmp_path / "sample.png")), image[0])
            for bad in ({"n": 0}, {"n": 10**9}, {"label": "eleven"}, {"n": "four"}):
                with pytest.raises(urllib.error.HTTPError, match="400"):
                    ask(port, bad)
            assert answers()
        finally:
            os.killpg(served.pid, signal.SIGKILL)
            served.wait()
        wait_until(lambda: not answers(), 10)


def test_where_there_is_no_champion_serving_says_so(project):
    done = project.run("ganforge", "serve")
    assert done.stderr == (
        f"ganforge: {NAME} has no champion: run `make register` after `make repro`, or give another --name.\n"
    )

"""Fixtures that several rooms share."""

import pipeline  # noqa: F401, I001  sets how threads wait, before torch is imported

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from filelock import FileLock

from ganforge.datasets.digits import Digits
from ganforge.params import Params, parse_params
from ganforge.prepared.meta import Prepared, write_prepared
from ganforge.tracking.database import make_database
from ganforge.tracking.store import ARTIFACTS, DATABASE
from tests.forked import forked_python
from tests.project import ROOT, Project, run_from_nothing
from tests.settings import default_settings

MIRROR = ROOT.parent / "shared" / "data"  # official files, where the checkout has them beside it


torch.set_num_threads(1)  # two test processes share two cores


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """A test that sets the number of threads, or counts denormal numbers as zero, does so for itself alone."""
    yield
    torch.set_num_threads(1)
    torch.set_flush_denormal(False)


@pytest.fixture
def defaults() -> dict:
    """The default settings, as a dictionary to change."""
    return default_settings()


@pytest.fixture
def tiny(defaults: dict) -> Params:
    """Parameters of a training that takes a second."""
    defaults["network"] |= {"latent_dim": 8, "width": 8, "discriminator_width": "same"}
    defaults["train"] |= {
        "images": 640,
        "batch_size": 32,
        "ema_half_life": 200,
        "standing_statistics": 64,
        "best_every": 0,
    }
    return parse_params(defaults)


@pytest.fixture
def default_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing names another store of runs than that of the folder that a test stands in."""
    for name in ("DVC_ROOT", "MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def own_folder(tmp_path: Path, default_store: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The bundled digits, prepared."""
    raw, folder = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("prepared")
    source = Digits()
    for name, content in source.bundled_files().items():
        (raw / name).write_bytes(content)
    write_prepared(folder, source.read(raw), source.kinds(raw), dataset="digits", origin=source.origin)
    return Prepared.load(folder)


@pytest.fixture(scope="session")
def mnist_mirror() -> Path:
    """A folder with MNIST's official files; tests that need it skip where there is none."""
    if not (MIRROR / "mnist" / "t10k-labels-idx1-ubyte.gz").exists():
        pytest.skip(f"no official MNIST files in {MIRROR}")
    return MIRROR


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after one small run from nothing, made by whichever test process needs it first."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    with FileLock(shared / "project.lock"):
        if not (shared / "project.done").exists():
            run_from_nothing(shared / "project")
            (shared / "project.done").touch()
    return Project(shared / "project")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An mlflow.db without runs, to be copied: MLflow takes a second to make one."""
    folder = tmp_path_factory.mktemp("store")
    make_database(folder / DATABASE, folder / ARTIFACTS)
    return folder / DATABASE


@pytest.fixture(scope="session")
def python_at_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for PATH whose ``python`` does not have to import PyTorch."""
    with forked_python(tmp_path_factory.mktemp("python")) as folder:
        yield folder


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of it to do harm to, with its own cache."""
    return Project(Path(shutil.copytree(finished.root, tmp_path / "copy", symlinks=True)))

"""Fixtures that several rooms share."""

import pipeline  # noqa: F401, I001  sets how threads wait, before torch is imported

import shutil
import subprocess
from pathlib import Path

import pytest
import torch

from ganforge.datasets import SOURCES
from ganforge.datasets.prepared import Prepared, write_prepared
from ganforge.params import Params, parse_params, read_yaml

ROOT = Path(__file__).parents[1]
MIRROR = ROOT.parent / "shared" / "data"  # official files, where the checkout has them beside it


torch.set_num_threads(1)  # two test processes share two cores


@pytest.fixture
def defaults() -> dict:
    """params.yaml of the project, as a dictionary to change."""
    return read_yaml(ROOT / "params.yaml")


@pytest.fixture
def tiny(defaults: dict) -> Params:
    """Parameters of a training that takes a second."""
    defaults["network"] |= {"latent_dim": 8, "width": 8}
    defaults["train"] |= {
        "images": 640,
        "batch_size": 32,
        "ema_half_life": 200,
        "standing_statistics": 64,
        "best_every": 0,
    }
    return parse_params(defaults)


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The bundled digits, prepared."""
    raw, folder = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("prepared")
    source = SOURCES["digits"]
    for name, content in source.bundled_files().items():
        (raw / name).write_bytes(content)
    write_prepared(
        folder, source.read(raw), dataset="digits", origin=source.origin, signal="image", classes=source.classes
    )
    return Prepared.load(folder)


@pytest.fixture(scope="session")
def mnist_mirror() -> Path:
    """A folder with MNIST's official files; tests that need it skip where there is none."""
    if not (MIRROR / "mnist" / "t10k-labels-idx1-ubyte.gz").exists():
        pytest.skip(f"no official MNIST files in {MIRROR}")
    return MIRROR


def copy_project(target: Path) -> Path:
    """The files of the project that git would clone, without what a run has made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    else:  # an unpacked archive
        rooms = ("src", "pipeline", "recipes", ".dvc/config", ".dvcignore", "dvc.yaml", "params.yaml", "Makefile")
        files = [file for room in rooms for file in [ROOT / room, *(ROOT / room).rglob("*")] if file.is_file()]
        names = [str(file.relative_to(ROOT)) for file in files]
    for name in names:
        destination = target / name
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, destination)
    return target

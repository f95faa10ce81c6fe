"""A new project: a folder with the pipeline, its settings and recipes, which uses the installed package."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from ganforge import __version__
from ganforge.errors import UserError
from ganforge.params.reading import read_yaml
from ganforge.params.rendering import render

INSTALLED = Path(__file__).parent / "project_files"  # where a wheel has everything
CHECKOUT = Path(__file__).parents[2]  # where a checkout has the other files
SHARED = (
    ".dvcignore",
    ".gitignore",
    "data/import/README.md",
    "dvc.yaml",
    "pipeline",
    "recipes",
)
OWN = {"Makefile": "Makefile", "README.md": "README.md", "test_project.py": "tests/test_project.py"}
DEPENDENCY = re.compile(r"^ *- src/ganforge\S*( #.*)?\n", re.MULTILINE)
DEPENDENCIES = re.compile(r"^( *)deps:.*\n", re.MULTILINE)
SETTINGS = "recipes/digits.yaml"  # which has all sections
DVC_CONFIG = "[core]\n    analytics = false\n    check_update = false\n"
ALLOWED = {".git", ".venv"}  # in the folder before
NEVER = shutil.ignore_patterns("__pycache__", "*.pyc", "dvc.lock", "sweeps.lock")


def start_project(folder: Path) -> None:
    """Writes a new project.

    Args:
        folder: a new or an empty folder, perhaps with a git repository or an environment.

    Raises:
        UserError: the folder is not empty.
    """
    if folder.exists() and (not folder.is_dir() or {path.name for path in folder.iterdir()} - ALLOWED):
        raise UserError(f"{folder} exists and is not empty: name a new or an empty folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as beside:
        _lay_out(Path(beside))
        folder.mkdir(exist_ok=True)
        for path in Path(beside).iterdir():
            path.rename(folder / path.name)


def _lay_out(folder: Path) -> None:
    for name in SHARED:
        _copy(_found(name), folder / name)
    for name, place in OWN.items():
        _copy(INSTALLED / name, folder / place)
    (folder / "params.yaml").write_text(render(read_yaml(folder / SETTINGS)), encoding="utf-8")
    (folder / ".dvc").mkdir()
    (folder / ".dvc" / "config").write_text(DVC_CONFIG, encoding="utf-8")
    (folder / "requirements.txt").write_text(f"ganforge=={__version__}\n", encoding="utf-8")
    (folder / "reports").mkdir()
    for pipeline in folder.rglob("dvc.yaml"):
        pipeline.write_text(of_installed_package(pipeline.read_text(encoding="utf-8")), encoding="utf-8")


def of_installed_package(pipeline: str) -> str:
    """A dvc.yaml whose stages depend on the version of the package in place of its files."""
    return DEPENDENCIES.sub(r"\g<0>\1  - requirements.txt\n", DEPENDENCY.sub("", pipeline))


def _found(name: str) -> Path:
    return next(place for place in (INSTALLED / name, CHECKOUT / name) if place.exists())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=NEVER)
    else:
        shutil.copy(source, target)

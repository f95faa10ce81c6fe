"""A copy of the project for the real DVC to run in."""

import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML

from tests.settings import settings_text

ROOT = Path(__file__).parents[1]
ALL = [
    "fetch",
    "preprocess",
    "look",
    "extractor",
    "train",
    "baseline",
    "sample",
    "evaluate",
    "directions",
    "report",
    "record",
]
IMPORTS = "imports"  # the folder in which the processes of `run_from_nothing` write down what they imported
DVC_CONFIG = "[core]\n    analytics = false\n    check_update = false\n"
TINY = {
    "extractor.images": 1000,
    "network.latent_dim": 8,
    "network.width": 8,
    "network.discriminator_width": "same",
    "train.images": 3200,
    "train.batch_size": 64,
    "train.standing_statistics": 128,
    "train.best_every": 640,
    "train.best_samples": 200,
    "sample.seeds": [0, 1, 2],
    "evaluation.cas_images": 1000,
    "directions.samples": 500,
    "compute.device": "cpu",
    "compute.threads": 1,
    "compute.checkpoint_seconds": 0.2,
}


class Project:
    """A copy of the project that DVC runs in, without git, as from a zip."""

    def __init__(self, root: Path, python: Path | None = None) -> None:
        """A copy at ``root``, whose stages call the ``python`` of a folder, or this one."""
        self.root = root
        self.python = python

    def run(self, *command: str, most_bytes: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command, with the stages' ``python`` being ours and tracking going to the copy.

        Args:
            command: what to run.
            most_bytes: that a file may have, as on a disk that is full from there on.
            environment: further variables.
        """
        return subprocess.run(
            command,
            **self._place(environment),
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=partial(limit_files, most_bytes) if most_bytes is not None else None,
        )

    def start(self, *command: str, log: Path, **environment: str) -> subprocess.Popen[bytes]:
        """Starts a command at the head of a process group of its own, as a shell does."""
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                **self._place(environment),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _place(self, environment: dict[str, str]) -> dict:
        return {"cwd": self.root, "env": our_environment(self.python) | environment}

    def has_trained(self) -> bool:
        """Whether DVC holds a generator."""
        return "train" in YAML().load((self.root / "dvc.lock").read_text())["stages"]

    def train_anew(self) -> None:
        """Lets DVC forget that it ever trained; what comes before stays."""
        yaml, path = YAML(), self.root / "dvc.lock"
        lock = yaml.load(path.read_text())
        for stage in ALL[ALL.index("train") :]:
            lock["stages"].pop(stage, None)
        with path.open("w") as file:
            yaml.dump(lock, file)
        shutil.rmtree(self.root / ".dvc" / "cache" / "runs")
        (self.root / "mlflow.db").unlink(missing_ok=True)

    def repro(self, *arguments: str, **environment: str) -> list[str]:
        """Runs ``dvc repro`` and returns the stages that it ran."""
        done = self.run("dvc", "repro", *arguments, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return re.findall(r"Running stage '(\w+)'", done.stdout)

    def set(self, **values: object) -> None:
        """Changes values of params.yaml; ``objective__loss`` stands for ``objective.loss``."""
        yaml, path = YAML(), self.root / "params.yaml"
        document = yaml.load(path.read_text())
        for name, value in values.items():
            section, key = name.split("__")
            document[section][key] = value
        with path.open("w") as file:
            yaml.dump(document, file)

    def make_tiny(self, sections: dict[str, dict] | None = None) -> None:
        """Makes params.yaml that of a run of seconds, with some sections replaced; of ``objective`` only some keys."""
        yaml, path = YAML(), self.root / "params.yaml"
        document = yaml.load(path.read_text())
        for key, value in TINY.items():
            section, name = key.split(".")
            document[section][name] = value
        for section, values in (sections or {}).items():
            if section == "objective":
                document[section].update(values)
            else:
                document[section] = values
        with path.open("w") as file:
            yaml.dump(document, file)

    def replace(self, **sections: dict) -> None:
        """Writes whole sections of params.yaml."""
        yaml, path = YAML(), self.root / "params.yaml"
        document = yaml.load(path.read_text())
        document.update(sections)
        with path.open("w") as file:
            yaml.dump(document, file)

    def metrics(self) -> dict:
        """reports/metrics.json."""
        return json.loads((self.root / "reports" / "metrics.json").read_text())

    def runs(self) -> pd.DataFrame:
        """The recorded MLflow runs."""
        import mlflow

        mlflow.set_tracking_uri(f"sqlite:///{self.root / 'mlflow.db'}")
        return mlflow.search_runs(experiment_names=["ganforge"])


def our_environment(python: Path | None = None) -> dict[str, str]:
    """Variables under which ``python`` is ours, or that of a folder, and tracking goes to where a command runs.

    A stage keeps the bytecode of its modules, so that the next one starts faster, even where others are told not to.
    """
    ours = ("MLFLOW_", "DVC_", "PYTHONDONTWRITEBYTECODE")
    keep = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    first = [python] if python else []
    return keep | {"PATH": os.pathsep.join(map(str, [*first, Path(sys.executable).parent, os.environ["PATH"]]))}


def limit_files(most_bytes: int) -> None:
    """Lets writing beyond that size fail, in this process and its children."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


def digest(*paths: Path) -> str:
    """One digest over files and folders."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def copy_project(target: Path, source: Path = ROOT) -> Path:
    """The project as it is before any run, with the tests' settings: nothing that its user set, imported or made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        files = [source / name for name in listed.stdout.split("\0") if name]
    else:  # an unpacked archive
        rooms = ("src", "tests", "pipeline", "benchmarks", "docs", "recipes", "ci", "data/import/README.md")
        names = (*rooms, ".dvc/.gitignore", ".dvcignore", ".gitignore", "dvc.yaml", "Makefile", "pyproject.toml")
        files = [file for name in names for file in [source / name, *(source / name).rglob("*")]]
    for file in files:
        name = file.relative_to(source)
        if file.is_file() and not is_of_the_user(name):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, target / name)
    (target / "params.yaml").write_text(settings_text())
    (target / ".dvc").mkdir(exist_ok=True)
    (target / ".dvc" / "config").write_text(DVC_CONFIG)
    return target


def is_of_the_user(name: Path) -> bool:
    """Whether a file of the project is settings, data or results of whoever works in it."""
    imported = name.is_relative_to("data/import") and name.name != "README.md"
    return imported or name.is_relative_to("reports") or name.name in {"params.yaml", "dvc.lock"}


def run_from_nothing(root: Path) -> None:
    """One small run of the whole pipeline in a new copy of the project."""
    project = Project(copy_project(root))
    (project.root / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    project.make_tiny()
    (root / IMPORTS).mkdir()
    watched = {"PYTHONPATH": str(ROOT / "tests" / "imports"), "IMPORTS": str(root / IMPORTS)}
    assert project.repro(**watched) == ALL

"""Runs trials as experiments of DVC, each in a copy of the project."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from ganforge.errors import UserError
from ganforge.files import repository_root
from ganforge.layout import PARAMS
from ganforge.runs.records import Record, read_revision
from ganforge.runs.shell import dvc
from ganforge.sweeps.plan import Trial


def run_trials(trials: Sequence[Trial], jobs: int, tell: Callable[[str], None] = print) -> dict[str, Record]:
    """Runs the trials that DVC does not have yet; returns the results of all that did not fail.

    Each is its own `dvc exp run --temp`. (A worker of DVC's queue that is about to end may still take a new task, which
    then never runs.)

    Args:
        trials: the trials to run.
        jobs: how many at a time.
        tell: called with a sentence about the outcome of each.

    Raises:
        UserError: DVC cannot list its experiments.
    """
    there = finished()
    missing = [trial for trial in trials if trial.name not in there]
    if missing:
        logs = log_of("NAME").relative_to(repository_root())
        tell(f"{len(missing)} experiments to run, {jobs} at a time; their output goes to {logs}")
    # Parallel trainings would all bind their threads to the same cores.
    environment = os.environ | ({"OMP_PROC_BIND": "false"} if jobs > 1 else {})
    with ThreadPoolExecutor(jobs) as pool:
        for trial, log in zip(missing, pool.map(partial(_run_trial, environment=environment), missing)):
            tell(f"{trial.name}: {'done' if log is None else f'failed, see {log}'}")
    there = finished()
    return {trial.name: read_revision(trial.name) for trial in trials if trial.name in there}


def _run_trial(trial: Trial, environment: Mapping[str, str]) -> Path | None:
    """Runs a trial with these variables; returns the log file if it failed."""
    settings = [text for key, value in trial.values.items() for text in ("-S", f"{key}={written(value)}")]
    log = log_of(trial.name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        command = ["dvc", "exp", "run", "--temp", "--name", trial.name, *settings]
        done = subprocess.run(command, stdout=output, stderr=output, check=False, env=environment)
    return log if done.returncode else None


def log_of(name: str) -> Path:
    """The log file of an experiment."""
    return repository_root() / ".ganforge" / "sweeps" / f"{name}.log"


def finished() -> set[str]:
    """Names of the experiments in DVC, of all commits."""
    known, said = dvc("exp", "list", "--all-commits", "--name-only")
    if not known:
        raise UserError(f"DVC cannot list its experiments ({said.partition(chr(10))[0]}): fix that first.")
    return set(said.split())


def read_file(name: str, path: Path) -> str:
    """A file of an experiment that DVC tracks.

    Raises:
        UserError: it is neither in the cache nor in a remote.
    """
    from dvc.api import read
    from dvc.exceptions import DvcException

    try:
        text: str = read(str(path), rev=name)
    except (DvcException, OSError) as error:
        raise UserError(f"{path} of the experiment {name} is missing ({error}): run `dvc exp pull`.") from None
    return text


def read_params(name: str) -> Any:
    """params.yaml of an experiment, from git."""
    from ruamel.yaml import YAML

    return YAML(typ="safe", pure=True).load(read_file(name, PARAMS))


def written(value: Any) -> str:
    """A value in the syntax of Hydra, which DVC reads settings with."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}:{written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value)

"""Trials as experiments of DVC, through its queue."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganforge.errors import UserError
from ganforge.records import Record, read_revision
from ganforge.sweeps.plan import Trial


def run_trials(trials: Sequence[Trial], jobs: int) -> dict[str, Record]:
    """Runs those trials that DVC does not hold yet; what all of them gave, without those that failed.

    Args:
        trials: to run.
        jobs: how many at a time.

    Raises:
        UserError: DVC refuses to begin.
    """
    missing = [trial for trial in trials if trial.name not in finished()]
    for trial in missing:
        settings = [text for key, value in trial.values.items() for text in ("-S", f"{key}={_written(value)}")]
        _dvc("exp", "run", "--queue", "--name", trial.name, *settings)
    if missing:
        subprocess.run(["dvc", "exp", "run", "--run-all", "--jobs", str(jobs)], check=False)
    there = finished()
    return {trial.name: read_revision(trial.name) for trial in trials if trial.name in there}


def finished() -> set[str]:
    """Names of the experiments that DVC holds, of whatever commit."""
    return set(_dvc("exp", "list", "--all-commits", "--name-only").split())


def read_file(name: str, path: Path) -> str:
    """A file that an experiment made and DVC keeps.

    Raises:
        UserError: it is neither in the cache nor in a remote.
    """
    import dvc.api
    from dvc.exceptions import DvcException

    try:
        text: str = dvc.api.read(str(path), rev=name)
    except (DvcException, OSError) as error:
        raise UserError(f"{path} of the experiment {name} cannot be had ({error}): run `dvc exp pull`.") from None
    return text


def _written(value: Any) -> str:
    """A value as Hydra, which DVC reads settings with, takes it."""
    return json.dumps(value) if not isinstance(value, str) else value


def _dvc(*arguments: str) -> str:
    done = subprocess.run(["dvc", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.strip()]
        raise UserError(
            f"dvc {' '.join(arguments[:2])} failed ({told[0] if told else done.returncode}): mend that first."
        )
    return done.stdout

"""The training that a run belongs to, with its code and versions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from ganforge import __version__
from ganforge.errors import UserError, first_line


@dataclass(frozen=True)
class Identity:
    """The identity of a training, stored with the generator.

    Attributes:
        training: its unique name, which finds a run that was made again from the files.
        run_id: the MLflow run that recorded it live, or None if the store was not reachable.
        environment: tags of the code and the versions that it ran with.
    """

    training: str
    run_id: str | None
    environment: dict[str, str]

    @classmethod
    def new(cls, **more: str) -> Identity:
        """A training that is not recorded yet; ``more`` are tags in addition to code and versions."""
        return cls(uuid.uuid4().hex, None, _environment_tags() | more)

    @classmethod
    def load(cls, path: Path) -> Identity:
        """Reads a file with the output of `to_json`.

        Raises:
            UserError: the file is missing or damaged.
        """
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except (FileNotFoundError, UnicodeDecodeError) as error:
            raise _no_training(str(path), error) from error

    @classmethod
    def parse(cls, text: str, source: str) -> Identity:
        """Parses the output of `to_json`; ``source`` names its file in errors.

        Raises:
            UserError: it is damaged.
        """
        try:
            identity = cls(**json.loads(text))
            texts = [identity.training, identity.run_id or "", *identity.environment, *identity.environment.values()]
            if not all(isinstance(text, str) for text in texts) or not re.fullmatch("[0-9a-f]{32}", identity.training):
                raise ValueError("its values do not describe a training")
        except (ValueError, TypeError, AttributeError) as error:
            raise _no_training(source, error) from error
        return identity

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self)) + "\n"


def _no_training(source: str, error: Exception) -> UserError:
    return UserError(f"{source} does not name a training ({first_line(error)}): remove it and run `make repro`.")


EXPERIMENT_TAG = "dvc.experiment"
EXPERIMENT_VARIABLE = "DVC_EXP_NAME"  # DVC sets it to the name of an experiment
RECORDED = (
    ":!dvc.lock",
    ":!pipeline/augmentation/dvc.lock",
    ":!params.yaml",
    ":!reports",
)  # files that a run changes, or records itself


def commit_state() -> tuple[str, bool]:
    """The commit that is checked out, and whether the code differs from it; empty and False outside a repository."""

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.strip()

    return git("rev-parse", "HEAD"), bool(git("status", "--porcelain", "--untracked-files=no", "--", ".", *RECORDED))


def _environment_tags() -> dict[str, str]:
    commit, dirty = commit_state()
    tags = {
        "ganforge.version": __version__,
        "ganforge.dirty": str(dirty).lower(),
        "torch.version": metadata.version("torch"),
        "python.version": sys.version.split()[0],
        "mlflow.source.name": "dvc repro",
    }
    if commit:
        tags["mlflow.source.git.commit"] = commit
    experiment = os.environ.get(EXPERIMENT_VARIABLE)
    return tags | ({EXPERIMENT_TAG: experiment} if experiment else {})

"""Commands of git and DVC, and what they say."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ganforge.errors import UserError


def git(*arguments: str, given: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
    """What a command of git says, without the white space around it.

    Args:
        arguments: of ``git``.
        given: to its standard input.
        environment: further variables.

    Raises:
        UserError: it failed, with its own words.
    """
    return _git(arguments, given, environment).strip()


def _git(arguments: Sequence[str], given: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
    variables = os.environ | dict(environment or {})
    done = subprocess.run(["git", *arguments], input=given, capture_output=True, check=False, env=variables)
    if done.returncode:
        reason = " ".join(done.stderr.decode(errors="replace").split()) or f"status {done.returncode}"
        raise UserError(f"git {arguments[0]} failed ({reason}): mend that and run it again; nothing made is lost.")
    return done.stdout.decode(errors="replace")


def resolve(revision: str) -> str | None:
    """The commit that a revision names; None where git knows none."""
    try:
        return git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UserError:
        return None


def show(commit: str, path: Path) -> str | None:
    """A file as a commit holds it; None where it has none."""
    try:
        return _git(["show", f"{commit}:./{path}"])
    except UserError:
        return None


def dvc(*arguments: str) -> tuple[bool, str]:
    """Whether a command of DVC succeeded, and what it said."""
    done = subprocess.run(["dvc", *arguments], capture_output=True, text=True, check=False)
    said = done.stdout if done.returncode == 0 else done.stderr or done.stdout
    return done.returncode == 0, said.strip()


def has_remote() -> bool:
    """Whether DVC has a remote to pull from and push to."""
    known, name = dvc("config", "core.remote")
    return known and bool(name)

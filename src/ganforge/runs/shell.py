"""Commands of git and DVC, and their output."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ganforge.errors import UserError


def git(*arguments: str, given: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
    """The output of a command of git, without surrounding white space.

    Args:
        arguments: arguments of ``git``.
        given: its standard input.
        environment: further variables.

    Raises:
        UserError: it failed; the message quotes it.
    """
    return _git(arguments, given, environment).strip()


def _git(arguments: Sequence[str], given: bytes | None = None, environment: Mapping[str, str] | None = None) -> str:
    variables = os.environ | dict(environment or {})
    done = subprocess.run(["git", *arguments], input=given, capture_output=True, check=False, env=variables)
    if done.returncode:
        reason = " ".join(done.stderr.decode(errors="replace").split()) or f"status {done.returncode}"
        raise UserError(f"git {arguments[0]} failed ({reason}): fix that and run it again; no results are lost.")
    return done.stdout.decode(errors="replace")


def resolve(revision: str) -> str | None:
    """The commit of a revision; None if git does not know it."""
    try:
        return git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UserError:
        return None


def show(commit: str, path: Path) -> str | None:
    """A file in a commit; None if the commit has no such file."""
    try:
        return _git(["show", f"{commit}:./{path}"])
    except UserError:
        return None


def dvc(*arguments: str) -> tuple[bool, str]:
    """Whether a command of DVC succeeded, and its output."""
    done = subprocess.run(["dvc", *arguments], capture_output=True, text=True, check=False)
    said = done.stdout if done.returncode == 0 else done.stderr or done.stdout
    return done.returncode == 0, said.strip()


def has_remote() -> bool:
    """Whether DVC has a remote to pull from and push to."""
    known, name = dvc("config", "core.remote")
    return known and bool(name)

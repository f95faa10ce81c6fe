"""Delivers a retraining, with permission to push: the pictures of its report, and dvc.lock to its branch.

It needs only Python and git.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from ganforge.errors import UserError
from ganforge.retraining.places import COMMENT, OUTCOME, PICTURES, REPORT, RESULTS, TRACKED
from ganforge.runs.shell import git, resolve

AUTHOR = {"NAME": "ci/retrain", "EMAIL": "ci-retrain@localhost"}  # unless git knows another
FILE = "100644"  # git's mode of a plain file
TRIES = 3  # to push to a branch to which others push too


def deliver(folder: Path, *, pictures: str, results: str, address: str) -> None:
    """Pushes pictures and results, and writes `COMMENT`, the report with links to them.

    Args:
        folder: the folder that `retrain` wrote.
        pictures: branch for the pictures, since a comment cannot contain them; empty: they stay in the folder.
        results: branch of the change, to commit dvc.lock and the scores to; empty: none. Nothing is committed if the
            gate refused them, or if the branch has new commits.
        address: address of a picture in the repository's pages, with ``{commit}`` and ``{path}`` to fill in.

    Raises:
        UserError: `retrain` did not write the folder, or git refuses.
    """
    comment = folder / COMMENT
    try:
        outcome = json.loads((folder / OUTCOME).read_text(encoding="utf-8"))
        text = (folder / REPORT).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UserError(f"{error.filename} does not exist: run ci/retrain first to make {folder}.") from None
    remarks = []
    if pictures:
        try:
            text = push_pictures(text, folder, outcome["commit"], pictures, address)
        except UserError as error:  # such as a protected branch; the report is still useful
            remarks.append(f"its pictures could not be pushed to `{pictures}` ({error})")
    if results:
        try:
            remarks.append(push_results(folder, outcome, results))
        except UserError as error:
            remarks.append(f"`dvc.lock` could not be committed to `{results}` ({error})")
    text += "".join(f"- {line}\n" for line in remarks)
    comment.write_text(text, encoding="utf-8")
    print(text)  # noqa: T201


def push_pictures(text: str, folder: Path, commit: str, branch: str, address: str) -> str:
    """Pushes the pictures to a branch of their own; returns the report with links to them."""
    files = {f"{commit}/{path.name}": path.read_bytes() for path in sorted((folder / PICTURES).glob("*.png"))}
    if not files:
        return text
    for again in reversed(range(TRIES)):
        try:
            pushed = _push(files, tip(branch), branch, f"Pictures of {commit[:7]}")
            break
        except UserError:  # somebody else pushed first
            if not again:
                raise
    for path in files:
        text = text.replace(f"]({PICTURES}/{Path(path).name})", f"]({address.format(commit=pushed, path=path)})")
    return text


def push_results(folder: Path, outcome: Mapping[str, str], branch: str) -> str:
    """Commits the run's files to the branch of the change; returns a sentence about the result."""
    commit = outcome["commit"]
    if not outcome["passed"]:
        return "`dvc.lock` is not committed, since the change did not pass; it is among the files of this retraining."
    last = tip(branch)
    if last is None:
        return f"`{branch}` is not a branch of origin, so `dvc.lock` is not committed."
    if last != commit and git("log", "-1", "--format=%P %s", last) == f"{commit} {_message(commit)}":
        return f"`dvc.lock` and the scores are committed as {last[:7]}."
    if last != commit:
        return f"`{branch}` has new commits: the retraining of the last one counts."
    there = {str(path): folder / RESULTS / path for path in TRACKED}
    files = {name: path.read_bytes() for name, path in there.items() if path.exists()}
    pushed = _push(files, commit, branch, _message(commit))
    if pushed == commit:
        return "`dvc.lock` and the scores are already committed."
    return f"`dvc.lock` and the scores are committed as {pushed[:7]}."


def _message(commit: str) -> str:
    return f"Retrained {commit[:7]}"


def tip(branch: str) -> str | None:
    """The last commit of a branch of origin, fetched; None if there is no such branch."""
    if not git("ls-remote", "origin", f"refs/heads/{branch}"):
        return None
    git("fetch", "--quiet", "origin", f"+refs/heads/{branch}:refs/remotes/origin/{branch}")
    return resolve(f"refs/remotes/origin/{branch}")


def _push(files: Mapping[str, bytes], parent: str | None, branch: str, message: str) -> str:
    """Adds files to a branch of origin without using the working tree; returns its last commit."""
    with TemporaryDirectory() as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        if parent:
            git("read-tree", parent, environment=index)
        for path, content in files.items():
            blob = git("hash-object", "-w", "--stdin", given=content)
            git("update-index", "--add", "--cacheinfo", f"{FILE},{blob},{path}", environment=index)
        tree = git("write-tree", environment=index)
    if parent and tree == git("rev-parse", f"{parent}^{{tree}}"):
        return parent
    committed = git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", message, environment=_author())
    git("push", "--quiet", "origin", f"{committed}:refs/heads/{branch}")
    return committed


def _author() -> dict[str, str]:
    """Variables for the author of commits: the user that git knows, or this script."""
    known = {name: _configured(name) for name in AUTHOR}
    people = ("GIT_AUTHOR", "GIT_COMMITTER")
    return {
        variable: os.environ.get(variable) or known[name]
        for person in people
        for name in AUTHOR
        for variable in [f"{person}_{name}"]
    }


def _configured(name: str) -> str:
    try:
        return git("config", f"user.{name.lower()}")
    except UserError:
        return AUTHOR[name]

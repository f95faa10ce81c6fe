"""Retraining what a change touches."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganforge.errors import UserError
from ganforge.gate import judge
from ganforge.layout import GENERATOR, IMPORT, LOCK, RUN, TRAINING
from ganforge.params import load_params
from ganforge.recipes import apply_recipe, apply_values
from ganforge.records import Record, read_revision, read_workspace
from ganforge.retraining.commands import dvc, git, has_remote, push_tracked, resolve, show
from ganforge.retraining.places import OUTCOME, RESULTS, TRACKED
from ganforge.retraining.report import AFTER, BEFORE, Retraining, write_report
from ganforge.retraining.stages import Reproduction, needs_a_run, read_lock, reproduce, with_reasons

FAILED, REFUSED = 1, 3  # statuses of a retraining that did not pass
NO_COMMIT = "0" * 40  # what GitHub calls the commit before the first one of a branch


@dataclass(frozen=True)
class Order:
    """What is to be retrained.

    Attributes:
        base: revision to compare with; where the two went apart counts. Empty or `NO_COMMIT`: what is committed here.
        recipe: settings to write into params.yaml first; empty: none.
        values: further ones, as in ``train.loss=hinge``.
        output: the folder for the report and what goes with it.
        push: whether results go to DVC's remote.
        register: whether the generator is to become the champion in MLflow.
    """

    base: str
    recipe: str
    values: Sequence[str]
    output: Path
    push: bool
    register: bool


def retrain(order: Order) -> int:
    """Runs what the change touches, writes the report, and returns the status to end with.

    Raises:
        UserError: it could not begin.
    """
    base = find_base(order.base)
    shutil.rmtree(order.output, ignore_errors=True)
    if order.recipe:
        apply_recipe(order.recipe)
    if order.values:
        apply_values(order.values)
    params = load_params()
    retraining = Retraining(git("rev-parse", "HEAD"), base, read_base(base))
    pull_imports()
    if needs_a_run() or (order.register and not GENERATOR.exists()):
        retraining.notes += pull()
        retraining.reproduction = run_pipeline(base)
    if retraining.reproduction is None or not retraining.reproduction.failure:
        retraining.record = read_workspace()
        retraining.findings = judge(retraining.record, retraining.base, params.gate)
        retraining.histories = histories(base)
        retraining.notes.append(where_recorded())
        if order.register and retraining.passed:
            retraining.notes.append(register())
    if order.push and retraining.reproduction is not None:
        retraining.troubles += push()
    write_outcome(order.output, retraining)
    print(f"\n{write_report(retraining, order.output).read_text(encoding='utf-8')}")  # noqa: T201
    if retraining.passed:
        return 0
    return FAILED if retraining.record is None or retraining.troubles else REFUSED


def find_base(revision: str) -> str:
    """The commit where what is here went apart from a revision.

    Raises:
        UserError: git does not know the revision, or the two have nothing in common.
    """
    if revision in {"", NO_COMMIT}:
        revision = "HEAD"
    if resolve(revision) is None:
        raise UserError(
            f"{revision!r} is no revision that git knows here; allowed is a commit, branch or tag: fetch it, or name "
            "another --base."
        )
    return git("merge-base", revision, "HEAD")


def read_base(commit: str) -> Record | None:
    """The run that a commit records; None where there is none."""
    try:
        return read_revision(commit)
    except UserError:
        return None


def pull_imports() -> None:
    """Brings the images that DVC keeps of data/import, without which the pipeline would learn from others.

    Raises:
        UserError: they cannot be had.
    """
    for file in sorted(IMPORT.glob("*.dvc")):
        pulled, said = dvc("pull", str(file))
        if not pulled:
            raise UserError(f"{file} names data that cannot be pulled ({last_line(said)}): push them with `dvc push`.")


def pull() -> list[str]:
    """Brings what DVC's remote holds of results, if there is one; what should be known of it."""
    if not has_remote():
        return []
    pulled, said = dvc("pull", "--run-cache", "--allow-missing")
    return [] if pulled else [f"What DVC's remote holds could not be pulled: {last_line(said)}"]


def run_pipeline(base: str) -> Reproduction:
    """Runs the stages that have changed since a commit, or whose results are not here."""
    reproduction = reproduce(*(["--pull"] if has_remote() else []))
    return replace(reproduction, stages=with_reasons(reproduction.stages, show(base, LOCK) or "", read_lock()))


def histories(base: str) -> dict[str, str]:
    """The tables of both trainings, as far as there are any."""
    before = show(base, TRAINING)
    return ({BEFORE: before} if before else {}) | {AFTER: TRAINING.read_text(encoding="utf-8")}


def where_recorded() -> str:
    """Where MLflow shows the run."""
    from ganforge.tracking import Identity, reason, run_page

    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return "MLflow: recorded in a store of this machine; `MLFLOW_TRACKING_URI` names a server that keeps runs."
    if not RUN.exists():
        return "MLflow: the run was recorded when the generator was trained, and that is not here."
    try:
        page = run_page(Identity.load(RUN))
    except Exception as error:  # whatever a tracking store comes up with, there is a report
        return f"MLflow does not answer ({reason(error)})."
    return f"MLflow: [the run]({page})" if page else "MLflow: this run is not on the server."


def register() -> str:
    """Makes the generator the champion, and says so, or why not."""
    from ganforge.publishing.registry import CHAMPION
    from ganforge.publishing.registry import register as register_generator

    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return "Not registered: `MLFLOW_TRACKING_URI` names no server to register at."
    try:
        made = register_generator()
    except UserError as error:
        return f"Not registered: {error}"
    return f"Version {made.version} of {made.name} is the {CHAMPION}."


def push() -> list[str]:
    """Sends results to DVC's remote, if there is one; what went wrong."""
    if not has_remote():
        return []
    pushed, said = dvc("push", "--run-cache")
    if pushed:
        pushed, said = push_tracked()
    return [] if pushed else [f"results could not be pushed to DVC's remote: {last_line(said)}"]


def last_line(said: str) -> str:
    """The end of what a command said."""
    return said.splitlines()[-1] if said else "it said nothing"


def write_outcome(folder: Path, retraining: Retraining) -> None:
    """Leaves what `deliver` needs: the files that git tracks, and what they are of."""
    for path in TRACKED:
        if path.exists():
            (folder / RESULTS / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / RESULTS / path)
    outcome = {
        "commit": retraining.commit,
        "base": retraining.base_commit,
        "passed": retraining.passed,
        "ran": retraining.ran,
    }
    (folder / OUTCOME).write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")

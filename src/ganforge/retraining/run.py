"""Retrains what a change affects."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganforge.errors import UserError, first_line
from ganforge.layout import GENERATOR, IMPORT, LOCK, PARAMS, RUN, TRAINING
from ganforge.params import load_params
from ganforge.params.recipes import apply_recipe, apply_values
from ganforge.retraining.places import OUTCOME, RESULTS, TRACKED
from ganforge.retraining.report import AFTER, BEFORE, Retraining, write_report
from ganforge.retraining.stages import Reproduction, needs_a_run, reproduce, with_reasons
from ganforge.runs.gate import check_gate, judge, rules
from ganforge.runs.lock import read_lock
from ganforge.runs.records import Record, changed_params, parse_record, read_revision, read_workspace
from ganforge.runs.shell import dvc, git, has_remote, resolve, show

FAILED, REFUSED = 1, 3  # statuses of a retraining that did not pass
NO_COMMIT = "0" * 40  # GitHub's name for the commit before the first one of a branch


@dataclass(frozen=True)
class Order:
    """What to retrain.

    Attributes:
        base: revision to compare with, at the common ancestor. Empty or `NO_COMMIT`: the last commit here.
        recipe: settings to write into params.yaml first; empty: none.
        values: further settings, as in ``objective.loss=hinge``.
        output: the folder for the report and its files.
        push: whether to push results to DVC's remote.
        register: whether to make the generator the champion in MLflow.
    """

    base: str
    recipe: str
    values: Sequence[str]
    output: Path
    push: bool
    register: bool


def retrain(order: Order) -> int:
    """Runs what the change affects, writes the report, and returns the exit status.

    Raises:
        UserError: the folder of the report cannot be used. (The report lists other problems.)
    """
    clear(order.output)
    commit = git("rev-parse", "HEAD")
    try:
        retraining = begin(order, commit)
    except UserError as error:
        retraining = Retraining(commit, commit, None, refusal=str(error))
    else:
        work(order, retraining)
    write_outcome(order.output, retraining)
    report = write_report(retraining, order.output)
    print(f"\n{report.read_text(encoding='utf-8')}\nThis report is {report}.")  # noqa: T201
    if retraining.passed:
        return 0
    return FAILED if retraining.record is None or retraining.troubles else REFUSED


def clear(folder: Path) -> None:
    """Empties the folder of the report.

    Raises:
        UserError: it holds other files.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / OUTCOME).exists():
        raise UserError(f"--output is {folder}, which holds other files; name a new folder or one of a report.")
    shutil.rmtree(folder, ignore_errors=True)


def begin(order: Order, commit: str) -> Retraining:
    """Determines what to retrain and what to compare it with.

    Raises:
        UserError: the request is wrong.
    """
    base, notes = find_base(order.base)
    if order.recipe:
        apply_recipe(order.recipe)
    if order.values:
        apply_values(order.values)
    check_gate(load_params().gate)
    pull_imports()
    retraining = Retraining(commit, base, read_base(base), notes=notes)
    before = retraining.base or parse_record("the base", show(base, PARAMS) or "{}", "{}", None)
    after = parse_record("this change", PARAMS.read_text(encoding="utf-8"), "{}", None)
    retraining.params = changed_params(before, after)
    if retraining.base is not None and retraining.base.stale:
        notes.append(
            "The scores of the base were computed with parameters that differ from the committed ones. This report "
            "compares with these scores and their parameters."
        )
    return retraining


def work(order: Order, retraining: Retraining) -> None:
    """Runs the pipeline if needed, keeps its results, and applies the gate."""
    base = retraining.base_commit
    registered = order.register and bool(os.environ.get("MLFLOW_TRACKING_URI"))
    if needs_a_run() or (registered and not GENERATOR.exists()):
        pulled, said = pull()
        retraining.notes += said
        retraining.reproduction = run_pipeline(base, pulled=pulled)
        if order.push:
            retraining.troubles += push()  # before anything else can fail
    if retraining.reproduction is not None and retraining.reproduction.failure:
        return
    retraining.record = read_workspace()
    gate = load_params().gate
    retraining.rules = rules(retraining.record, retraining.base, gate)
    retraining.findings = judge(retraining.record, retraining.base, gate)
    retraining.histories = histories(base)
    if retraining.reproduction is not None:
        retraining.notes.append(where_recorded(retraining.record))
    if order.register and retraining.passed:
        retraining.notes.append(register())


def find_base(revision: str) -> tuple[str, list[str]]:
    """The common ancestor of HEAD and a revision, and notes about it.

    Raises:
        UserError: git does not know the revision, or they have no common ancestor.
    """
    notes = []
    if revision in {"", NO_COMMIT}:
        revision = "HEAD"
    if resolve(revision) is None and re.fullmatch("[0-9a-f]{40}", revision):
        notes.append(f"The base {revision[:7]} is gone, as after a forced push: compared with the last commit.")
        revision = "HEAD"
    if resolve(revision) is None:
        raise UserError(
            f"--base is {revision!r}, which git does not know here; allowed is a commit, branch or tag: fetch it, "
            "or name another."
        )
    try:
        return git("merge-base", revision, "HEAD"), notes
    except UserError:
        raise UserError(
            f"--base is {revision}, which has no commit in common with HEAD here: in a shallow clone, fetch the rest "
            "with `git fetch --unshallow`, or name another."
        ) from None


def read_base(commit: str) -> Record | None:
    """The run of a commit; None if there is none."""
    try:
        return read_revision(commit)
    except UserError:
        return None


def pull_imports() -> None:
    """Pulls the files of data/import that DVC tracks; without them, the pipeline would train on other data.

    Raises:
        UserError: they cannot be pulled.
    """
    for file in sorted(IMPORT.glob("*.dvc")):
        pulled, said = dvc("pull", str(file))
        if not pulled:
            raise UserError(f"{file} names data that cannot be pulled ({last_line(said)}): push them with `dvc push`.")


def pull() -> tuple[bool, list[str]]:
    """Pulls results from DVC's remote; returns whether this succeeded, and notes about it."""
    if not has_remote():
        return False, []
    pulled, said = dvc("pull", "--run-cache", "--allow-missing")
    return pulled, [] if pulled else [f"Results could not be pulled from DVC's remote: {last_line(said)}"]


def run_pipeline(base: str, *, pulled: bool) -> Reproduction:
    """Runs the stages that have changed since a commit, or whose results are missing here.

    Args:
        base: the commit to explain the changes by.
        pulled: whether DVC's remote answers, so that its runs can be used.
    """
    reproduction = reproduce(*(["--pull"] if pulled else []))
    return replace(reproduction, stages=with_reasons(reproduction.stages, show(base, LOCK) or "", read_lock()))


def histories(base: str) -> dict[str, str]:
    """The tables of both trainings, if they exist."""
    before = show(base, TRAINING)
    return ({BEFORE: before} if before else {}) | {AFTER: TRAINING.read_text(encoding="utf-8")}


def where_recorded(record: Record) -> str:
    """Where MLflow shows the run."""
    from ganforge.tracking.identity import Identity
    from ganforge.tracking.reading import run_page
    from ganforge.tracking.run import scoring_mark
    from ganforge.tracking.store import reason

    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return "MLflow: recorded in a store on this machine; set `MLFLOW_TRACKING_URI` to a server to keep runs."
    try:
        page = run_page(Identity.load(RUN), scoring_mark(load_params(), record.scores))
    except Exception as error:  # whatever a tracking store comes up with, there is a report
        return f"MLflow does not answer ({reason(error)})."
    return f"MLflow: [the run]({page})" if page else "MLflow: this run is not on the server."


def register() -> str:
    """Makes the generator the champion; returns a sentence about the result."""
    from ganforge.publishing.registry import CHAMPION
    from ganforge.publishing.registry import register as register_generator

    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return "Not registered: `MLFLOW_TRACKING_URI` is not set to a server."
    try:
        registration = register_generator()
    except Exception as error:  # whatever a tracking store comes up with, there is a report
        return f"Not registered: {first_line(error)}"
    return f"Version {registration.version} of {registration.name} is the {CHAMPION}."


def push() -> list[str]:
    """Pushes results to DVC's remote, if there is one; returns what failed."""
    if not has_remote():
        return []
    pushed, said = dvc("push", "--run-cache")
    if pushed:
        pushed, said = push_tracked()
    return [] if pushed else [f"results could not be pushed to DVC's remote: {last_line(said)}"]


def push_tracked() -> tuple[bool, str]:
    """Pushes the outputs of stages that git tracks, which `dvc push` omits, to DVC's remote; whether it succeeded.

    Without them, other machines cannot use a run of the remote's run cache: DVC needs all outputs of a stage.
    """
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo() as repo:
            sent = repo.cloud.push({out.hash_info for out in repo.index.outs if not out.use_cache and out.hash_info})
    except (DvcException, OSError) as error:
        return False, str(error)
    return not sent.failed, "some files did not arrive"


def last_line(said: str) -> str:
    """The last line of a command's output."""
    return said.splitlines()[-1] if said else "no output"


def write_outcome(folder: Path, retraining: Retraining) -> None:
    """Writes what `deliver` needs: the files that git tracks, and their origin."""
    folder.mkdir(parents=True)
    for path in TRACKED:
        if path.exists():
            (folder / RESULTS / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / RESULTS / path)
    outcome = {
        "commit": retraining.commit,
        "passed": retraining.passed,
        "ran": retraining.ran,
    }
    (folder / OUTCOME).write_text(json.dumps(outcome, indent=2) + "\n", encoding="utf-8")

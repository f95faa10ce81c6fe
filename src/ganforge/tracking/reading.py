"""Reads earlier runs from MLflow."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ganforge.errors import UserError
from ganforge.layout import GRID, METRICS, PARAMS
from ganforge.runs.records import Record, comparable, parse_record
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import TRAINING_TAG, find_run
from ganforge.tracking.store import connect, experiment_name, tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

ID_LENGTH = 32  # hexadecimal digits
LOOKED_AT = 10  # newest runs to search for one that compares


def previous_run(current: Record, identity: Identity) -> Record | None:
    """The last run that finished before that of ``identity`` began, and whose scores compare with ``current``.

    None if there is none.
    """
    from mlflow.entities import ViewType

    client = connect()
    experiment = client.get_experiment_by_name(experiment_name())
    own = find_run(client, identity)
    if experiment is None:
        return None
    query = f"attributes.status = 'FINISHED' and params.`dataset.name` = '{current.params['dataset.name']}'"
    if own is not None:
        query += f" and attributes.end_time < {own.info.start_time}"
    newest = ["attributes.end_time DESC"]
    for run in client.search_runs(
        [experiment.experiment_id], query, ViewType.ACTIVE_ONLY, max_results=LOOKED_AT, order_by=newest
    ):
        if run.data.tags.get(TRAINING_TAG) == identity.training:
            continue
        try:
            record = _read(client, run)
        except UserError:  # skips an old run that cannot be read
            continue
        if record is not None and comparable(record, current):
            return record
    return None


def run_page(identity: Identity, scoring: str) -> str | None:
    """Address of the page of a training with this `scoring_mark`; None if no server has it."""
    client = connect()
    run = find_run(client, identity, scoring)
    if run is None or not tracking_uri().startswith("http"):
        return None
    return f"{tracking_uri().rstrip('/')}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"


def read_run(run_id: str) -> Record | None:
    """The record of an MLflow run; None if the run is missing or incomplete.

    Args:
        run_id: the id, or an unambiguous prefix of it.
    """
    from mlflow.exceptions import MlflowException

    client = connect()
    try:
        return _read(client, client.get_run(_whole_id(client, run_id)))
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise


def _whole_id(client: MlflowClient, beginning: str) -> str:
    """The only id of a run with this prefix; the prefix itself if there is no such run, or more than one."""
    if len(beginning) == ID_LENGTH:
        return beginning
    ids = [experiment.experiment_id for experiment in client.search_experiments()]
    fitting = [run.info.run_id for run in client.search_runs(ids) if run.info.run_id.startswith(beginning)]
    return fitting[0] if len(fitting) == 1 else beginning


def _read(client: MlflowClient, run: Run) -> Record | None:
    """Parameters, scores and grid from the artifacts of a run; None if it is incomplete.

    Runs of earlier versions have their grid in the folder samples.
    """
    listed = [file for folder in ("", str(GRID.parent)) for file in client.list_artifacts(run.info.run_id, folder)]
    there = {file.path for file in listed}

    def artifact(path: str) -> bytes | None:
        if path not in there:
            return None
        with TemporaryDirectory() as folder:
            return Path(client.download_artifacts(run.info.run_id, path, folder)).read_bytes()

    params, scores = artifact(PARAMS.name), artifact(METRICS.name)
    if params is None or scores is None:
        return None
    name = f"{run.info.run_name} ({run.info.run_id[:8]})"
    return parse_record(name, params.decode(), scores.decode(), artifact(GRID.name) or artifact(str(GRID)))

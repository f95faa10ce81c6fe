"""Runs that belong together: a parent, which represents a sweep, and its children."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ganforge.tracking.identity import EXPERIMENT_TAG, Identity
from ganforge.tracking.run import find_run
from ganforge.tracking.store import connect, experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

FAMILY_TAG = "ganforge.sweep"
PARENT_TAG = "mlflow.parentRunId"  # nests a run under another on MLflow's pages


def gather(
    name: str,
    members: Mapping[str, tuple[Identity, str]],
    params: Mapping[str, str],
    best: Mapping[str, float],
    text: str,
) -> str:
    """Puts runs under a parent, which is made if there is none of that name; returns the parent's id.

    A run that has a parent keeps it, such as that of an earlier experiment whose training DVC reused.

    Args:
        name: name of the sweep.
        members: the trainings of its experiments by DVC's names of these, each with its `scoring_mark`.
        params: parameters of the parent: what the sweep is.
        best: metrics of the parent: those of its best member.
        text: the parent's description, in Markdown.
    """
    from mlflow.entities import Metric, Param, RunTag

    client = connect()
    parent = _find(client, name) or client.create_run(experiment_id(client), run_name=name, tags={FAMILY_TAG: name})
    parent_id: str = parent.info.run_id
    known = parent.data.params
    client.log_batch(
        parent_id,
        params=[Param(key, value) for key, value in params.items() if known.get(key) is None],
        metrics=[Metric(key, value, int(1000 * time.time()), 0) for key, value in best.items()],
        tags=[RunTag("mlflow.note.content", text)],
    )
    for experiment, (member, scoring) in members.items():
        run = find_run(client, member, scoring)
        if run is not None and PARENT_TAG not in run.data.tags and run.data.tags.get(EXPERIMENT_TAG) == experiment:
            client.set_tag(run.info.run_id, PARENT_TAG, parent_id)
    client.set_terminated(parent_id)
    return parent_id


def _find(client: MlflowClient, name: str) -> Run | None:
    from mlflow.entities import ViewType

    query = f"tags.`{FAMILY_TAG}` = '{name}'"
    return next(iter(client.search_runs([experiment_id(client)], query, ViewType.ACTIVE_ONLY)), None)

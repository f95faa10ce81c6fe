"""A study of many trainings: a parent run with the findings, and a child for each repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.evaluation.score import Scores
from ganforge.tracking.families import PARENT_TAG
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import TRAINING_TAG, PipelineRun, find_run
from ganforge.tracking.store import connect, experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from ganforge.training.trainer import Row

KIND_TAG = "ganforge.study"


@dataclass(frozen=True)
class Member:
    """A run of a study.

    Attributes:
        name: its name for people.
        params: its parameters.
        scores: its scores, by group and name.
        files: its files and the artifact folder of each, None for the root.
        history: history of its training, if it has one.
    """

    name: str
    params: Mapping[str, str]
    scores: Scores
    files: Mapping[Path, str | None]
    history: Sequence[Row] = ()


def record_study(kind: str, identity: Identity, parent: Member, children: Sequence[Member], text: str) -> str:
    """Records a study, or completes its record; returns the id of the parent.

    Args:
        kind: a word for what is studied.
        identity: identity of the study.
        parent: its findings.
        children: its repetitions.
        text: the parent's description, in Markdown.
    """
    client = connect()
    tags = identity.environment | {KIND_TAG: kind}
    above = _record(client, identity, parent, tags)
    for child in children:
        of_child = Identity(f"{identity.training}-{child.name}", None, identity.environment)
        _record(client, of_child, child, tags | {PARENT_TAG: above.run_id}).end("FINISHED")
    above.set_tags({"mlflow.note.content": text})
    above.end("FINISHED")
    return above.run_id


def _record(client: MlflowClient, identity: Identity, member: Member, tags: Mapping[str, str]) -> PipelineRun:
    """Writes the contents of a run of the study, but not its end."""
    from mlflow.entities import Param

    recorded = find_run(client, identity) or client.create_run(
        experiment_id(client), run_name=member.name, tags={TRAINING_TAG: identity.training, **tags}
    )
    run = PipelineRun(client, identity, recorded.info.run_id, recorded.info.start_time)
    known = recorded.data.params
    params = [Param(key, value) for key, value in member.params.items() if known.get(key) is None]
    client.log_batch(run.run_id, params=params)
    run.log_history(member.history)
    run.log_scores(member.scores)
    run.log_files(member.files)
    return run

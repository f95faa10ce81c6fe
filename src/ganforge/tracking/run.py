"""The MLflow run of one training; every step can be repeated after a restart."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.evaluation.reading import headline, markdown_table
from ganforge.evaluation.score import Scores
from ganforge.layout import GRID
from ganforge.params import Params
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta
from ganforge.tracking.identity import EXPERIMENT_VARIABLE, Identity, commit_state
from ganforge.tracking.store import connect, experiment_id

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Run

    from ganforge.training.trainer import Row

TRAINING_TAG = "ganforge.training"
SCORING_TAG = "ganforge.scoring"
SIGNAL_TAG, CONDITION_TAG = "ganforge.signal", "ganforge.condition"  # what is drawn, and on which condition
GRID_KEY = "samples"
MODEL_NAME, MODEL_TYPE = "generator", "ganforge"  # among MLflow's logged models
CURVES = "_train/"  # of metrics over a training: MLflow sorts charts by name, so these come first
PROBE = f"{CURVES}seconds"  # a metric of every row: it shows which rows a run has
BATCH = 1000  # metrics in one call, MLflow's limit

# Settings that fix the weights are parameters of the run; the others may change later, so they are tags.
PARAMETER_SECTIONS = ("dataset", "network", "objective", "train", "augment")
SCORING_SETTINGS = ("sample.count", "sample.seeds", "evaluation.")
TAGGED_SECTIONS = ("extractor", "sample", "evaluation", "compute")


@dataclass
class PipelineRun:
    """One MLflow run, written in batches; every method can be called again after a restart.

    Attributes:
        client: client of its store.
        identity: identity of the training.
        run_id: its id in the store.
        started: when it began, in milliseconds since 1970.
    """

    client: MlflowClient
    identity: Identity
    run_id: str
    started: int = 0

    def log_history(self, history: Sequence[Row]) -> None:
        """Adds the rows of ``history`` that the run lacks; their step is the number of real signals shown."""
        held = self.rows_held()
        self.log_rows([row for row in history if int(row["images"]) not in held])

    def rows_held(self) -> set[int]:
        """Steps of the rows that the run already has."""
        return {metric.step for metric in self.client.get_metric_history(self.run_id, PROBE)}

    def log_rows(self, rows: Iterable[Row]) -> None:
        """Adds rows of training.csv as metrics ``_train/…``; a row is complete or absent.

        A row always has the same time, so a database stores a row once even if it is sent twice.
        """
        waiting: list[Metric] = []
        for row in rows:
            metrics = _metrics(row, self.started + int(1000 * row.get("seconds", 0)))
            if len(waiting) + len(metrics) > BATCH:
                self.client.log_batch(self.run_id, metrics=waiting)
                waiting = []
            waiting += metrics
        if waiting:
            self.client.log_batch(self.run_id, metrics=waiting)

    def log_grids(self, pictures: Iterable[Path]) -> None:
        """Adds the sheets of samples, named after the signals shown, that the run's image slider lacks."""
        held = self.grids_held()
        for picture in pictures:
            if int(picture.stem) not in held:
                self.log_grid(picture)

    def log_grid(self, picture: Path) -> None:
        """Adds a sheet of samples."""
        from PIL import Image

        with Image.open(picture) as image:
            self.client.log_image(self.run_id, image, key=GRID_KEY, step=int(picture.stem))

    def grids_held(self) -> set[int]:
        """Steps of the sheets that the run's image slider already has."""
        paths = [artifact.path for artifact in self.client.list_artifacts(self.run_id, "images")]
        return {int(step) for step in re.findall(rf"{GRID_KEY}[%+]step[%+](\d+)", "\n".join(paths))}

    def log_machine(self, figures: Mapping[str, float]) -> None:
        """Adds figures of the machine; their step is the number of seconds since the run began."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [Metric(name, value, now, (now - self.started) // 1000) for name, value in figures.items()]
        self.client.log_batch(self.run_id, metrics=metrics)

    def log_model(self, folder: Path, params: Mapping[str, str]) -> str | None:
        """Adds the generator in a folder to the models of the run, unless it has one.

        Args:
            folder: folder of the generator.
            params: parameters that identify it for people.

        Returns:
            The id of the model; None if the server is of an MLflow before 3, which knows no models of runs.
        """
        from mlflow.entities import LoggedModelOutput
        from mlflow.exceptions import MlflowException

        run = self.client.get_run(self.run_id)
        if run.outputs is not None and run.outputs.model_outputs:
            return str(run.outputs.model_outputs[0].model_id)
        experiment = run.info.experiment_id
        try:
            begun = self.client.search_logged_models([experiment], f"source_run_id = '{self.run_id}'")
            model = begun[0] if begun else None  # by a call that was interrupted
            if model is None:
                described = {"params": dict(params), "model_type": MODEL_TYPE}
                model = self.client.create_logged_model(experiment, MODEL_NAME, self.run_id, **described)
        except MlflowException as error:
            if error.error_code != "ENDPOINT_NOT_FOUND":
                raise
            return None
        self.client.log_model_artifacts(model.model_id, str(folder))
        self.client.finalize_logged_model(model.model_id, "READY")
        self.client.log_outputs(self.run_id, [LoggedModelOutput(model.model_id, 0)])
        return str(model.model_id)

    def log_scores(self, scores: Mapping[str, Mapping[str, float]], model: str | None = None) -> None:
        """Adds the groups of metrics.json as ``group/name`` to the run and to one of its models."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self.client.log_batch(
            self.run_id,
            metrics=[
                Metric(f"{group}/{name}", float(value), now, 0, model)
                for group, values in scores.items()
                for name, value in values.items()
            ],
        )

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Sets or replaces tags."""
        from mlflow.entities import RunTag

        self.client.log_batch(self.run_id, tags=[RunTag(name, value) for name, value in tags.items()])

    def log_files(self, files: Mapping[Path, str | None]) -> None:
        """Adds files or folders as artifacts, each in the given artifact folder."""
        for path, folder in files.items():
            if path.is_dir():
                self.client.log_artifacts(self.run_id, str(path), folder)
            elif path.exists():
                self.client.log_artifact(self.run_id, str(path), folder)

    def resume(self) -> None:
        """Marks the run as running."""
        self.client.update_run(self.run_id, status="RUNNING")

    def end(self, status: str) -> None:
        """Marks the run as ``FINISHED``, ``FAILED`` or ``KILLED``; a finished run keeps its end."""
        if self.client.get_run(self.run_id).info.status != "FINISHED":
            self.client.set_terminated(self.run_id, status=status)


def _metrics(row: Row, timestamp: int) -> list[Metric]:
    from mlflow.entities import Metric

    return [
        Metric(f"{CURVES}{name}", value, timestamp, int(row["images"]))
        for name, value in row.items()
        if name != "images" and math.isfinite(value)
    ]


def recover_run(params: Params, meta: Meta, identity: Identity, scoring: str | None = None) -> PipelineRun:
    """The run of a training; a new one if the store does not have it, or no longer has it.

    Args:
        params: all of params.yaml.
        meta: description of the data.
        identity: identity of the training.
        scoring: the `scoring_mark` of the scores to record. A training whose samples were scored in two ways has two
            runs, so that their scores do not mix.
    """
    client = connect()
    run = find_run(client, identity, scoring) or _create(client, params, identity)
    run_id = run.info.run_id
    if not run.data.params:  # a new run, or one whose process was killed right after creating it
        _describe_training(client, run_id, params, meta)
    return PipelineRun(client, replace(identity, run_id=identity.run_id or run_id), run_id, run.info.start_time)


def scoring_mark(params: Params, scores: Mapping[str, Mapping[str, float]]) -> str:
    """Distinguishes ways of scoring the same generator: by settings, and by which scores were measured."""
    settings = {key: str(value) for key, value in params.flat().items() if key.startswith(SCORING_SETTINGS)}
    names = sorted(f"{group}/{name}" for group, values in scores.items() for name in values)
    return hashlib.sha256(json.dumps([settings, names], sort_keys=True).encode()).hexdigest()[:16]


def find_run(client: MlflowClient, identity: Identity, scoring: str | None = None) -> Run | None:
    """The run that recorded the training, or a later one made for it, unless deleted or scored in another way."""
    from mlflow.entities import ViewType
    from mlflow.exceptions import MlflowException

    query = f"tags.`{TRAINING_TAG}` = '{identity.training}'"
    runs = list(client.search_runs([experiment_id(client)], query, ViewType.ACTIVE_ONLY))
    if identity.run_id is not None:
        try:
            run = client.get_run(identity.run_id)
            if run.info.lifecycle_stage == "active":
                runs.insert(0, run)
        except MlflowException as error:
            if error.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                raise
    fitting = [run for run in runs if scoring is None or run.data.tags.get(SCORING_TAG, scoring) == scoring]
    return min(fitting, key=lambda run: SCORING_TAG not in run.data.tags, default=None)


def _create(client: MlflowClient, params: Params, identity: Identity) -> Run:
    tags = {TRAINING_TAG: identity.training} | identity.environment
    return client.create_run(experiment_id(client), run_name=_run_name(params), tags=tags)


def _describe_training(client: MlflowClient, run_id: str, params: Params, meta: Meta) -> None:
    """Logs the data set and what fixes the weights; the parameters last, since they show that the rest is complete."""
    from mlflow.entities import Dataset, DatasetInput, InputTag, Param, RunTag

    from ganforge.conditions import condition_for

    chosen = {key: value for key, value in params.flat().items() if key.split(".")[0] in PARAMETER_SECTIONS}
    columns = {name: {"kind": column.kind, "shape": list(column.shape)} for name, column in meta.columns.items()}
    dataset = Dataset(
        name=meta.dataset,
        digest=meta.digest[:36],
        source_type="local",
        source=json.dumps({"uri": "data/prepared", "origin": meta.origin}),
        profile=json.dumps({**meta.count, "columns": columns, "classes": len(meta.classes)}),
    )
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    condition = condition_for(params.network.conditional, meta)
    tags = [RunTag(SIGNAL_TAG, meta.columns[SIGNAL].kind), RunTag(CONDITION_TAG, condition.kind)]
    client.log_batch(run_id, params=[Param(key, str(value)) for key, value in chosen.items()], tags=tags)


def _run_name(params: Params) -> str:
    """The name of the run: data, network, objective, commit and, if there is one, DVC's experiment."""
    commit, _ = commit_state()
    experiment = os.environ.get(EXPERIMENT_VARIABLE, "")
    titles = (params.dataset.name, params.network.name, params.objective.title)
    return " ".join(filter(None, [*titles, commit[:7], experiment]))


def describe(scores: Scores, meta: Meta, run_id: str) -> str:
    """The run's description in Markdown: the scores next to those of real data, and the grid of samples."""
    from ganforge.signals import signal_of

    data = signal_of(meta.columns[SIGNAL]).plural
    grid = f"get-artifact?path={GRID.name}&run_uuid={run_id}"  # an address that the UI serves
    return "\n\n".join(
        [
            f"Generator of **{meta.dataset}** ({' x '.join(map(str, meta.shape))}). {headline(scores, data)}",
            f"![samples]({grid})",
            markdown_table(scores, data),
        ]
    )


def settings_tags(params: Params) -> dict[str, str]:
    """Tags: the settings that may change without changing the weights, and how these were made and scored."""
    return {key: str(value) for key, value in params.flat().items() if key.split(".")[0] in TAGGED_SECTIONS}

"""The MLflow run of this pipeline; nothing else imports mlflow.

The files on disk are the truth and MLflow is their reader's view: a tracking store that fails costs one warning, and
whatever it missed is completed from the files by the stage ``record``.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ganforge import __version__
from ganforge.datasets.prepared import Meta
from ganforge.errors import UserError
from ganforge.evaluation.meanings import ScoreRow
from ganforge.files import repository_root
from ganforge.params import Params
from ganforge.records import GRID, PARAMS, Record, comparable, parse_record

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

    from ganforge.training.trainer import Row

EXPERIMENT = "ganforge"
TRAINING_TAG = "ganforge.training"
GRID_KEY = "samples"
EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}  # how the UI shows it: runs first
PROBE = "train/loss_generator"  # the metric that tells which rows a run holds already
LOOKED_AT = 10  # runs, from the newest on, for one that compares
BATCH = 1000  # metrics in one call, MLflow's limit

# What fixes the weights is a parameter of the run; the rest may change under the same weights, so it is a tag.
PARAMETER_SECTIONS = ("dataset", "network", "train", "augment")


def tracking_uri() -> str:
    """Where runs are recorded: MLFLOW_TRACKING_URI, else a file in the root of the checkout."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{repository_root() / 'mlflow.db'}"


def connect() -> MlflowClient:
    """A client that gives up on a dead server within seconds rather than minutes."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "5")
    import logging

    from mlflow import MlflowClient

    for name in ("alembic", "mlflow.store.db.utils"):  # they tell at length how a new database is made
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri())


@dataclass(frozen=True)
class Identity:
    """Which training this is, kept beside the generator.

    Attributes:
        training: a name of its own, by which a run that was made again from the files is found.
        run_id: the MLflow run that recorded it while it was going on, or None if the store was out of reach.
        environment: tags that say which code and which versions it ran with.
    """

    training: str
    run_id: str | None
    environment: dict[str, str]

    @classmethod
    def new(cls) -> Identity:
        """A training that nobody has recorded yet."""
        return cls(uuid.uuid4().hex, None, _environment_tags())

    @classmethod
    def load(cls, path: Path) -> Identity:
        """Reads what `to_json` gave."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self)) + "\n"


@dataclass
class PipelineRun:
    """One MLflow run, written to in batches; every method may be called again after a restart."""

    client: MlflowClient
    identity: Identity
    run_id: str
    silent: bool = False

    def log_history(self, history: Sequence[Row]) -> None:
        """Adds the rows of ``history`` that the run does not hold yet, at the images shown as their step."""
        held = {metric.step for metric in self.client.get_metric_history(self.run_id, PROBE)}
        self.log_rows([row for row in history if int(row["images"]) not in held])

    def log_rows(self, rows: Iterable[Row]) -> None:
        """Adds rows of training.csv as metrics ``train/…``."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        metrics = [
            Metric(f"train/{name}", value, now, int(row["images"]))
            for row in rows
            for name, value in row.items()
            if name != "images" and math.isfinite(value)
        ]
        for start in range(0, len(metrics), BATCH):
            self.client.log_batch(self.run_id, metrics=metrics[start : start + BATCH])

    def log_grids(self, pictures: Iterable[Path]) -> None:
        """Adds sheets of samples, named after the images shown, to the run's image slider; each only once."""
        from PIL import Image

        held = self.grids_held()
        for picture in pictures:
            images = int(picture.stem)
            if images not in held:
                with Image.open(picture) as image:
                    self.client.log_image(self.run_id, image.convert("RGB"), key=GRID_KEY, step=images)

    def grids_held(self) -> set[int]:
        """Images shown at the sheets that the run's image slider has already."""
        paths = [artifact.path for artifact in self.client.list_artifacts(self.run_id, "images")]
        return {int(step) for step in re.findall(rf"{GRID_KEY}[%+]step[%+](\d+)", "\n".join(paths))}

    def log_scores(self, scores: Mapping[str, Mapping[str, float]]) -> None:
        """Adds the groups of metrics.json as ``group/name``."""
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        self.client.log_batch(
            self.run_id,
            metrics=[
                Metric(f"{group}/{name}", float(value), now, 0)
                for group, values in scores.items()
                for name, value in values.items()
            ],
        )

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Sets or replaces tags."""
        from mlflow.entities import RunTag

        self.client.log_batch(self.run_id, tags=[RunTag(name, value) for name, value in tags.items()])

    def log_files(self, files: Mapping[Path, str | None]) -> None:
        """Adds files or folders as artifacts, each under the artifact folder given beside it."""
        for path, folder in files.items():
            if path.is_dir():
                self.client.log_artifacts(self.run_id, str(path), folder)
            elif path.exists():
                self.client.log_artifact(self.run_id, str(path), folder)

    def end(self, status: str) -> None:
        """Marks the run as ``FINISHED``, ``FAILED`` or ``KILLED``; one that is finished keeps its end."""
        if self.client.get_run(self.run_id).info.status != "FINISHED":
            self.client.set_terminated(self.run_id, status=status)

    def attempt(self, action: Callable[[], None]) -> None:
        """Does ``action``; the first failure of the tracking store is told, and nothing more is tried after it."""
        if self.silent:
            return
        try:
            action()
        except Exception as error:
            self.silent = True
            _warn(error, "the rest of this run will be completed by `dvc repro record`")


def start_run(params: Params, meta: Meta, identity: Identity) -> PipelineRun | None:
    """Continues the run of a training, or begins one; None, with a warning, where the store cannot be reached."""
    try:
        run = recover_run(params, meta, identity)
        run.client.update_run(run.run_id, status="RUNNING")
        return run
    except Exception as error:
        _warn(error, "training goes on, and `dvc repro record` will complete the record once the store is back")
        return None


@contextmanager
def store_needed() -> Iterator[None]:
    """Turns the failures of a tracking store into a sentence.

    Raises:
        UserError: the store cannot be used.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError, OSError) as error:  # requests' errors are OSErrors
        raise UserError(
            f"MLflow at {tracking_uri()} cannot be used ({first_line(error)}); mend it, or let "
            "MLFLOW_TRACKING_URI name another store or none, then run `dvc repro record`: nothing made is lost."
        ) from error


def recover_run(params: Params, meta: Meta, identity: Identity) -> PipelineRun:
    """The run that recorded a training; a new one where the store does not have it, or not any more."""
    client = connect()
    run = _find(client, identity) or _create(client, params, identity)
    run_id = run.info.run_id
    if not run.data.params:  # a new run, or one whose maker was killed right after making it
        _describe_training(client, run_id, params, meta)
    return PipelineRun(client, replace(identity, run_id=identity.run_id or run_id), run_id)


def _find(client: MlflowClient, identity: Identity) -> Run | None:
    """The run that recorded the training, or the one that was made for it since, unless deleted."""
    from mlflow.entities import ViewType
    from mlflow.exceptions import MlflowException

    if identity.run_id is not None:
        try:
            run = client.get_run(identity.run_id)
            if run.info.lifecycle_stage == "active":
                return run
        except MlflowException as error:
            if error.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
                raise
    query = f"tags.`{TRAINING_TAG}` = '{identity.training}'"
    runs = client.search_runs([_experiment(client)], query, ViewType.ACTIVE_ONLY, max_results=1)
    return runs[0] if runs else None


def _create(client: MlflowClient, params: Params, identity: Identity) -> Run:
    tags = {TRAINING_TAG: identity.training} | identity.environment
    return client.create_run(_experiment(client), run_name=_run_name(params), tags=tags)


def _describe_training(client: MlflowClient, run_id: str, params: Params, meta: Meta) -> None:
    """Logs the data set and what fixes the weights; the parameters last, since they tell that all of it is there."""
    from mlflow.entities import Dataset, DatasetInput, InputTag, Param

    chosen = {key: value for key, value in params.flat().items() if key.split(".")[0] in PARAMETER_SECTIONS}
    dataset = Dataset(
        name=meta.dataset,
        digest=meta.digest[:36],
        source_type="local",
        source=json.dumps({"uri": "data/prepared", "origin": meta.origin}),
        profile=json.dumps({**meta.count, "shape": list(meta.shape), "classes": len(meta.classes)}),
    )
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.log_batch(run_id, params=[Param(key, str(value)) for key, value in chosen.items()])


def _experiment_name() -> str:
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def _experiment(client: MlflowClient) -> str:
    """The id of the experiment, made at first use; artifacts of the default store lie beside its database."""
    from mlflow.exceptions import MlflowException

    name = _experiment_name()
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        local = not os.environ.get("MLFLOW_TRACKING_URI")
        location = (repository_root() / "mlartifacts").as_uri() if local else None
        try:
            return str(client.create_experiment(name, artifact_location=location, tags=EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            experiment = client.get_experiment_by_name(name)
            assert experiment is not None
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
    return str(experiment.experiment_id)


def _run_name(params: Params) -> str:
    """What a person recognises the run by: data, network, loss and commit."""
    commit, _ = commit_state()
    return " ".join(filter(None, [params.dataset.name, params.network.name, params.train.loss, commit[:7]]))


def commit_state() -> tuple[str, bool]:
    """The commit that is checked out and whether files differ from it; empty and False outside a repository."""

    def git(*arguments: str) -> str:
        try:
            done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.strip()

    return git("rev-parse", "HEAD"), bool(git("status", "--porcelain", "--untracked-files=no"))


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
    experiment = os.environ.get("DVC_EXP_NAME")
    return tags | ({"dvc.experiment": experiment} if experiment else {})


def settings_tags(params: Params) -> dict[str, str]:
    """The parameters that may change under the same weights, as tags."""
    return {key: str(value) for key, value in params.flat().items() if key.split(".")[0] not in PARAMETER_SECTIONS}


def previous_run(current: Record, identity: Identity) -> Record | None:
    """The run that was finished last before the one of ``identity`` began, with scores that compare with ``current``.

    None if there is none.
    """
    from mlflow.entities import ViewType

    client = connect()
    experiment = client.get_experiment_by_name(_experiment_name())
    own = _find(client, identity)
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
        except UserError:  # an old run that cannot be read does not hide the others
            continue
        if record is not None and comparable(record, current):
            return record
    return None


def read_run(run_id: str) -> Record | None:
    """What an MLflow run recorded; None if there is no such run, or not all of it."""
    from mlflow.exceptions import MlflowException

    client = connect()
    try:
        return _read(client, client.get_run(run_id))
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise


def _read(client: MlflowClient, run: Run) -> Record | None:
    """Parameters, scores and grid from the artifacts of a run; None if it was never completed."""
    from mlflow.exceptions import MlflowException

    def artifact(path: str) -> bytes | None:
        with TemporaryDirectory() as folder:
            try:
                return Path(client.download_artifacts(run.info.run_id, path, folder)).read_bytes()
            except (MlflowException, OSError):
                return None

    params, scores = artifact(PARAMS), artifact("metrics.json")
    if params is None or scores is None:
        return None
    name = f"{run.info.run_name} ({run.info.run_id[:8]})"
    return parse_record(name, params.decode(), scores.decode(), artifact(GRID))


def describe(table: Iterable[ScoreRow], meta: Meta) -> str:
    """The run's description in Markdown: the scores, beside those of real data."""
    lines = [
        f"Generator of **{meta.dataset}** ({' x '.join(map(str, meta.shape))}).",
        "",
        "| score | samples | real images | what it says |",
        "|---|---|---|---|",
    ]
    cells = ((row.meaning.label, row.value, row.real, row.meaning.text) for row in table)
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in cells)])


def first_line(error: Exception) -> str:
    """What an error says, short enough for a sentence of ours."""
    text = str(error).strip().splitlines()
    return text[0][:200] if text else type(error).__name__


def _warn(error: Exception, consequence: str) -> None:
    warnings.warn(f"MLflow at {tracking_uri()} failed ({first_line(error)}): {consequence}.", stacklevel=3)

"""The store of the runs, and messages about its failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.errors import UserError, first_line
from ganforge.files import repository_root
from ganforge.tracking.database import make_database
from ganforge.tracking.moved import find_artifacts_again

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "ganforge"
READY, WARNED = "ready", "warned"  # messages of the recording process
FILLED_LATER = "the training loses nothing, and `dvc repro record` will complete what is missing there"
SQLALCHEMY_PREFACE = "(raised as a result of"  # begins the line before the cause
DATABASE, ARTIFACTS = "mlflow.db", "mlartifacts"  # of the default store, in the root of the checkout
EXPERIMENT_TAGS = {"mlflow.experimentKind": "custom_model_development"}  # how the UI shows it: runs first


def tracking_uri() -> str:
    """The address of the store: MLFLOW_TRACKING_URI, else a file in the root of the checkout."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{repository_root() / DATABASE}"


def connect() -> MlflowClient:
    """A client that gives up on a dead server within one minute instead of four."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    import logging

    from mlflow import MlflowClient

    logging.getLogger("alembic").setLevel(logging.WARNING)  # logs every step of making a database
    for name in ("mlflow.store.db.utils", "sqlalchemy.pool"):  # they do so too, and also log the errors that they raise
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        place = repository_root() / DATABASE, repository_root() / ARTIFACTS
        make_database(*place)
        find_artifacts_again(*place)
    return MlflowClient(tracking_uri())


def reason(error: Exception) -> str:
    """The message of a failure of the store, shortened to fit into a sentence."""
    lines = [line for line in str(error).strip().splitlines() if not line.startswith(SQLALCHEMY_PREFACE)]
    return lines[0][:200] if lines else first_line(error)


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
            f"MLflow at {tracking_uri()} cannot be used ({reason(error)}); fix it, or set MLFLOW_TRACKING_URI "
            "to another store or unset it, and run this again: no results are lost."
        ) from error


def experiment_name() -> str:
    """The name of the experiment: MLFLOW_EXPERIMENT_NAME, else our own."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


def experiment_id(client: MlflowClient) -> str:
    """The id of the experiment, made at first use; artifacts of the default store are next to its database."""
    from mlflow.exceptions import MlflowException

    name = experiment_name()
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        try:
            return str(client.create_experiment(name, artifact_location=_artifacts(), tags=EXPERIMENT_TAGS))
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            experiment = client.get_experiment_by_name(name)
            assert experiment is not None
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
    return str(experiment.experiment_id)


def _artifacts() -> str | None:
    """The folder of the files of an sqlite store: next to the database, not in the current folder."""
    uri = tracking_uri()
    if not uri.startswith("sqlite:///") or uri.startswith("sqlite:///file:"):
        return None  # a server knows
    return (Path(uri.removeprefix("sqlite:///")).resolve().parent / ARTIFACTS).as_uri()


def failure(error: Exception, consequence: str) -> str:
    """A sentence about a failure of the store and its consequence."""
    return f"MLflow at {tracking_uri()} failed ({reason(error)}): {consequence}."

"""MLflow's model registry: the best generator of a data set has the alias ``champion``."""

from __future__ import annotations

import logging
import shutil
import warnings
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import ganforge
from ganforge.errors import UserError
from ganforge.evaluation.reading import alarms
from ganforge.evaluation.registry import meanings
from ganforge.evaluation.score import look_up
from ganforge.layout import GENERATOR, PREPARED, RUN
from ganforge.networks.storage import CONFIG, WEIGHTS, load_generator
from ganforge.params import load_params
from ganforge.prepared.meta import Meta, read_meta
from ganforge.publishing.card import model_card
from ganforge.runs.lock import holds
from ganforge.runs.records import Record, changed_scores, read_workspace
from ganforge.tracking.identity import Identity
from ganforge.tracking.reading import read_run
from ganforge.tracking.run import find_run, scoring_mark
from ganforge.tracking.store import connect, store_needed

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

CHAMPION = "champion"
DECIDING = "quality.fd"  # the score in which a new champion must not be worse
MODEL = "model"  # the folder of the run's artifacts
NEEDED = ("mlflow", "numpy", "pillow", "pydantic", "safetensors", "torch")  # packages that the model needs
LONGEST_DESCRIPTION = 5000  # characters, the limit of MLflow's databases
ABSENT = {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}  # MLflow's codes for a missing model or alias


@dataclass(frozen=True)
class Registration:
    """A registered version.

    Attributes:
        name: name of the registered model.
        version: its number.
        new: whether it was made now.
        worse: scores that are worse than those of the previous champion, with both values.
    """

    name: str
    version: str
    new: bool
    worse: list[str]


def model_name(dataset: str) -> str:
    """The name of the registered model of a data set: scores compare on the same data only."""
    return f"ganforge-{dataset}"


def register(name: str | None = None, *, force: bool = False) -> Registration:
    """Registers the generator that the last run left, as the champion.

    Args:
        name: name of the registered model, or None for `model_name`.
        force: register it even with alarms, or with a worse distance than the champion.

    Raises:
        UserError: nothing is finished or recorded, the generator is refused, or the store cannot be used.
    """
    record, meta, identity = read_finished()
    name = name or model_name(meta.dataset)
    with store_needed():
        client = connect()
        run = find_run(client, identity, scoring_mark(load_params(), record.scores))
        if run is None or run.info.status != "FINISHED":
            raise UserError("MLflow has no finished run of this generator: run `.venv/bin/dvc repro -s -f record`.")
        champion = find_champion(client, name)
        known = client.search_model_versions(f"name = '{name}' and run_id = '{run.info.run_id}'")
        if champion is not None and champion.run_id == run.info.run_id:
            return Registration(name, str(champion.version), new=False, worse=[])
        before = read_run(champion.run_id) if champion is not None and champion.run_id else None
        if not force:
            refuse_worse(record, champion, before)
        if known:
            version = known[0]
        else:
            version = _create_version(client, name, run.info.run_id, model_card_of(meta, record, identity), record)
        now = find_champion(client, name)
        if (now and now.version) != (champion and champion.version):
            raise UserError(f"{name} got another champion in the meantime: run this again to compare with that one.")
        client.set_registered_model_alias(name, CHAMPION, version.version)
    return Registration(name, str(version.version), not known, _worse(before, record))


def read_finished() -> tuple[Record, Meta, Identity]:
    """Scores, data and training of the generator here, after a check that they belong together.

    Raises:
        UserError: they do not, or the run is not finished.
    """
    record, meta, identity = read_workspace(), read_meta(PREPARED), Identity.load(RUN)
    if record.stale:
        raise UserError("params.yaml has changed since these scores, or a stage has failed: run `make repro` first.")
    if not holds(RUN):
        raise UserError("the scores here are not those of the generator here: run `dvc pull` or `make repro` first.")
    return record, meta, identity


def find_champion(client: MlflowClient, name: str) -> ModelVersion | None:
    """The version with the alias, or None if there is none."""
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, CHAMPION)
    except MlflowException as error:
        if error.error_code not in ABSENT:
            raise
        return None


def refuse_worse(record: Record, champion: ModelVersion | None, before: Record | None) -> None:
    """Checks that a generator may become the champion.

    Args:
        record: record of the generator.
        champion: the current champion, or None.
        before: the record of its run, or None if that is gone.

    Raises:
        UserError: it has an alarm, is farther from real data than the champion, or cannot be compared with it.
    """
    force = "register it anyway with --force"
    raised = alarms(record.scores)
    if raised:
        raise UserError(f"this generator raises an alarm ({raised[0]}); fix that, or {force}.")
    if champion is None:
        return
    known = f"version {champion.version} of {champion.name}, the champion"
    change = next((c for c in changed_scores(before, record) if c.key == DECIDING), None) if before else None
    if before is None or change is None:
        raise UserError(f"the scores of {known}, can no longer be read from its run; {force}.")
    figures = f"Fréchet distance {change.after}, against {change.before} of {known}"
    if change.verdict == "measured differently":
        raise UserError(
            f"{figures}, but the two were measured on different data, extractors or numbers of samples; "
            f"register it under another --name, or {force}."
        )
    farther = (look_up(record.scores, DECIDING) or 0.0) > (look_up(before.scores, DECIDING) or 0.0)
    if change.verdict == "worse" or (change.verdict == "noise unknown" and farther):
        raise UserError(f"this generator is worse: {figures}; nothing is registered; train a better one, or {force}.")


def _worse(before: Record | None, after: Record) -> list[str]:
    changes = changed_scores(before, after) if before else []
    return [f"{change.label} {change.after} ({change.before})" for change in changes if change.verdict == "worse"]


def model_card_of(meta: Meta, record: Record, identity: Identity, folder: Path = GENERATOR) -> str:
    """The card of the generator in ``folder``."""
    _, config = load_generator(folder)
    return model_card(config, meta, record.scores, identity.environment)


def _create_version(client: MlflowClient, name: str, run_id: str, card: str, record: Record) -> ModelVersion:
    """Adds the model to the run's artifacts, and a version that points to it to the registry."""
    from mlflow.exceptions import MlflowException

    with TemporaryDirectory() as folder:
        path = Path(folder) / MODEL
        save_model(path)
        (path / "README.md").write_text(card, encoding="utf-8")
        client.log_artifacts(run_id, str(path), MODEL)
    try:
        client.create_registered_model(name, description=f"Generators of {record.params['dataset.name']} by ganforge.")
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    source = f"{client.get_run(run_id).info.artifact_uri}/{MODEL}"
    scores = {key: look_up(record.scores, key) for key in meanings()}
    tags = {key.replace(".", "/"): f"{value:.6g}" for key, value in scores.items() if value is not None}
    return client.create_model_version(name, source, run_id, tags=tags, description=card[:LONGEST_DESCRIPTION])


def save_model(path: Path, generator: Path = GENERATOR) -> None:
    """Writes the generator as a pyfunc model: its code and weights as safetensors, nothing pickled."""
    import mlflow.pyfunc

    package = Path(ganforge.__file__).parent
    needs_data = load_generator(generator)[1].network.condition.needs_data  # then no request is a valid example
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about types that the signature does not support
        logging.getLogger("mlflow").setLevel(logging.WARNING)  # it logs that it runs the example
        for file in (WEIGHTS, CONFIG):
            shutil.copyfile(generator / file, Path(folder) / file)
        mlflow.pyfunc.save_model(
            path,
            python_model=str(package / "publishing" / "served.py"),
            artifacts={"generator": folder},
            code_paths=[str(package)],
            input_example=None if needs_data else [{"n": 2, "seed": 0}],
            pip_requirements=[f"{needed}=={metadata.version(needed).split('+')[0]}" for needed in NEEDED],
        )

"""The part of the stage ``train`` that needs PyTorch."""

import hashlib
import os
import shutil
import sys
import warnings
from pathlib import Path

import pandas as pd
import torch

import ganforge
from ganforge.compute.device import configure
from ganforge.errors import UserError
from ganforge.features.judge import distance_to_training_data
from ganforge.features.pretrained import guide_by
from ganforge.files import write_durably
from ganforge.layout import EXTRACTOR, GENERATOR, PREPARED, PROGRESS, RUN, TRAINING, WAY_BACK
from ganforge.networks.storage import save_generator
from ganforge.params import Params
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta, Prepared
from ganforge.signals import SHEET_SUFFIX, Signal, signal_of
from ganforge.tracking.identity import Identity
from ganforge.tracking.live import LiveRun
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.distributed import World, join, leave
from ganforge.training.failure import FailureError
from ganforge.training.setup import (
    PREVIEW_COLUMNS,
    Plan,
    assemble_generator,
    assemble_way_back,
    build_trainer,
    generator_spec,
)
from ganforge.training.trainer import TrainedWeights, Trainer
from pipeline.downloads import squeezenet
from pipeline.process import ask_to_stop, only_one_in, release_this_thread, start_processes
from pipeline.stage import FINISHED, check_scoring, forget_committed, progress_bar, trainings

CODE = (
    "compute",
    "conditions",
    "networks",
    "objectives",
    "prepared",
    "signals",
    "training",
)  # packages whose code changes a training
JUDGING_CODE = "features"
SHORT = {"loss_discriminator": "D", "loss_generator": "G"}  # names of losses on the progress bar


def train(params: Params, live: LiveRun | None) -> None:
    """Trains, or resumes an interrupted training of the same parameters, data and code.

    Args:
        params: all of params.yaml.
        live: records the training; None in the processes that do not lead.
    """
    data = Prepared.load(PREPARED)
    check_scoring(params, data.meta)  # an error should come before training
    device = configure(params.compute)
    if device.type != "cpu":
        release_this_thread()
    if "RANK" not in os.environ:  # one process, or the one that starts the others
        forget_committed()
    start_processes(params.compute.processes)
    world = join(device)
    work = trainings() / fingerprint(plan_of(params), data.meta, device)
    if live is not None:
        lead(params, data, device, world, work, live)
    else:
        with ask_to_stop(once=False):  # the leading process says when to stop
            for _ in prepare(params, data, device, world, work).run():
                pass
    leave(world)


def train_alone(params: Params, folder: Path) -> None:
    """Trains in one process without recording, and writes the last generator; resumes an interrupted training."""
    data, device = Prepared.load(PREPARED), configure(params.compute)
    if device.type != "cpu":
        release_this_thread()
    work = trainings() / fingerprint(plan_of(params), data.meta, device)
    with only_one_in(work), ask_to_stop() as stop:
        trainer = prepare(params, data, device, World(), work)
        game = trainer.game
        plural = signal_of(data.meta.columns[SIGNAL]).plural
        with progress_bar(game.steps * game.images_per_step, plural, folder.name, game.images) as bar:
            for report in trainer.run():
                bar.update(report.images - bar.n)
                if stop:
                    trainer.save()
                    sys.exit(128 + stop[0])
        write_generator(folder, params, data.meta, trainer.last())
    shutil.rmtree(work, ignore_errors=True)


def lead(params: Params, data: Prepared, device: torch.device, world: World, work: Path, live: LiveRun) -> None:
    """Trains, records and writes the result."""
    with only_one_in(work), ask_to_stop(once=world.size == 1) as stop:
        trainer = prepare(params, data, device, world, work)
        live.begin(params, data.meta, identify(work / "run.json", device))
        try:
            follow(trainer, trainer.game.signal, live, work / "progress", stop)
            write_outputs(params, data.meta, trainer, work)
            live.close()
        except BaseException as error:
            live.close("KILLED" if isinstance(error, SystemExit) else "FAILED")
            if isinstance(error, FailureError):
                raise FailureError(f"{error}; {rescue(params, data.meta, trainer, work)}.") from error
            raise
        shutil.copyfile(work / "run.json", RUN)
        write_durably(work / FINISHED, RUN.read_bytes())


def prepare(params: Params, data: Prepared, device: torch.device, world: World, work: Path) -> Trainer:
    """The trainer, which compares its generators with the extractor's features."""
    judge = None
    if params.train.best_every and world.leads:
        spec, pool = generator_spec(params.network, data.meta), data.splits["train"].columns
        judge = distance_to_training_data(EXTRACTOR, spec, pool, params.train.best_samples, device)
    checkpoints = Checkpoints(work / "checkpoints", params.compute.checkpoint_seconds)
    guide = guide_by(squeezenet().to(device), data.meta.shape) if params.objective.guided else None
    return build_trainer(plan_of(params), data, checkpoints, device, judge, world, guide)


def plan_of(params: Params) -> Plan:
    """The sections of params.yaml that fix a training."""
    return Plan(params.network, params.objective, params.train, params.augment, params.compute)


def fingerprint(plan: Plan, meta: Meta, device: torch.device) -> str:
    """Digest of all that fixes a training: it is never resumed with other parameters, data, code or kind of device."""
    compute = plan.compute.model_dump(exclude={"device", "checkpoint_seconds"})
    digest = hashlib.sha256(f"{device.type} {compute} {torch.__version__}".encode())
    only_stops = isinstance(plan.train.on_failure, str)  # it changes when to stop, not the training
    train = plan.train.model_dump_json(exclude={"on_failure", "patience"} if only_stops else None)
    for section in (plan.network, plan.objective, plan.augment):
        digest.update(section.model_dump_json().encode())
    digest.update(train.encode())
    digest.update(meta.digest.encode())
    package = Path(ganforge.__file__).parent
    files = [EXTRACTOR / "extractor.safetensors"] if plan.train.best_every else []
    judging = plan.train.best_every or plan.objective.guided
    for room in (*CODE, *([JUDGING_CODE] if judging else [])):
        files += sorted((package / room).glob("*.py"))
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def identify(identity_file: Path, device: torch.device) -> Path:
    """Reads the training's identity from the file of a killed process, or writes a new one."""
    try:
        Identity.load(identity_file)
    except UserError as error:  # missing or damaged; it is written before its MLflow run is made
        if identity_file.exists():
            warnings.warn(f"{error} A new MLflow run begins.", stacklevel=1)
        write_durably(identity_file, Identity.new(device=device_name(device)).to_json().encode())
    return identity_file


def device_name(device: torch.device) -> str:
    """Its name for people."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def follow(trainer: Trainer, signal: Signal, live: LiveRun, progress: Path, stop: list[int]) -> None:
    """Passes the trainer's reports to the bar, to MLflow and to the folder of sample sheets.

    Rows go to MLflow after a checkpoint holds them, so a resumed run never records a step twice.
    """
    progress.mkdir(parents=True, exist_ok=True)
    game = trainer.game
    with progress_bar(game.steps * game.images_per_step, signal.plural, "train", game.images) as bar:
        for report in trainer.run():
            if report.row is not None:
                losses = {name: value for name, value in report.row.items() if name.startswith("loss")}
                bar.set_postfix(
                    {SHORT.get(name, name): f"{value:.3f}" for name, value in losses.items()}, refresh=False
                )
            bar.update(report.images - bar.n)
            if report.warning is not None:
                warnings.warn(f"training looks bad: {report.warning}", stacklevel=1)
            if report.samples is not None:
                beside = progress.with_name(f"sheet{SHEET_SUFFIX}")
                signal.sheet(report.samples, PREVIEW_COLUMNS, beside)
                beside.replace(progress / f"{report.images:09d}{SHEET_SUFFIX}")  # complete or absent
            live.show(trainer.history[: trainer.rows_saved], sorted(progress.iterdir()))
            if stop:
                trainer.save()
                live.show(trainer.history, sorted(progress.iterdir()))
                sys.exit(128 + stop[0])
    live.show(trainer.history, sorted(progress.iterdir()))


def write_outputs(params: Params, meta: Meta, trainer: Trainer, work: Path) -> None:
    """Writes the chosen and the last generator, and the history of the training."""
    write_generator(GENERATOR, params, meta, trainer.chosen())
    write_generator(GENERATOR / "last", params, meta, trainer.last())
    TRAINING.parent.mkdir(parents=True, exist_ok=True)
    history = pd.DataFrame(trainer.history)
    table = history.reindex(columns=[*history.columns.drop("fd", errors="ignore"), "fd"])
    write_durably(TRAINING, table.to_csv(index=False).encode())
    shutil.copytree(work / "progress", PROGRESS, dirs_exist_ok=True)


def rescue(params: Params, meta: Meta, trainer: Trainer, work: Path) -> str:
    """Saves the last good generator of a failed training, and says where."""
    trained = trainer.last_good()
    if trained is None:
        return "it failed before it had a generator worth keeping"
    write_generator(work / "generator", params, meta, trained)
    return f"the last good generator, after {trained.images} images, is in {work / 'generator'}"


def write_generator(folder: Path, params: Params, meta: Meta, trained: TrainedWeights) -> None:
    """Writes a generator's weights and what is needed to use them; the one that translates back goes to ``back``."""
    save_generator(folder, *assemble_generator(params.network, meta, trained))
    way_back = assemble_way_back(params.network, meta, trained)
    if way_back is not None:
        save_generator(folder / WAY_BACK, *way_back)
    else:
        shutil.rmtree(folder / WAY_BACK, ignore_errors=True)

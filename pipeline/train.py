"""models/generator: the adversarial game, streamed into MLflow while it is played."""

import hashlib
import shutil
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import torch

import ganforge
from ganforge.datasets.prepared import Meta, Prepared
from ganforge.files import write_durably
from ganforge.networks.storage import GeneratorConfig, save_generator
from ganforge.params import Params
from ganforge.signals import SIGNALS
from ganforge.tracking import Identity, PipelineRun, start_run
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.device import configure
from ganforge.training.setup import PREVIEW_COLUMNS, build_trainer, network_spec
from ganforge.training.trainer import Trainer
from pipeline.process import ask_to_stop, only_one_in
from pipeline.stage import (
    GENERATOR,
    PREPARED,
    PROGRESS,
    RUN,
    TRAINING,
    private_folder,
    progress_bar,
    run_stage,
    samples_per_seed,
)

TRAINING_CODE = ("networks", "objectives", "training", "signals", "scale.py")


def main(params: Params) -> None:
    """Trains, or goes on with a training of the same parameters, data and code that was cut short."""
    data = Prepared.load(PREPARED)
    samples_per_seed(params.sample, data.meta)  # refused now rather than after training
    device = configure(params.compute)
    work = private_folder() / "training" / fingerprint(params, data.meta, device)
    with only_one_in(work), ask_to_stop() as stop:
        trainer = build_trainer(params, data, Checkpoints(work / "checkpoints"), device)
        identity, run = begin_record(params, data.meta, trainer, work / "run.json")
        try:
            follow(trainer, data.meta.signal, run, work / "progress", stop)
        except BaseException as error:
            if run is not None:
                run.attempt(partial(run.end, "KILLED" if isinstance(error, SystemExit) else "FAILED"))
            raise
        write_outputs(params, data.meta, trainer, identity, work / "progress")
        shutil.rmtree(work)


def fingerprint(params: Params, meta: Meta, device: torch.device) -> str:
    """What a checkpoint belongs to: it is never resumed under other parameters, other data, other code or elsewhere."""
    digest = hashlib.sha256(f"{device.type} {params.compute.threads} {torch.__version__}".encode())
    digest.update(params.network.model_dump_json().encode())
    digest.update(params.train.model_dump_json().encode())
    digest.update(meta.digest.encode())
    package = Path(ganforge.__file__).parent
    for room in TRAINING_CODE:
        for file in sorted((package / room).glob("*.py")) or [package / room]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def begin_record(
    params: Params, meta: Meta, trainer: Trainer, identity_file: Path
) -> tuple[Identity, PipelineRun | None]:
    """The MLflow run: the one that a killed process left behind, or a new one."""
    identity = Identity.load(identity_file) if identity_file.exists() else Identity.new()
    write_durably(identity_file, identity.to_json().encode())  # before the run, which is found again by it
    run = start_run(params, meta, identity)
    if run is not None:
        identity = run.identity
        run.attempt(lambda: run.log_history(trainer.history))
    write_durably(identity_file, identity.to_json().encode())
    return identity, run


def follow(trainer: Trainer, signal_name: str, run: PipelineRun | None, progress: Path, stop: list[int]) -> None:
    """Passes what the trainer tells on to the bar, to MLflow and to the folder of sample sheets.

    Rows go to MLflow only once a checkpoint holds them, so that a resumed run never records a step twice.
    """
    signal = SIGNALS[signal_name]()
    progress.mkdir(parents=True, exist_ok=True)
    batch_size = trainer.params.batch_size
    flushed = len(trainer.history)
    with progress_bar(trainer.steps * batch_size, "img", "train") as bar:
        bar.update(trainer.step * batch_size)
        for report in trainer.run():
            if report.row is not None:
                bar.set_postfix(
                    D=f"{report.row['loss_discriminator']:.3f}",
                    G=f"{report.row['loss_generator']:.3f}",
                    refresh=False,
                )
            bar.update(report.step * batch_size - bar.n)
            if report.samples is not None:
                picture = progress / f"{report.step * batch_size:09d}{signal.suffix}"
                signal.sheet(report.samples, PREVIEW_COLUMNS, picture)
                if run is not None:
                    run.attempt(partial(run.log_grids, [picture]))
            if run is not None and trainer.rows_saved > flushed:
                run.attempt(partial(run.log_rows, trainer.history[flushed : trainer.rows_saved]))
            flushed = trainer.rows_saved
            if stop:
                trainer.save()
                sys.exit(128 + stop[0])
    if run is not None:
        run.attempt(partial(run.log_rows, trainer.history[flushed:]))


def write_outputs(params: Params, meta: Meta, trainer: Trainer, identity: Identity, progress: Path) -> None:
    """The averaged generator, what happened in training, and the name of the run that recorded it."""
    spec = network_spec(params.network, meta)
    labelled = spec.classes > 0
    config = GeneratorConfig(
        network=spec,
        signal=meta.signal,
        dataset=meta.dataset,
        classes=meta.classes if labelled else (),
        class_counts=meta.class_counts if labelled else (),
        images=trainer.steps * params.train.batch_size,
    )
    save_generator(GENERATOR, trainer.ema.average, config)
    RUN.write_text(identity.to_json(), encoding="utf-8")
    TRAINING.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(trainer.history).to_csv(TRAINING, index=False)
    shutil.copytree(progress, PROGRESS, dirs_exist_ok=True)


if __name__ == "__main__":
    run_stage(main)

"""One repetition of the study: few images, a GAN trained on them, and classifiers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganforge.augmenting.arms import Material, Trial, trials
from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.augmenting.subsets import draw_subsets
from ganforge.generator import Generator
from ganforge.prepared.columns import LABELS, Split
from ganforge.prepared.meta import Meta, Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import Plan, assemble_generator, build_trainer
from ganforge.training.trainer import Row

SHOWN = 10  # generated images of each class on the sheet


@dataclass(frozen=True)
class Repetition:
    """The result of a repetition.

    Attributes:
        trials: the classifiers.
        history: history of the GAN's training.
        shown: generated images, uint8 (classes * columns, *shape), class by class.
        columns: number of images of each class.
        warnings: failures in the GAN's training, in words.
    """

    trials: list[Trial]
    history: list[Row]
    shown: np.ndarray
    columns: int
    warnings: list[str]


def repeat(
    study: AugmentationStudySettings,
    plan: Plan,
    data: Prepared,
    per_class: int,
    seed: int,
    work: Path,
    device: torch.device,
    progress: Callable[[int], None],
) -> Repetition:
    """Trains a GAN on ``per_class`` images of each class and nothing else, then the classifiers.

    Args:
        study: settings of the study.
        plan: plan of the GAN, see `gan_plan`; its last average is used, since choosing the best one would need more
            real images.
        data: the whole data set.
        per_class: real images of each class.
        seed: seed of the choice of images, of the GAN and of the classifiers.
        work: folder for the checkpoints of the GAN.
        device: where to train.
        progress: called with the number of images shown since the last call.
    """
    classes = len(data.meta.classes)
    real, validation = draw_subsets(data.splits["train"], per_class, study.validation_per_class, seed)
    few = Prepared(meta_of_few(data.meta, real, validation), {"train": real, "test": validation})
    generator, history, warnings = _train(gan_plan(plan, seed), few, work, device, progress)
    labels = np.repeat(np.arange(classes), study.generated_per_class)
    generated = Split.of(generator.sample(len(labels), seed=seed, condition=labels), labels)
    material = Material(real, generated, validation, data.splits["test"], generator.signal, classes)
    results = list(trials(material, study, seed, device, progress))
    columns = min(SHOWN, study.generated_per_class)
    first = np.arange(len(labels)).reshape(classes, -1)[:, :columns].reshape(-1)
    return Repetition(results, history, generated.signal[first], columns, warnings)


def amount(study: AugmentationStudySettings, plan: Plan) -> int:
    """The total of all calls of ``progress`` in `repeat`."""
    return plan.train.images + study.classifier_images * (2 + 2 * len(study.shares))


def gan_plan(plan: Plan, seed: int) -> Plan:
    """The plan of a GAN of the study: conditional, in one process, without choosing the best state, and never stopped.

    If a GAN fails on few images, the study should report it.
    """
    return dataclasses.replace(
        plan,
        network=plan.network.model_copy(update={"conditional": "auto"}),
        train=plan.train.model_copy(update={"seed": seed, "best_every": 0, "on_failure": "warn"}),
        compute=plan.compute.model_copy(update={"processes": 1}),
    )


def meta_of_few(meta: Meta, real: Split, validation: Split) -> Meta:
    """The description of a subset of the data."""
    count = {"train": len(real), "test": len(validation)}
    columns = {name: dataclasses.replace(column, count=count) for name, column in meta.columns.items()}
    counts = np.bincount(real.required_labels(), minlength=len(meta.classes)).tolist()
    columns[LABELS] = dataclasses.replace(columns[LABELS], about=columns[LABELS].about | {"counts": counts})
    return dataclasses.replace(meta, columns=columns)


def _train(
    plan: Plan, few: Prepared, work: Path, device: torch.device, progress: Callable[[int], None]
) -> tuple[Generator, list[Row], list[str]]:
    """A generator trained on few images, the history of its training, and warnings."""
    trainer = build_trainer(plan, few, Checkpoints(work, plan.compute.checkpoint_seconds), device)
    shown, warnings = 0, []
    for report in trainer.run():
        progress(report.images - shown)
        shown = report.images
        if report.warning is not None:
            warnings.append(report.warning)
    module, config = assemble_generator(plan.network, few.meta, trainer.last())
    return Generator(module, config, device), trainer.history, warnings

"""One repetition of the study: few images, a GAN of them, and classifiers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganforge.augmenting.arms import Material, Trial, trials
from ganforge.augmenting.subsets import draw_subsets
from ganforge.datasets.source import Split
from ganforge.generator import Generator
from ganforge.params import Params
from ganforge.prepared.storage import Prepared
from ganforge.training.checkpoints import Checkpoints
from ganforge.training.setup import build_trainer, built
from ganforge.training.trainer import Row

SHOWN = 10  # generated images of each class on the sheet


@dataclass(frozen=True)
class Repetition:
    """What came of it.

    Attributes:
        trials: the classifiers.
        history: of the GAN's training.
        shown: generated images, uint8 (classes * columns, *shape), class by class.
        columns: of these.
        warnings: what went wrong in the GAN's training, in words.
    """

    trials: list[Trial]
    history: list[Row]
    shown: np.ndarray
    columns: int
    warnings: list[str]


def repeat(
    params: Params,
    data: Prepared,
    per_class: int,
    seed: int,
    work: Path,
    device: torch.device,
    progress: Callable[[int], None],
) -> Repetition:
    """Trains a GAN on ``per_class`` images of each class and nothing else, then the classifiers.

    Args:
        params: all of params.yaml; the GAN is that of `network`, `train` and `augment`, but for its seed, and its last
            average is taken: looking for the best one would take more real images than there are.
        data: the whole data set.
        per_class: real images of each class.
        seed: of the choice of these, of the GAN and of the classifiers.
        work: folder for the checkpoints of the GAN.
        device: where to train.
        progress: told images shown since the last time.
    """
    study, classes = params.augmentation_study, len(data.meta.classes)
    real, validation = draw_subsets(data.splits["train"], per_class, study.validation_per_class, seed)
    few = Prepared(
        dataclasses.replace(
            data.meta,
            count={"train": len(real.images), "test": len(validation.images)},
            class_counts=(per_class,) * classes,
        ),
        {"train": real, "test": validation},
    )
    generator, history, warnings = _train(params, few, seed, work, device, progress)
    labels = np.repeat(np.arange(classes), study.generated_per_class)
    generated = Split(generator.sample(len(labels), seed=seed, label=labels), labels)
    material = Material(real, generated, validation, data.splits["test"], classes)
    found = list(trials(material, study, seed, device, progress))
    columns = min(SHOWN, study.generated_per_class)
    first = np.arange(len(labels)).reshape(classes, -1)[:, :columns].reshape(-1)
    return Repetition(found, history, generated.images[first], columns, warnings)


def amount(params: Params) -> int:
    """What `repeat` tells ``progress`` in all."""
    study = params.augmentation_study
    return params.train.images + study.classifier_images * (2 + 2 * len(study.shares))


def gan_params(params: Params, seed: int) -> Params:
    """The parameters of a GAN of the study: conditional, alone, without a search for its best state, and never stopped.

    A GAN that fails on few images is something that the study has to tell.
    """
    network = params.network.model_copy(update={"conditional": "auto"})
    train = params.train.model_copy(update={"seed": seed, "best_every": 0, "on_failure": "warn"})
    compute = params.compute.model_copy(update={"processes": 1})
    return params.model_copy(update={"network": network, "train": train, "compute": compute})


def _train(
    params: Params,
    few: Prepared,
    seed: int,
    work: Path,
    device: torch.device,
    progress: Callable[[int], None],
) -> tuple[Generator, list[Row], list[str]]:
    """A generator of few images, how its training went, and what went wrong."""
    params = gan_params(params, seed)
    trainer = build_trainer(params, few, Checkpoints(work, params.compute.checkpoint_seconds), device)
    shown, warnings = 0, []
    for report in trainer.run():
        progress(report.images - shown)
        shown = report.images
        if report.warning is not None:
            warnings.append(report.warning)
    return Generator(*built(params.network, few.meta, trainer.last()), device), trainer.history, warnings

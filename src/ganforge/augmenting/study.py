"""The study on disk: a table of trials, and the files of each repetition."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from ganforge.augmenting.arms import Trial, chosen
from ganforge.augmenting.repetition import Repetition
from ganforge.augmenting.settings import AugmentationStudySettings
from ganforge.augmenting.subsets import possible
from ganforge.conditions import condition_in
from ganforge.conditions.labels import Labels
from ganforge.datasets.common_settings import DataSettings
from ganforge.datasets.settings import ImageFileSettings
from ganforge.errors import UserError
from ganforge.files import write_durably, write_json
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta
from ganforge.signals import SHEET_SUFFIX, Signal, signal_of
from ganforge.signals.image import ImageSignal

TRIALS, TRAINING, GRID = "trials.csv", "training.csv", f"grid{SHEET_SUFFIX}"
RESULT = "trials.json"  # in the folder of a repetition, when it is done


def check(study: AugmentationStudySettings, dataset: DataSettings, batch_size: int, meta: Meta) -> list[int]:
    """The numbers of real images of each class that the data allow.

    Args:
        study: settings of the study.
        dataset: settings of the prepared data.
        batch_size: batch size of the GANs.
        meta: description of the data.

    Raises:
        UserError: they allow none, or do not suit a classifier.
    """
    signal, condition = signal_of(meta.columns[SIGNAL]), condition_in(meta)
    labelled = isinstance(condition, Labels) and len(condition.names) > 1
    if not labelled or signal.kind != ImageSignal.kind:
        raise UserError(
            f"params.yaml: dataset.name is {meta.dataset}, but the study of augmentation needs images with two or more "
            "classes, each image with one label: choose other data or set dataset.labels to use."
        )
    if isinstance(dataset, ImageFileSettings) and dataset.mirror:
        raise UserError(
            "params.yaml: dataset.mirror is true, so every image counts twice: set it to false, and "
            "augmentation_study.classic.mirror to true."
        )
    sizes = possible(meta.class_counts, study.per_class, study.validation_per_class)
    if not sizes:
        raise UserError(
            f"params.yaml: augmentation_study.per_class is {study.per_class}, but the smallest class has "
            f"{min(meta.class_counts)} training images, of which validation_per_class takes "
            f"{study.validation_per_class}: ask for fewer."
        )
    if batch_size > min(sizes) * len(meta.classes):
        raise UserError(
            f"params.yaml: train.batch_size is {batch_size}, but {min(sizes)} images of each class are "
            f"{min(sizes) * len(meta.classes)} in total: set it to at most that many."
        )
    return sizes


def repetition_name(per_class: int, seed: int) -> str:
    """The prefix of the files of a repetition."""
    return f"{per_class}_per_class_seed_{seed}"


def repetition_file(folder: Path, per_class: int, seed: int, file: str) -> Path:
    """The path of a file of a repetition."""
    return folder / f"{repetition_name(per_class, seed)}_{file}"


def write_repetition(folder: Path, repetition: Repetition, signal: Signal) -> None:
    """Writes the result of a repetition; `RESULT` comes last and shows that the rest is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / TRAINING, pd.DataFrame(repetition.history).to_csv(index=False).encode())
    signal.sheet(repetition.shown, repetition.columns, folder / GRID)
    result = {"trials": [asdict(trial) for trial in repetition.trials], "warnings": repetition.warnings}
    write_json(folder / RESULT, result)


def write_study(folder: Path, repetitions: Sequence[tuple[int, int, Path]]) -> None:
    """Collects repetitions (images of each class, seed, folder) and writes the table of their trials."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for per_class, seed, work in repetitions:
        result = json.loads((work / RESULT).read_text(encoding="utf-8"))
        trials = [Trial(**values) for values in result["trials"]]
        best, warning = chosen(trials), " ".join(result["warnings"])
        rows += [
            {
                "per_class": per_class,
                "seed": seed,
                **asdict(trial),
                "chosen": trial == best[trial.arm],
                "warning": warning,
            }
            for trial in trials
        ]
        for file in (TRAINING, GRID):
            write_durably(repetition_file(folder, per_class, seed, file), (work / file).read_bytes())
    write_durably(folder / TRIALS, pd.DataFrame(rows).to_csv(index=False).encode())


def repetitions(trials: pd.DataFrame) -> list[tuple[int, int]]:
    """Images of each class and seed of all repetitions in the table of trials, in order."""
    return sorted(set(zip(trials["per_class"].tolist(), trials["seed"].tolist())))

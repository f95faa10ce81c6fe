"""reports/: the scores of the samples, as JSON, as tables for DVC's plots, and as pictures."""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from ganforge.datasets import Split
from ganforge.errors import UserError
from ganforge.evaluation.cas import classification_accuracy_score
from ganforge.evaluation.classes import ClassDistances
from ganforge.evaluation.inception import inception_scores
from ganforge.evaluation.pictures import NEIGHBOUR_ROWS, class_columns, neighbour_columns
from ganforge.evaluation.scores import Real, Samples, score
from ganforge.features.extractor import Extractor, Features, read_config
from ganforge.figures.plots import plot_classes, plot_training
from ganforge.files import read_array, write_durably, write_json
from ganforge.layout import CLASSES, EXTRACTOR, FIGURES, METRICS, PREPARED, SAMPLES, TRAINING
from ganforge.params import Params
from ganforge.prepared.storage import Prepared
from ganforge.signals import SIGNALS, Signal
from ganforge.compute.device import configure
from pipeline.stage import progress_bar, run_stage

CAS_SEED = 0
MOST_CLASSES = 50  # whose shares a picture can show
WORST_SHOWN = 12  # samples of the worst class


def main(params: Params) -> None:
    """Compares features of the samples with features of the real data."""
    data = Prepared.load(PREPARED)
    meta = data.meta
    device = configure(params.compute)
    samples = read_samples()
    sampled = Extractor.load(EXTRACTOR, device)(samples.signals)
    train = data.splits["train"]
    real = Real(
        train,
        data.splits["test"],
        read_array(EXTRACTOR / "train_features.npy"),
        Features(read_array(EXTRACTOR / "test_features.npy"), read_array(EXTRACTOR / "test_labels.npy")),
        read_array(EXTRACTOR / "train_labels.npy") if samples.labels is None else train.required_labels(),
        len(meta.classes),
        meta.parts,
    )
    scores, by_class = score(samples, sampled, real, read_config(EXTRACTOR)["accuracy"], params.evaluation.neighbours)
    if params.evaluation.cas_images > 0 and samples.labels is not None:
        lessons = Split(samples.signals, samples.labels)
        scores["classifier"] |= learnt_accuracies(lessons, data, params.evaluation.cas_images, device)
    if params.evaluation.inception:
        try:
            scores["inception"] = inception_scores(
                samples.signals[: samples.count], real.train.images, real.test.images, device
            )
        except UserError as error:
            print(f"There are no Inception scores: {error}")
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    write_json(METRICS, scores)
    names = meta.classes or [f"group {number}" for number in range(len(real.group_counts))]
    write_classes(names, sampled, real, by_class)
    write_pictures(names, samples, sampled, real, by_class, SIGNALS[meta.signal]())


def read_samples() -> Samples:
    """What the stage sample wrote."""
    drawn = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    labels_file = SAMPLES / "labels.npy"
    return Samples(
        read_array(SAMPLES / "samples.npy", mapped=True),
        read_array(labels_file) if labels_file.exists() else None,
        len(drawn["seeds"]),
    )


def learnt_accuracies(samples: Split, data: Prepared, images: int, device: torch.device) -> dict[str, float]:
    """Accuracy on real held-out images of classifiers that were shown samples, or as many real training images."""

    def accuracy(lessons: Split, name: str) -> float:
        with progress_bar(images, "img", name) as bar:
            return classification_accuracy_score(
                lessons,
                data.splits["test"],
                len(data.meta.classes),
                images,
                CAS_SEED,
                device,
                data.meta.parts,
                lambda shown: bar.update(shown - bar.n),
            )

    return {"cas": accuracy(samples, "cas"), "cas_real": accuracy(data.splits["train"], "cas_real")}


def write_classes(names: Sequence[str], sampled: Features, real: Real, by_class: ClassDistances) -> None:
    """classes.csv: share and distance of each class; the latter is empty where a class has too few images."""
    counts = np.bincount(sampled.labels, minlength=len(names))
    shares = {"class": names, "samples": counts / counts.sum(), "real": real.group_counts / real.group_counts.sum()}
    distances = pd.DataFrame({"fd": by_class.fd, "fd_floor": by_class.floor}, index=by_class.classes)
    write_durably(CLASSES, pd.DataFrame(shares).join(distances).to_csv(index=False).encode())


def write_pictures(
    names: Sequence[str], samples: Samples, sampled: Features, real: Real, by_class: ClassDistances, signal: Signal
) -> None:
    """What the report shows beside the sheets that the stage sample drew."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    plot_training(pd.read_csv(TRAINING), FIGURES / "training.png")
    if len(names) <= MOST_CLASSES:
        counts = np.bincount(sampled.labels, minlength=len(names))
        plot_classes(counts, real.group_counts, names, FIGURES / "classes.png")
    neighbours = neighbour_columns(samples, sampled.values, real)
    signal.sheet(neighbours, len(neighbours) // NEIGHBOUR_ROWS, FIGURES / "neighbours.png")
    if len(by_class.classes):
        worst = int(by_class.classes[by_class.worst])
        labels = sampled.labels if samples.labels is None else samples.labels
        sheet = class_columns(samples, labels, real, worst, WORST_SHOWN)
        signal.sheet(sheet, len(sheet) // 2, FIGURES / "worst_class.png")
        write_json(FIGURES / "worst_class.json", names[worst])


if __name__ == "__main__":
    run_stage(main)

"""reports/: the scores of the samples, as JSON, as a table for DVC's plots, as pictures and as a page."""

import json

import numpy as np
import pandas as pd
import torch

from ganforge.datasets import Split
from ganforge.datasets.prepared import Meta, Prepared, read_meta
from ganforge.evaluation.cas import classification_accuracy_score
from ganforge.evaluation.extractor import Extractor, Features, read_config
from ganforge.evaluation.plots import plot_classes, plot_training
from ganforge.evaluation.report import write_report
from ganforge.evaluation.scores import Samples, Scores, score
from ganforge.params import Params
from ganforge.training.device import configure
from pipeline.stage import (
    CLASSES,
    EXTRACTOR,
    FIGURES,
    METRICS,
    PREPARED,
    REPORT,
    SAMPLES,
    TRAINING,
    progress_bar,
    run_stage,
)

CAS_SEED = 0
MOST_CLASSES = 50  # whose shares a picture can show


def main(params: Params) -> None:
    """Compares features of the samples with features of the real data."""
    meta = read_meta(PREPARED)
    device = configure(params.compute)
    samples = read_samples()
    features = Extractor.load(EXTRACTOR, device)(samples.signals)
    real_counts = np.array(meta.class_counts)
    scores = score(
        samples,
        features,
        np.load(EXTRACTOR / "train_features.npy"),
        Features(np.load(EXTRACTOR / "test_features.npy"), np.load(EXTRACTOR / "test_labels.npy")),
        real_counts,
        read_config(EXTRACTOR)["accuracy"],
        params.evaluation.neighbours,
        meta.parts,
    )
    if params.evaluation.cas_images > 0 and samples.labels is not None:
        lessons = Split(samples.signals, samples.labels)
        scores["classifier"] |= learnt_accuracies(lessons, meta, params.evaluation.cas_images, device)
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    METRICS.write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")

    counts = np.bincount(features.labels, minlength=len(meta.classes))
    shares = {"class": meta.classes, "samples": counts / counts.sum(), "real": real_counts / real_counts.sum()}
    pd.DataFrame(shares).to_csv(CLASSES, index=False)

    FIGURES.mkdir(parents=True, exist_ok=True)
    plot_training(pd.read_csv(TRAINING), FIGURES / "training.png")
    if len(meta.classes) <= MOST_CLASSES:
        plot_classes(counts, real_counts, meta.classes, FIGURES / "classes.png")
    write_page(params, meta, scores)


def read_samples() -> Samples:
    """What the stage sample wrote."""
    drawn = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    labels_file = SAMPLES / "labels.npy"
    return Samples(
        np.load(SAMPLES / "samples.npy", mmap_mode="r"),
        np.load(labels_file) if labels_file.exists() else None,
        len(drawn["seeds"]),
    )


def learnt_accuracies(samples: Split, meta: Meta, images: int, device: torch.device) -> dict[str, float]:
    """Accuracy on real held-out images of classifiers that were shown samples, or as many real training images."""
    splits = Prepared.load(PREPARED).splits

    def accuracy(lessons: Split, name: str) -> float:
        with progress_bar(images, "img", name) as bar:
            return classification_accuracy_score(
                lessons,
                splits["test"],
                len(meta.classes),
                images,
                CAS_SEED,
                device,
                meta.parts,
                lambda shown: bar.update(shown - bar.n),
            )

    return {"cas": accuracy(samples, "cas"), "cas_real": accuracy(splits["train"], "cas_real")}


def write_page(params: Params, meta: Meta, scores: Scores) -> None:
    """report.html; pictures that were not drawn are left out of it."""
    held_out = "" if meta.held_out == "test" else ", against held-out training images"
    write_report(
        REPORT,
        title=f"{meta.dataset}, {params.network.name}, {params.train.loss}{held_out}",
        scores=scores,
        pictures=[
            ("Samples", "a row per class, each from other latent vectors", SAMPLES / "grid.png"),
            ("Interpolation", "each row walks from one latent vector to another", SAMPLES / "interpolation.png"),
            ("Training", "what the two networks did to each other", FIGURES / "training.png"),
            (
                "Classes",
                "how often each class appears: real images by their labels, samples as the extractor sees them",
                FIGURES / "classes.png",
            ),
        ],
        params={key: value for key, value in params.flat().items() if not key.startswith("compute.")},
    )


if __name__ == "__main__":
    run_stage(main)

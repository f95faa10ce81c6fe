"""reports/: the scores of the samples, as JSON, as a table for DVC's plots, as pictures and as a page."""

import json

import numpy as np
import pandas as pd

from ganforge.datasets.prepared import read_meta
from ganforge.evaluation.extractor import Extractor, read_config
from ganforge.evaluation.plots import plot_classes, plot_training
from ganforge.evaluation.report import write_report
from ganforge.evaluation.scores import Samples, score
from ganforge.params import Params
from ganforge.training.device import configure
from pipeline.stage import CLASSES, EXTRACTOR, FIGURES, METRICS, PREPARED, REPORT, SAMPLES, TRAINING, run_stage


def main(params: Params) -> None:
    """Compares features of the samples with features of the real data."""
    meta = read_meta(PREPARED)
    drawn = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    labels_file = SAMPLES / "labels.npy"
    samples = Samples(
        np.load(SAMPLES / "samples.npy", mmap_mode="r"),
        np.load(labels_file) if labels_file.exists() else None,
        len(drawn["seeds"]),
    )
    features = Extractor.load(EXTRACTOR, configure(params.compute))(samples.signals)
    real_counts = np.array(meta.class_counts)
    scores = score(
        samples,
        features,
        np.load(EXTRACTOR / "train_features.npy"),
        np.load(EXTRACTOR / "test_features.npy"),
        real_counts,
        read_config(EXTRACTOR)["accuracy"],
        params.evaluation.neighbours,
    )
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    METRICS.write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")

    counts = np.bincount(features.labels, minlength=len(meta.classes))
    shares = {"class": meta.classes, "samples": counts / counts.sum(), "real": real_counts / real_counts.sum()}
    pd.DataFrame(shares).to_csv(CLASSES, index=False)

    FIGURES.mkdir(parents=True, exist_ok=True)
    plot_training(pd.read_csv(TRAINING), FIGURES / "training.png")
    plot_classes(counts, real_counts, meta.classes, FIGURES / "classes.png")
    write_report(
        REPORT,
        title=f"{meta.dataset}, {params.network.name}, {params.train.loss}",
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

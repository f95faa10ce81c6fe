"""reports/: the scores of the samples, as JSON, as tables for DVC's plots, and as pictures."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
import pandas as pd
import torch

from ganforge.compute.device import configure
from ganforge.evaluation.classes import ClassDistances, distances_by_class
from ganforge.evaluation.inputs import Context, Real, Samples
from ganforge.evaluation.measure import measure
from ganforge.evaluation.pictures import NEIGHBOUR_ROWS, class_columns, neighbour_columns, pair_rows, pair_sheet
from ganforge.features.extractor import Extractor, Features, read_config
from ganforge.figures.plots import plot_classes, plot_training
from ganforge.files import read_array, write_durably, write_json
from ganforge.generator import Generator
from ganforge.layout import (
    BASELINE,
    CLASSES,
    EXTRACTOR,
    FIGURES,
    LISTEN_TO_NEIGHBOURS,
    METRICS,
    PREPARED,
    SAMPLES,
    TRAINING,
)
from ganforge.networks.storage import CONFIG
from ganforge.params import Params
from ganforge.prepared.columns import LABELS, ROWS, SIGNAL, SOURCE, Arrays
from ganforge.prepared.meta import Prepared
from ganforge.signals import Signal, signal_of
from ganforge.signals.image import have_one_size
from ganforge.signals.players import write_players
from pipeline.stage import progress_bar, run_stage

MOST_CLASSES = 50  # whose shares a picture can show
NEIGHBOURS_PLAYED = 4  # samples, with the training signals nearest to them
WORST_SHOWN = 12  # samples of the worst class


def main(params: Params) -> None:
    """Compares features of the samples with features of the real data."""
    data = Prepared.load(PREPARED)
    device = configure(params.compute)
    samples = read_samples()
    extractor = Extractor.load(EXTRACTOR, device)
    features, real = extractor(samples.signal), read_real(data, samples, pretrained=extractor.network.pretrained)
    accuracy = read_config(EXTRACTOR)["accuracy"]
    answers = baseline_answers(data, device) if samples_answer_sources(samples, real) else {}
    bar = partial(training_bar, real.signal.plural)
    context = Context.of(samples, real, features, params.evaluation, accuracy, device, bar, extractor, answers)
    METRICS.parent.mkdir(parents=True, exist_ok=True)
    write_json(METRICS, measure(samples, real, context))
    names = data.meta.classes or [f"group {number}" for number in range(len(real.group_counts))]
    by_class = distances_by_class(samples, real, context)
    write_classes(names, features, real, by_class)
    write_pictures(names, samples, features, real, by_class)


def samples_answer_sources(samples: Samples, real: Real) -> bool:
    """Whether samples can be shown next to the partners of their sources."""
    return real.tested_by_pairs and ROWS in samples.columns


def baseline_answers(data: Prepared, device: torch.device) -> Arrays:
    """Answers of the network of the stage baseline to the sources of the test data; empty if there is no network."""
    if not (BASELINE / CONFIG).exists():
        return {}
    generator, test = Generator.load(BASELINE, device), data.splits["test"]
    return {"l1_alone": generator.sample(len(test), pool=test.columns)}


def read_samples() -> Samples:
    """The output of the stage sample: an array for each column."""
    drawn = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    names = sorted({SIGNAL, *(path.stem for path in SAMPLES.glob("*.npy"))})
    columns = {name: read_array(SAMPLES / f"{name}.npy", mapped=name != LABELS) for name in names}
    return Samples(columns, len(drawn["seeds"]))


def read_real(data: Prepared, samples: Samples, *, pretrained: bool) -> Real:
    """The real data, with the features that the stage extractor wrote."""
    meta, train = data.meta, data.splits["train"].as_heard()
    return Real(
        train,
        data.splits["test"].as_heard(),
        read_array(EXTRACTOR / "train_features.npy"),
        Features(read_array(EXTRACTOR / "test_features.npy"), read_array(EXTRACTOR / "test_labels.npy"), pretrained),
        read_array(EXTRACTOR / "train_labels.npy") if samples.labels is None else train.required_labels(),
        len(meta.classes),
        signal_of(meta.columns[SIGNAL]),
        tested_by_pairs=meta.tested_by_pairs,
        learnt_by_pairs=meta.paired,
    )


@contextmanager
def training_bar(plural: str, total: int, name: str) -> Iterator[Callable[[int], None]]:
    """A bar over the signals shown to a classifier."""
    with progress_bar(total, plural, name) as bar:
        yield lambda shown: bar.update(shown - bar.n)


def write_classes(names: Sequence[str], features: Features, real: Real, by_class: ClassDistances) -> None:
    """classes.csv: share and distance of each class; the distance is empty if a class has too few items."""
    counts = np.bincount(features.labels, minlength=len(names))
    shares = {"class": names, "samples": counts / counts.sum(), "real": real.group_counts / real.group_counts.sum()}
    distances = pd.DataFrame({"fd": by_class.fd, "fd_floor": by_class.floor}, index=by_class.classes)
    write_durably(CLASSES, pd.DataFrame(shares).join(distances).to_csv(index=False).encode())


def write_pictures(
    names: Sequence[str], samples: Samples, features: Features, real: Real, by_class: ClassDistances
) -> None:
    """Writes what the report shows in addition to the sheets of the stage sample."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    plot_training(pd.read_csv(TRAINING), FIGURES / "training.png")
    if len(names) <= MOST_CLASSES:
        counts = np.bincount(features.labels, minlength=len(names))
        plot_classes(counts, real.group_counts, names, FIGURES / "classes.png")
    asked = samples.columns
    if ROWS in asked and SOURCE in asked and have_one_size(asked[SOURCE], samples.signal):
        for name, rows in pair_rows(samples, real).items():
            sheet, columns = pair_sheet(samples, real, rows)
            real.signal.sheet(sheet, columns, FIGURES / f"pairs_{name}.png")
    neighbours = neighbour_columns(samples, features.values, real)
    real.signal.sheet(neighbours, len(neighbours) // NEIGHBOUR_ROWS, FIGURES / "neighbours.png")
    if real.signal.rate:
        write_neighbour_players(real.signal, neighbours.reshape(NEIGHBOUR_ROWS, -1, *real.signal.shape))
    if by_class.worst is not None:
        worst = int(by_class.classes[by_class.worst])
        labels = features.labels if samples.labels is None else samples.labels
        sheet = class_columns(samples, labels, real, worst, WORST_SHOWN)
        real.signal.sheet(sheet, len(sheet) // 2, FIGURES / "worst_class.png")
        write_json(FIGURES / "worst_class.json", names[worst])


def write_neighbour_players(signal: Signal, neighbours: np.ndarray) -> None:
    """Writes the samples nearest to any training signal, next to that signal; stored (rows, columns, *shape)."""
    columns = neighbours.shape[1]
    places = range(max(0, columns - NEIGHBOURS_PLAYED), columns)
    rows = {f"{place + 1}": [signal.sound(each) for each in neighbours[:, place]] for place in places}
    heads = ["sample", "nearest in training by features", "by values"]
    write_players(LISTEN_TO_NEIGHBOURS, heads, rows, signal.rate)


if __name__ == "__main__":
    run_stage(main)

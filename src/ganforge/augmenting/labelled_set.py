"""Sets of generated signals with labels, to train other programs on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganforge.conditions.labels import Labels
from ganforge.errors import UserError
from ganforge.evaluation.neighbours import nearest
from ganforge.features.extractor import Extractor
from ganforge.files import write_table
from ganforge.generator import Generator

MANIFEST = "manifest.csv"
COLUMNS = ("file", "label", "class", "seed", "index", "confidence", "distance")
SPACED = 2000  # training signals to measure the usual distance with
MOST_TRIED = 50  # samples drawn for each wanted one, before a filter counts as too strict


@dataclass(frozen=True)
class Drawn:
    """One sample.

    Attributes:
        signal: the stored signal, (*shape).
        label: number of its class.
        index: its number in `Generator.sample` with this label and the seed of the set.
        confidence: probability that the classifier gives to its label, 0 to 1.
        distance: feature distance to the nearest training signal, as a multiple of the median distance between a
            training signal and its nearest neighbour; 0 is a copy.
    """

    signal: np.ndarray
    label: int
    index: int
    confidence: float
    distance: float


@dataclass(frozen=True)
class Filter:
    """The least confidence and the least distance of accepted samples, as in `Drawn`."""

    confidence: float
    distance: float

    def takes(self, drawn: Drawn) -> bool:
        """Whether a sample reaches both."""
        return drawn.confidence >= self.confidence and drawn.distance >= self.distance


class Inspector:
    """Compares generated signals with their labels and with the training signals.

    Args:
        extractor: a classifier of real signals.
        features: features of the training signals, (M, features) float32, M of at least 2.
    """

    def __init__(self, extractor: Extractor, features: np.ndarray) -> None:
        self.extractor, self.features = extractor, torch.from_numpy(np.array(features))
        some = torch.from_numpy(np.random.default_rng(0).permutation(len(features))[:SPACED])
        _, spacing = nearest(self.features[some], self.features, among=some)
        self.spacing = float(spacing.median())

    def __call__(self, stored: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Confidence and distance, as in `Drawn`, of stored signals (N, *shape) with labels (N,)."""
        values = self.extractor(stored).values
        _, distance = nearest(torch.from_numpy(values), self.features)
        return self.extractor.confidence(stored, labels), distance.numpy() / max(self.spacing, 1e-12)


def class_names(generator: Generator) -> tuple[str, ...]:
    """Names of the labels of a class-conditional generator.

    Raises:
        UserError: its condition is not a label.
    """
    if not isinstance(generator.condition, Labels):
        raise UserError(
            f"this generator of {generator.config.dataset} cannot be asked for labels, but for "
            f"{generator.condition.summary()}; allowed is one that was trained with dataset.labels: use and "
            "network.conditional: auto."
        )
    return generator.condition.names


def write_set(
    out: Path, generator: Generator, inspector: Inspector, per_class: int, seed: int, wanted: Filter
) -> float:
    """Writes a folder of samples for each class, as torchvision's ImageFolder reads images, and `MANIFEST`.

    Args:
        out: a new or an empty folder; after a failure, it is not there.
        generator: a class-conditional generator.
        inspector: inspector with its training data.
        per_class: samples of each class.
        seed: seed of the samples.
        wanted: filters for samples.

    Returns:
        The mean confidence.

    Raises:
        UserError: the generator has no classes, or hardly any sample of a class passes the filters.
    """
    signal, names = generator.signal, class_names(generator)
    beside = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(beside, ignore_errors=True)
    rows, confidences = [], []
    try:
        for label, name in enumerate(names):
            folder = beside / folder_name(name)
            if folder.exists():  # the folder of another class whose name gives the same file name
                folder = beside / f"{folder.name}_{label}"
            folder.mkdir(parents=True)
            for number, drawn in enumerate(draw_class(generator, inspector, label, per_class, seed, wanted)):
                file = folder / f"{number:06d}{signal.suffix}"
                file.write_bytes(signal.encode(drawn.signal))
                figures = f"{drawn.confidence:.4f}", f"{drawn.distance:.4f}"
                rows.append((file.relative_to(beside), label, name, seed, drawn.index, *figures))
                confidences.append(drawn.confidence)
        write_table(beside / MANIFEST, COLUMNS, rows)
        if out.exists():
            out.rmdir()
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return float(np.mean(confidences))


def folder_name(name: str) -> str:
    """A class's name as the name of a folder."""
    return re.sub(r"[/\\\0]|^\.+", "_", name)


def draw_class(
    generator: Generator,
    inspector: Inspector,
    label: int,
    count: int,
    seed: int,
    wanted: Filter,
) -> Iterator[Drawn]:
    """Samples of one class that pass both filters, in the order in which they are drawn.

    Raises:
        UserError: hardly any pass.
    """
    taken = tried = 0
    most = MOST_TRIED * count
    for block in generator.draw(most, seed, generator.ask(most, seed, label)):
        confidence, distance = inspector(block, np.full(len(block), label))
        for place, sample in enumerate(block):
            drawn = Drawn(sample, label, tried + place, float(confidence[place]), float(distance[place]))
            if taken < count and wanted.takes(drawn):
                yield drawn
                taken += 1
        tried += len(block)
        if taken == count:
            return
    (name,) = generator.condition.titles(generator.ask(1, seed, label)) or [str(label)]
    raise UserError(
        f"only {taken} of {tried} {generator.signal.plural} of class {name} have a confidence of at least "
        f"{wanted.confidence} and a distance of at least {wanted.distance}, but {count} are needed: lower one."
    )

"""Generated images with labels, for the training of other programs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ganforge.errors import UserError
from ganforge.evaluation.neighbours import nearest
from ganforge.features.extractor import Extractor
from ganforge.files import write_table
from ganforge.generator import Generator
from ganforge.signals import SIGNALS

MANIFEST = "manifest.csv"
COLUMNS = ("file", "label", "class", "seed", "index", "confidence", "distance")
SPACED = 2000  # training images that the usual distance is taken of
MOST_TRIED = 50  # images drawn for each that is asked for, before a filter is called too strict


@dataclass(frozen=True)
class Drawn:
    """One image.

    Attributes:
        image: uint8 (*shape).
        label: number of its class.
        index: it is sample ``index`` of `Generator.sample` with this label and the seed of the set.
        confidence: probability that the classifier gives to its label, 0 to 1.
        distance: to the nearest training image between features, as a multiple of what lies between a training image
            and the nearest other one in the median; 0 is a copy.
    """

    image: np.ndarray
    label: int
    index: int
    confidence: float
    distance: float


@dataclass(frozen=True)
class Filter:
    """The least confidence and the least distance that are taken, as in `Drawn`."""

    confidence: float
    distance: float

    def takes(self, drawn: Drawn) -> bool:
        """Whether an image has both."""
        return drawn.confidence >= self.confidence and drawn.distance >= self.distance


class Inspector:
    """What a classifier and the training images say of generated ones.

    Args:
        extractor: the classifier, trained on real images.
        features: of the training images, (M, features) float32, M of at least 2.
    """

    def __init__(self, extractor: Extractor, features: np.ndarray) -> None:
        self.extractor, self.features = extractor, torch.from_numpy(np.array(features))
        some = torch.from_numpy(np.random.default_rng(0).permutation(len(features))[:SPACED])
        _, spacing = nearest(self.features[some], self.features, among=some)
        self.spacing = float(spacing.median())

    def __call__(self, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Confidence and distance, as in `Drawn`, of uint8 images (N, *shape) with labels (N,)."""
        values = self.extractor(images).values
        _, distance = nearest(torch.from_numpy(values), self.features)
        return self.extractor.confidence(images, labels), distance.numpy() / max(self.spacing, 1e-12)


def write_set(
    out: Path, generator: Generator, inspector: Inspector, per_class: int, seed: int, wanted: Filter
) -> float:
    """Writes a folder of images for each class, as torchvision's ImageFolder reads them, and `MANIFEST`.

    Args:
        out: a folder that is empty or not there; it is whole or not there in the end.
        generator: class-conditional.
        inspector: of its training data.
        per_class: images of each class.
        seed: of the samples.
        wanted: which of them.

    Returns:
        the mean confidence.

    Raises:
        UserError: hardly any sample of a class is wanted.
    """
    signal = SIGNALS[generator.config.signal]()
    beside = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(beside, ignore_errors=True)
    rows, confidences = [], []
    try:
        for label, name in enumerate(generator.classes):
            folder = beside / folder_name(name)
            if folder.exists():  # another class's, whose name differs in what no folder can be called
                folder = beside / f"{folder.name}_{label}"
            folder.mkdir(parents=True)
            for number, drawn in enumerate(draw_class(generator, inspector, label, per_class, seed, wanted)):
                file = folder / f"{number:06d}{signal.suffix}"
                file.write_bytes(signal.encode(drawn.image))
                told = f"{drawn.confidence:.4f}", f"{drawn.distance:.4f}"
                rows.append((file.relative_to(beside), label, name, seed, drawn.index, *told))
                confidences.append(drawn.confidence)
        write_table(beside / MANIFEST, COLUMNS, rows)
        if out.exists():
            out.rmdir()
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return float(np.mean(confidences))


def folder_name(name: str) -> str:
    """A class's name as one of a folder."""
    return re.sub(r"[/\\\0]|^\.+", "_", name)


def draw_class(
    generator: Generator,
    inspector: Inspector,
    label: int,
    count: int,
    seed: int,
    wanted: Filter,
) -> Iterator[Drawn]:
    """Images of one class that pass both filters, in the order in which they are drawn.

    Raises:
        UserError: hardly any pass.
    """
    kept = tried = 0
    for block in generator.sample_blocks(MOST_TRIED * count, seed, label):
        confidence, distance = inspector(block, np.full(len(block), label))
        for place, image in enumerate(block):
            drawn = Drawn(image, label, tried + place, float(confidence[place]), float(distance[place]))
            if kept < count and wanted.takes(drawn):
                yield drawn
                kept += 1
        tried += len(block)
        if kept == count:
            return
    raise UserError(
        f"only {kept} of {tried} images of class {generator.classes[label]} have a confidence of at least "
        f"{wanted.confidence} and a distance of at least {wanted.distance}, but {count} are asked for: lower one."
    )

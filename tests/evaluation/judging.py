"""Samples scored against real data, as the stage evaluate does it."""

from dataclasses import replace

import numpy as np
import torch

from ganforge.evaluation.inputs import Context, Real, Samples
from ganforge.evaluation.measure import measure
from ganforge.evaluation.settings import EvaluationSettings
from ganforge.features.classifier import untrained_classifier
from ganforge.features.clusters import Clusters
from ganforge.features.extractor import Extractor
from ganforge.prepared.columns import ROWS, SOURCE, SOURCE_LABELS, Split
from ganforge.signals.image import ImageSignal

CPU = torch.device("cpu")
DIGIT = ImageSignal((1, 8, 8))


class Judge:
    """Scores of samples against the same real data.

    Args:
        extractor: gives the features.
        train, test: the real data.
        classes: number of labels, 0 without any.
        signal: what kind of signals they are.
    """

    def __init__(self, extractor, train: Split, test: Split, classes: int, signal=DIGIT) -> None:
        self.extractor = extractor
        known = extractor(train.signal)
        groups = train.labels if classes else known.labels
        self.real = Real(train, test, known.values, extractor(test.signal), groups, classes, signal)

    def __call__(self, signals, labels=None, *, seeds=1, neighbours=5, cas_images=0, partners=None, learnt=True):
        columns = Split.of(np.asarray(signals), labels).columns
        paired = partners is not None
        real = self.real
        if paired:
            columns = {**columns, SOURCE: 255 - real.test.signal[partners], ROWS: partners}
            both = {name: self._with_sources(getattr(real, name)) for name in ("train", "test")}
            real = replace(real, tested_by_pairs=True, learnt_by_pairs=learnt, **both)
        samples = Samples(columns, seeds)
        settings = EvaluationSettings(neighbours=neighbours, cas_images=cas_images, inception=False)
        accuracy = 0.99 if self.real.classes else None
        features = self.extractor(samples.signal)
        context = Context.of(samples, real, features, settings, accuracy, CPU, extractor=self.extractor)
        return measure(samples, real, context)

    @staticmethod
    def _with_sources(split: Split) -> Split:
        """Every signal with its negative as its source, of which it is known what it shows."""
        known = {} if split.labels is None else {SOURCE_LABELS: split.labels}
        return split.with_columns(source=255 - split.signal, **known)


def unlabelled_extractor(images) -> Extractor:
    """An untrained network, and groups of similar images that stand in for classes."""
    classifier = untrained_classifier(images, DIGIT, 0, CPU)
    return Extractor.scaled_to(classifier, DIGIT, images, CPU, Clusters.fit(images, DIGIT, 0))


def stack(digits: Split, count: int, random: np.random.Generator) -> Split:
    """Three random digits as the channels of an image, whose label has theirs as its decimal digits."""
    rows = random.integers(len(digits), size=(count, 3))
    return Split.of(digits.signal[rows, 0], digits.labels[rows] @ np.array([100, 10, 1]))


def of_classes(split: Split, classes) -> Split:
    """The items of some classes."""
    return split.rows(np.isin(split.labels, list(classes)))


def repeated(split: Split, count: int) -> Split:
    """As many items as asked for, the same ones again and again."""
    return split.rows(np.arange(count) % len(split))


def blurred(images):
    """Every pixel the mean of itself and its neighbours."""
    padded = np.pad(images.astype(float), ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    rows = (padded[:, :, :-2] + padded[:, :, 1:-1] + padded[:, :, 2:]) / 3
    return ((rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / 3).round().astype(np.uint8)

"""The inputs of scores: samples, real data, and the rows to compare where not all are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ganforge.errors import UserError
from ganforge.prepared.columns import LABELS, SIGNAL, Arrays, Split

if TYPE_CHECKING:
    import torch

    from ganforge.evaluation.settings import EvaluationSettings
    from ganforge.features.extractor import Extractor, Features
    from ganforge.signals import Signal

MOST_POOLED_ENTRIES = 30_000 * 128  # of the features whose mutual distances are computed
MOST_KERNEL_ENTRIES = 10_000 * 128  # of the features in the kernel distance and in the search for copies

Bar = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Opens a progress bar with a total and a name; call the result with the amount of work done."""


@dataclass(frozen=True)
class Samples:
    """The samples that the stage ``sample`` drew: ``count`` of each seed, one seed after the other.

    Attributes:
        columns: ``signal``, and what was asked for: ``labels``, ``source`` or ``tokens``, (seeds * count, ...) each.
        seeds: number of seeds.
    """

    columns: Arrays
    seeds: int

    @property
    def signal(self) -> np.ndarray:
        """The samples as stored, (seeds * count, *shape)."""
        return self.columns[SIGNAL]

    @property
    def labels(self) -> np.ndarray | None:
        """The labels that were asked for, (seeds * count,) int64; None if none were."""
        return self.columns.get(LABELS)

    @property
    def count(self) -> int:
        """The number of samples of each seed."""
        return len(self.signal) // self.seeds

    def seed_rows(self, most: int) -> list[slice]:
        """The slices of the samples of each seed, of at most so many each."""
        return [slice(start, start + min(most, self.count)) for start in range(0, len(self.signal), self.count)]


@dataclass(frozen=True)
class Real:
    """The real data that samples are compared with.

    Attributes:
        train, test: columns of both splits.
        train_features: (N, features) float32 of the training data.
        test_features: features of the test data, with the labels that the extractor assigns.
        train_groups: (N,) labels of the training data; if samples have none, those that the extractor assigns.
        classes: number of labels; 0 without labels.
        signal: the kind of the signals.
        tested_by_pairs: whether every signal of the test data has its own source.
        learnt_by_pairs: whether every signal of the training data has its own source.
    """

    train: Split
    test: Split
    train_features: np.ndarray
    test_features: Features
    train_groups: np.ndarray
    classes: int
    signal: Signal
    tested_by_pairs: bool = False
    learnt_by_pairs: bool = False

    @property
    def group_counts(self) -> np.ndarray:
        """The number of training items of each class or cluster, (groups,)."""
        return np.bincount(self.train_groups, minlength=self.classes)


@dataclass(frozen=True)
class Rows:
    """The rows to compare in place of all; no score depends on their choice beyond its noise.

    Attributes:
        held_out: rows of the real test data, as many as there are samples of each seed.
        kernel: rows of the training data in the kernel distance.
        samples, train, test: rows whose neighbourhoods are compared: samples of all seeds together, as many
            training items, and test items.
    """

    held_out: np.ndarray
    kernel: np.ndarray
    samples: np.ndarray
    train: np.ndarray
    test: np.ndarray

    @classmethod
    def draw(cls, samples: Samples, real: Real) -> Rows:
        """Chooses rows, always the same ones for the same numbers of samples and real items."""
        train, features = real.train_features.shape
        test, most = len(real.test_features.values), MOST_POOLED_ENTRIES // features
        pooled = min(len(samples.signal), train, most)
        random = np.random.default_rng(0)
        return cls(
            held_out=random.permutation(test)[: min(samples.count, test)],
            kernel=random.permutation(train)[: MOST_KERNEL_ENTRIES // features],
            samples=random.permutation(len(samples.signal))[:pooled],
            train=random.permutation(train)[:pooled],
            test=np.arange(test) if test <= most else random.permutation(test)[:most],
        )


@contextmanager
def no_bar(total: int, name: str) -> Iterator[Callable[[int], None]]:  # noqa: ARG001
    """Shows nothing."""
    yield lambda _: None


@dataclass(frozen=True)
class Context:
    """What all scores share.

    Attributes:
        features: features of the samples, with the labels that the extractor assigns.
        rows: the rows to compare.
        settings: the section ``evaluation`` of params.yaml.
        accuracy: share of real test data whose label the extractor recognises; None without labels.
        device: where networks are computed.
        bar: shows progress.
        extractor: computed the features; None if no score needs it.
        answers: other answers to the sources of the test data, stored (test items, *shape), by name.
    """

    features: Features
    rows: Rows
    settings: EvaluationSettings
    accuracy: float | None
    device: torch.device
    bar: Bar = no_bar
    extractor: Extractor | None = None
    answers: Arrays = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        samples: Samples,
        real: Real,
        features: Features,
        settings: EvaluationSettings,
        accuracy: float | None,
        device: torch.device,
        bar: Bar = no_bar,
        extractor: Extractor | None = None,
        answers: Arrays | None = None,
    ) -> Context:
        """The context to compare ``samples`` with ``real`` in; arguments as the attributes.

        Raises:
            UserError: there are too few samples or real test items for these settings.
        """
        rows = Rows.draw(samples, real)
        if len(rows.held_out) <= settings.neighbours:
            raise UserError(
                f"params.yaml: evaluation.neighbours is {settings.neighbours}, but {len(rows.held_out)} samples are "
                f"compared with {len(real.test)} real test items; it must be less than both."
            )
        return cls(features, rows, settings, accuracy, device, bar, extractor, answers or {})

    @property
    def count(self) -> int:
        """The number of samples of each seed to compare with as many real test items."""
        return len(self.rows.held_out)


def over_seeds(name: str, values: Sequence[float]) -> dict[str, float]:
    """The mean, and the standard deviation if there are several values."""
    spread = {f"{name}_std": float(np.std(values, ddof=1))} if len(values) > 1 else {}
    return {name: float(np.mean(values)), **spread}

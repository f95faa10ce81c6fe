"""What scores are computed from: samples, real data, and which rows stand for all where not all are compared."""

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

MOST_POOLED_ENTRIES = 30_000 * 128  # of the features whose mutual distances are taken
MOST_KERNEL_ENTRIES = 10_000 * 128  # of the features in the kernel distance and in the search for copies

Bar = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Opens a bar of so much work under a name; what it gives is told how much of it is done."""


@dataclass(frozen=True)
class Samples:
    """What the stage ``sample`` drew: ``count`` samples of each seed, one seed after the other.

    Attributes:
        columns: ``signal``, and what was asked for: ``labels``, ``source`` or ``tokens``, (seeds * count, ...) each.
        seeds: number of seeds.
    """

    columns: Arrays
    seeds: int

    @property
    def signal(self) -> np.ndarray:
        """(seeds * count, *shape) as stored."""
        return self.columns[SIGNAL]

    @property
    def labels(self) -> np.ndarray | None:
        """(seeds * count,) int64, what was asked for; None if nobody asked for labels."""
        return self.columns.get(LABELS)

    @property
    def count(self) -> int:
        """Samples of each seed."""
        return len(self.signal) // self.seeds

    def seed_rows(self, most: int) -> list[slice]:
        """Where the samples of each seed stand, at most so many of each."""
        return [slice(start, start + min(most, self.count)) for start in range(0, len(self.signal), self.count)]


@dataclass(frozen=True)
class Real:
    """The real data that samples are compared with.

    Attributes:
        train, test: columns of both splits.
        train_features: (N, features) float32 of the former.
        test_features: of the latter, with the labels that the extractor sees in them.
        train_groups: (N,) labels of the training data; where samples have none, what the extractor sees in them.
        classes: number of labels, 0 without any.
        signal: what kind of signals they are.
        tested_by_pairs: whether every signal of the test data has a source of its own.
        learnt_by_pairs: whether every signal of the training data has.
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
        """(groups,) training items of each class or cluster."""
        return np.bincount(self.train_groups, minlength=self.classes)


@dataclass(frozen=True)
class Rows:
    """Which rows stand for all; no score depends on them beyond its noise.

    Attributes:
        held_out: of the real test data, as many as there are samples of each seed.
        kernel: of the training data, in the kernel distance.
        samples, train, test: of those whose neighbourhoods are compared: samples of all seeds together, as many
            training items, and test items.
    """

    held_out: np.ndarray
    kernel: np.ndarray
    samples: np.ndarray
    train: np.ndarray
    test: np.ndarray

    @classmethod
    def draw(cls, samples: Samples, real: Real) -> Rows:
        """The same for the same numbers of samples and real items."""
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
    """What all scores have in common.

    Attributes:
        features: of the samples, with the labels that the extractor sees in them.
        rows: which rows stand for all.
        settings: the section ``evaluation`` of params.yaml.
        accuracy: share of real test data whose label the extractor sees; None without labels.
        device: where networks are computed.
        bar: how progress is shown.
        extractor: gave the features; None where no score needs it.
        answers: what others make of the sources of the test data, stored (test items, *shape), by name.
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
        """The context in which ``samples`` are compared with ``real``; arguments as the attributes.

        Raises:
            UserError: there are too few samples or real test items for these settings.
        """
        rows = Rows.draw(samples, real)
        if len(rows.held_out) <= settings.neighbours:
            raise UserError(
                f"params.yaml: evaluation.neighbours is {settings.neighbours}, but only {len(rows.held_out)} samples "
                f"stand against {len(real.test)} real test items; allowed is less than both."
            )
        return cls(features, rows, settings, accuracy, device, bar, extractor, answers or {})

    @property
    def count(self) -> int:
        """Samples of each seed that are compared with as many real test items."""
        return len(self.rows.held_out)


def over_seeds(name: str, values: Sequence[float]) -> dict[str, float]:
    """The mean, and the standard deviation where there are several."""
    spread = {f"{name}_std": float(np.std(values, ddof=1))} if len(values) > 1 else {}
    return {name: float(np.mean(values)), **spread}

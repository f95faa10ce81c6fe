"""Class labels as conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor, nn

from ganforge.conditions.condition import Condition, LinearLayer, Tensors, array_of, spread
from ganforge.errors import UserError
from ganforge.prepared.columns import LABELS, Arrays


class Labels(Condition):
    """One of several classes, by number or name.

    Args:
        names: names of the classes.
        counts: number of training items of each.
    """

    kind = "labels"
    columns = (LABELS,)

    def __init__(self, names: Sequence[str], counts: Sequence[int]) -> None:
        self.names, self.counts = tuple(names), tuple(counts)

    def describe(self) -> dict[str, Any]:
        """See `Condition`."""
        return {"kind": self.kind, "names": list(self.names), "counts": list(self.counts)}

    def summary(self) -> str:
        """The names."""
        return f"labels: {', '.join(self.names)}"

    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:  # noqa: ARG002
        """Labels with the frequencies of the training data, (count,) int64; see `spread`."""
        edges = np.cumsum(self.counts) / np.sum(self.counts)
        return {LABELS: np.searchsorted(edges, spread(seed, count), side="right").astype(np.int64)}

    def parse(self, given: Any, count: int) -> Arrays:
        """One class for all samples, by number or name; or ``count`` numbers or names."""
        if isinstance(given, str):
            given = self._number(given)
        elif isinstance(given, list | tuple) and any(isinstance(each, str) for each in given):
            given = [self._number(each) if isinstance(each, str) else each for each in given]
        labels = array_of(given)
        if labels.ndim == 0:
            labels = np.broadcast_to(labels, (count,))
        if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
            raise UserError(f"label is {given!r}; allowed is one label by number or name, or {count} numbers.")
        if count and not 0 <= labels.min() <= labels.max() < len(self.names):
            raise UserError(f"label is {given}; allowed is 0 to {len(self.names) - 1}.")
        return {LABELS: labels.astype(np.int64)}

    def _number(self, name: str) -> int:
        if name in self.names:
            return self.names.index(name)
        if not re.fullmatch("[0-9]{1,9}", name):
            raise UserError(f"label is {name!r}; allowed is one of {', '.join(self.names)}.")
        return int(name)

    def blank(self, count: int) -> Arrays:
        """The first label."""
        return {LABELS: np.zeros(count, np.int64)}

    def groups(self, columns: Tensors) -> Tensor:
        """The labels."""
        return columns[LABELS]

    @property
    def group_count(self) -> int:
        """The number of classes."""
        return len(self.names)

    def titles(self, arrays: Arrays) -> list[str]:
        """The names of the classes."""
        return [self.names[label] for label in arrays[LABELS]]

    def examples(self, most: int) -> list[Any]:
        """The numbers of the classes."""
        return list(range(len(self.names)))[:most]

    def encoder(self, features: int) -> nn.Module:
        """A learned vector for each class."""
        return LabelEmbedding(len(self.names), features)

    @property
    def encodes(self) -> bool:
        """Always."""
        return True

    def scorer(self, features: int, linear: LinearLayer) -> nn.Module:
        """See `LabelScore`."""
        return LabelScore(features, len(self.names), linear)


class LabelEmbedding(nn.Embedding):
    """The embedding of the class label, Mirza & Osindero 2014, https://arxiv.org/abs/1411.1784."""

    def forward(self, condition: Tensors) -> Tensor:  # type: ignore[override]
        """Labels (batch,) to (batch, features)."""
        return super().forward(condition[LABELS])


class LabelScore(nn.Module):
    """The score of a signal for its label.

    This is the projection discriminator, score = v_y . phi(x) + psi(phi(x)) (Miyato & Koyama 2018,
    https://arxiv.org/abs/1802.05637, eq. 3), with the linear psi absorbed into the vectors v_y.

    Args:
        features: entries of phi(x).
        classes: number of labels.
        linear: creates the dense layer.
    """

    def __init__(self, features: int, classes: int, linear: LinearLayer) -> None:
        super().__init__()
        self.scores = linear(features, classes)

    def forward(self, features: Tensor, condition: Tensors) -> Tensor:
        """(batch, features) and labels (batch,) to (batch,)."""
        scores: Tensor = self.scores(features)
        return scores.gather(1, condition[LABELS][:, None])[:, 0]

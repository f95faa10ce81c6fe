"""The base class of conditions, on which samples depend besides their latent vectors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
from torch import Tensor, nn

from ganforge.errors import UserError
from ganforge.prepared.columns import Arrays
from ganforge.signals import Signal

GOLDEN_RATIO = (5**0.5 - 1) / 2

Tensors = Mapping[str, Tensor]
"""The columns of a condition in a batch, (batch, *shape) each; empty without a condition."""

LinearLayer = Callable[[int, int], nn.Module]
"""Creates a dense layer from its numbers of inputs and outputs."""


class Condition(ABC):
    """An input of both networks that describes the wanted or the given signal.

    A row of every column belongs to one sample. A condition can be drawn as in the training data, parsed from a user's
    input and described in words; it also creates the layers through which networks take it.

    Attributes:
        kind: its key in `ganforge.conditions.CONDITIONS`.
        columns: names of its columns in a batch.
        needs_data: whether it can only be drawn from data.
        from_files: whether users give it as a file instead of text.
    """

    kind: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()
    needs_data: ClassVar[bool] = False
    from_files: ClassVar[bool] = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.describe() == other.describe()

    def __hash__(self) -> int:
        return hash((self.kind, self.columns))

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Its description as JSON, from which `ganforge.conditions.condition_of` restores it."""

    @abstractmethod
    def summary(self) -> str:
        """The possible conditions, in a few words."""

    @abstractmethod
    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """Draws conditions as in the training data; row i depends only on (seed, i), and with a pool on ``count``.

        Args:
            seed: 0 or more.
            count: rows.
            pool: columns of data to draw from, if the condition needs data.

        Raises:
            UserError: it needs data and there is no ``pool``.
        """

    def rows(self, seed: int, count: int, size: int) -> np.ndarray:
        """The rows (count,) that `draw` selects from a pool of ``size``."""
        return chosen_rows(seed, count, size)

    @abstractmethod
    def parse(self, given: Any, count: int) -> Arrays:
        """Parses a user's input into conditions of ``count`` samples.

        Raises:
            UserError: the input is not a valid condition.
        """

    def ask(self, given: Any, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """Parses ``given``; if it is None, draws conditions."""
        return self.draw(seed, count, pool) if given is None else self.parse(given, count)

    @property
    def signals(self) -> Mapping[str, Signal]:
        """Its columns that are signals and can be displayed."""
        return {}

    def blank(self, count: int) -> Arrays:
        """Zeros of the dtype and shape of its columns, ``count`` rows."""
        return {}

    def present(self, columns: Tensors) -> Tensors:
        """Converts stored columns to inputs of networks; see `ganforge.signals.Signal.to_network`."""
        return columns

    def groups(self, columns: Tensors) -> Tensor | None:
        """A number (batch,) for each row, equal for equal conditions; None if rows are not grouped.

        Every training step computes it, on the device and without synchronisation.
        """
        return None

    @property
    def group_count(self) -> int:
        """Number of `groups`, which are numbered from 0; 0 if they are not counted."""
        return 0

    def titles(self, arrays: Arrays) -> list[str] | None:
        """A name for each row, for display; None if rows have no names."""
        return None

    def examples(self, most: int) -> list[Any]:
        """Single conditions if there are few, as rows of a sheet or choices on a page; at most ``most``."""
        return []

    def encoder(self, features: int) -> nn.Module | None:
        """A network from `Tensors` to vectors (batch, features); None if the condition is not encoded as a vector.

        Args:
            features: size of a vector.
        """
        return None

    @property
    def encodes(self) -> bool:
        """Whether it has an `encoder`."""
        return False

    def scorer(self, features: int, linear: LinearLayer) -> nn.Module:
        """The last layer of a discriminator: features (batch, features) and `Tensors` to scores (batch,), unbounded."""
        return PlainScore(features, linear)


class PlainScore(nn.Module):
    """A score of the signal that does not depend on its condition."""

    def __init__(self, features: int, linear: LinearLayer) -> None:
        super().__init__()
        self.scores = linear(features, 1)

    def forward(self, features: Tensor, condition: Tensors) -> Tensor:
        """(batch, features) to (batch,)."""
        scores: Tensor = self.scores(features)
        return scores[:, 0]


class Unconditional(Condition):
    """No condition."""

    kind = "none"

    def describe(self) -> dict[str, Any]:
        """See `Condition`."""
        return {"kind": self.kind}

    def summary(self) -> str:
        """See `Condition`."""
        return "nothing: it was trained without a condition"

    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """No columns."""
        return {}

    def parse(self, given: Any, count: int) -> Arrays:
        """Raises an error.

        Raises:
            UserError: always.
        """
        raise UserError(f"the condition is {given!r}, but this generator was trained without a condition.")


def array_of(given: Any) -> np.ndarray:
    """A user's input as an array; an array of objects if its rows differ in length."""
    try:
        return np.asarray(given)
    except ValueError:
        return np.empty((), dtype=object)


def spread(seed: int, count: int) -> np.ndarray:
    """Numbers (count,) in [0, 1) of a golden-ratio sequence; number i depends only on (seed, i).

    Every part of the sequence is spread almost evenly; independent draws would add noise to the scores of a few hundred
    samples.
    """
    start = np.random.default_rng([seed, 0, 1]).random()
    places: np.ndarray = (start + np.arange(count) * GOLDEN_RATIO) % 1
    return places


def chosen_rows(seed: int, count: int, size: int) -> np.ndarray:
    """Rows (count,) of a pool of ``size``, spread evenly by `spread`; all rows in order if ``count`` is ``size``."""
    if count == size:
        return np.arange(size)
    rows: np.ndarray = (spread(seed, count) * size).astype(np.int64)
    return rows


def drawn_from(pool: Arrays | None, names: tuple[str, ...], seed: int, count: int, what: str) -> Arrays:
    """Rows of some columns of a pool, those of `chosen_rows`.

    Args:
        pool: columns of data.
        names: names of the wanted columns.
        seed, count: see `chosen_rows`.
        what: what the user has to give, for the message.

    Raises:
        UserError: there is no pool.
    """
    if pool is None:
        raise UserError(f"this generator needs {what} for each sample, but none is given: add one.")
    rows = chosen_rows(seed, count, len(pool[names[0]]))
    return {name: np.ascontiguousarray(pool[name][rows]) for name in names}

"""What a sample may depend on besides its latent vector."""

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
"""The columns of a condition in a batch, (batch, *shape) each; empty where there is none."""

LinearLayer = Callable[[int, int], nn.Module]
"""Makes a dense layer from its numbers of inputs and outputs."""


class Condition(ABC):
    """What is asked for of a generator, and what the discriminator is told of the signals that it judges.

    A row of every column belongs to one sample. It draws conditions as the training data have them, reads them from
    what a user gives, puts them into words, and gives networks what they need to take them in.

    Attributes:
        kind: its key in `ganforge.conditions.CONDITIONS`.
        columns: names of the columns of a batch that it consists of.
        needs_data: whether it can only be chosen from data, and not be made up.
        from_files: whether a person gives it as a file rather than in words.
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
        """What `ganforge.conditions.condition_of` makes it of again, as JSON has it."""

    @abstractmethod
    def summary(self) -> str:
        """What can be asked for, in a few words."""

    @abstractmethod
    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """Conditions as the training data have them; row i depends on (seed, i) alone, from a pool also on ``count``.

        Args:
            seed: 0 or more.
            count: rows.
            pool: columns of data to choose from, for conditions that cannot be made up.

        Raises:
            UserError: it cannot be made up and there is no ``pool``.
        """

    def rows(self, seed: int, count: int, size: int) -> np.ndarray:
        """Which rows (count,) of a pool of ``size`` `draw` chooses, where it needs one."""
        return chosen_rows(seed, count, size)

    @abstractmethod
    def parse(self, given: Any, count: int) -> Arrays:
        """Conditions of ``count`` samples from what a user gave.

        Raises:
            UserError: it asks for something that there is not.
        """

    def ask(self, given: Any, seed: int, count: int, pool: Arrays | None = None) -> Arrays:
        """What ``given`` asks for or, where it is None, what is drawn."""
        return self.draw(seed, count, pool) if given is None else self.parse(given, count)

    @property
    def signals(self) -> Mapping[str, Signal]:
        """Those of its columns that are signals themselves, which people can look at."""
        return {}

    def blank(self, count: int) -> Arrays:
        """Zeros of the dtype and shape of its columns, ``count`` rows."""
        return {}

    def present(self, columns: Tensors) -> Tensors:
        """Its columns as networks see them, of stored ones; see `ganforge.signals.Signal.to_network`."""
        return columns

    def groups(self, columns: Tensors) -> Tensor | None:
        """A number (batch,) for each row, the same for the same condition; None where rows are not grouped by it.

        It is computed in every step of training, on the device and without waiting for it.
        """
        return None

    @property
    def group_count(self) -> int:
        """How many `groups` there are, numbered from 0; 0 where they are not counted."""
        return 0

    def titles(self, arrays: Arrays) -> list[str] | None:
        """A name for each row, for people; None where rows have none."""
        return None

    def examples(self, most: int) -> list[Any]:
        """What can be asked for one by one, if it is few: rows of a sheet, choices on a page; at most so many."""
        return []

    def encoder(self, features: int) -> nn.Module | None:
        """A network from `Tensors` to vectors (batch, features); None where the condition is no vector.

        Args:
            features: entries of a vector.
        """
        return None

    @property
    def encodes(self) -> bool:
        """Whether there is an `encoder`."""
        return False

    def scorer(self, features: int, linear: LinearLayer) -> nn.Module:
        """The last layer of a discriminator: features (batch, features) and `Tensors` to scores (batch,), unbounded."""
        return PlainScore(features, linear)


class PlainScore(nn.Module):
    """A score of the signal, whatever its condition is."""

    def __init__(self, features: int, linear: LinearLayer) -> None:
        super().__init__()
        self.scores = linear(features, 1)

    def forward(self, features: Tensor, condition: Tensors) -> Tensor:
        """(batch, features) to (batch,)."""
        scores: Tensor = self.scores(features)
        return scores[:, 0]


class Unconditional(Condition):
    """Nothing."""

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
        """Refuses whatever is given.

        Raises:
            UserError: always.
        """
        raise UserError(f"the condition is {given!r}, but this generator was trained without any.")


def array_of(given: Any) -> np.ndarray:
    """What a user gave as an array; one without numbers where its rows differ in length."""
    try:
        return np.asarray(given)
    except ValueError:
        return np.empty((), dtype=object)


def spread(seed: int, count: int) -> np.ndarray:
    """Places (count,) in [0, 1) that follow a golden-ratio sequence, place i depending on (seed, i) alone.

    Every stretch of it is spread almost evenly: independent draws would add their own noise to the scores of a few
    hundred samples.
    """
    start = np.random.default_rng([seed, 0, 1]).random()
    places: np.ndarray = (start + np.arange(count) * GOLDEN_RATIO) % 1
    return places


def chosen_rows(seed: int, count: int, size: int) -> np.ndarray:
    """Rows (count,) of a pool of ``size``, as even as `spread`; where ``count`` is the size, all in their order."""
    if count == size:
        return np.arange(size)
    rows: np.ndarray = (spread(seed, count) * size).astype(np.int64)
    return rows


def drawn_from(pool: Arrays | None, names: tuple[str, ...], seed: int, count: int, what: str) -> Arrays:
    """Rows of some columns of a pool, those of `chosen_rows`.

    Args:
        pool: columns of data.
        names: of those that are wanted.
        seed, count: see `chosen_rows`.
        what: a user would have to give.

    Raises:
        UserError: there is no pool.
    """
    if pool is None:
        raise UserError(f"this generator needs {what} for each sample, and none is given: name one.")
    rows = chosen_rows(seed, count, len(pool[names[0]]))
    return {name: np.ascontiguousarray(pool[name][rows]) for name in names}

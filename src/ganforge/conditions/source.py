"""Sources, which are translated, as conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from ganforge.conditions.condition import Condition, Tensors, array_of, drawn_from
from ganforge.errors import UserError
from ganforge.prepared.columns import SOURCE, Arrays
from ganforge.signals import Signal, signal_of


class Source(Condition):
    """A signal that is translated into a sample, such as an outline into a picture.

    It is not encoded as a vector: the translator takes it as input, and the discriminator takes it with the signal.

    Args:
        signal: the kind of the sources.
        unpaired: whether sources have no partners in the training data.
    """

    kind = "source"
    columns: ClassVar[tuple[str, ...]] = (SOURCE,)
    needs_data = True
    from_files = True

    def __init__(self, signal: Signal, *, unpaired: bool = False) -> None:
        self.signal, self.unpaired = signal, unpaired

    def describe(self) -> dict[str, Any]:
        """See `Condition`."""
        return {"kind": self.kind, "signal": self.signal.describe(), "unpaired": self.unpaired}

    def summary(self) -> str:
        """The kind and shape of sources."""
        return f"sources: {self.signal.plural} of {' x '.join(map(str, self.signal.shape))}"

    @property
    def signals(self) -> Mapping[str, Signal]:
        """The source."""
        return {SOURCE: self.signal}

    def present(self, columns: Tensors) -> Tensors:
        """Sources as inputs of networks, (batch, *network_shape)."""
        return {name: self.signal.to_network(stored) for name, stored in columns.items()}

    def draw(self, seed: int, count: int, pool: Arrays | None = None) -> Arrays:  # noqa: ARG002
        """Stored sources of the pool, (count, *shape); the same for every seed, so that outputs can be compared."""
        return drawn_from(pool, (SOURCE,), 0, count, "a source")

    def rows(self, seed: int, count: int, size: int) -> np.ndarray:  # noqa: ARG002
        """See `Condition`; the same for every seed."""
        return super().rows(0, count, size)

    def parse(self, given: Any, count: int) -> Arrays:
        """One stored signal for all samples, or ``count`` signals: arrays, nested lists, or contents of files."""
        sources = self._read(given)
        allowed = (self.signal.shape, (count, *self.signal.shape))
        if sources.shape not in allowed or sources.dtype != self.signal.dtype:
            raise UserError(
                f"the source is {sources.dtype} of shape {sources.shape}; allowed is {self.signal.dtype} of shape "
                f"{self.signal.shape}, or {count} of these."
            )
        return {SOURCE: np.ascontiguousarray(np.broadcast_to(sources, allowed[1]))}

    def _read(self, given: Any) -> np.ndarray:
        """The input as an array; numbers in lists are converted to the stored dtype if they fit."""
        if isinstance(given, bytes):
            return self.signal.decode(given)
        if isinstance(given, list | tuple) and given and all(isinstance(each, bytes) for each in given):
            return np.stack([self.signal.decode(each) for each in given])
        numbers = array_of(given)
        if not isinstance(given, list | tuple) or not np.issubdtype(numbers.dtype, np.number):
            return numbers
        with np.errstate(all="ignore"):
            stored = numbers.astype(self.signal.dtype)
        whole = np.issubdtype(stored.dtype, np.integer)
        return numbers if whole and not np.array_equal(stored, numbers) else stored

    def blank(self, count: int) -> Arrays:
        """Zeros, (count, *shape)."""
        return {SOURCE: np.zeros((count, *self.signal.shape), self.signal.dtype)}


def source_of(described: dict[str, Any]) -> Source:
    """Restores the result of `Source.describe`."""
    return Source(signal_of(described["signal"]), unpaired=described["unpaired"])

"""Data sets whose files hold arrays and fit into memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.held_out import hold_out_validation
from ganforge.datasets.resize import resize_pictures
from ganforge.datasets.source import Progress, Source
from ganforge.errors import UserError
from ganforge.prepared.columns import LABELS, SIGNAL, Kind, Split
from ganforge.prepared.meta import SPLITS, Meta, write_prepared

if TYPE_CHECKING:
    from ganforge.datasets.common_settings import DataSettings


class ArraySource(Source["DataSettings"], ABC):
    """A `ganforge.datasets.source.Source` that fits into memory."""

    kind: Kind = Kind("image")
    """The kind of the signals; its name is a key of `ganforge.signals.SIGNALS`."""

    classes: Sequence[str] = ()
    """Names of the labels; empty if there are none."""

    @abstractmethod
    def read(self, folder: Path) -> dict[str, Split]:
        """The splits ``train`` and ``test`` of the files in ``folder``, with the columns that `kinds` names."""

    def kinds(self, folder: Path) -> dict[str, Kind]:  # noqa: ARG002
        """The kind of each column that `read` returns: signals, and labels if there are classes.

        Subclasses add further columns, such as ``source`` (with ``{"unpaired": True}`` if its rows do not belong to
        signals and may differ in number) or ``tokens`` (with ``{"vocabulary": [...]}``).

        Args:
            folder: the folder of the files.
        """
        labels = {LABELS: Kind("labels", {"names": list(self.classes)})} if self.classes else {}
        return {SIGNAL: self.kind} | labels

    def prepare(
        self,
        raw: Path,
        folder: Path,
        settings: DataSettings,
        progress: Progress,  # noqa: ARG002
    ) -> Meta:
        """Reads the data, holds out and resizes as set, and writes; see `ganforge.datasets.source.Source`."""
        splits, kinds = self.read(raw), self.kinds(raw)
        check_columns(settings.name, splits, kinds)
        if settings.held_out == "validation":
            splits = hold_out_validation(splits, unpaired(kinds))
        if settings.side is not None:
            splits = {name: resize_pictures(split, settings.side) for name, split in splits.items()}
        return write_prepared(
            folder,
            splits,
            {name: kind for name, kind in kinds.items() if name != LABELS or settings.labelled},
            dataset=settings.name,
            origin=self.origin,
            held_out=settings.held_out,
        )


def unpaired(kinds: Mapping[str, Kind]) -> set[str]:
    """Names of the columns whose rows do not belong to signals."""
    return {name for name, kind in kinds.items() if kind.about.get("unpaired")}


def check_columns(dataset: str, splits: Mapping[str, Split], kinds: Mapping[str, Kind]) -> None:
    """Checks that both splits have the declared columns, with matching shapes, row counts and valid numbers.

    Raises:
        UserError: they do not.
    """
    problem = next(_problems(splits, kinds), None)
    if problem is not None:
        raise UserError(
            f"{dataset}: {problem}; its files are damaged, or its reader is wrong: run `dvc repro -f fetch` "
            "to download them again."
        )


def _problems(splits: Mapping[str, Split], kinds: Mapping[str, Kind]) -> Iterator[str]:
    """The problems, in words."""
    for split in SPLITS:
        columns = splits[split].columns
        if columns.keys() != kinds.keys():
            yield f"the split {split} has the columns {', '.join(columns)}, not {', '.join(kinds)}"
            return
        for name, kind in kinds.items():
            array, train = columns[name], splits["train"].columns[name]
            called = f"{name} of the split {split}"
            if name not in unpaired(kinds) and len(array) != len(columns[SIGNAL]):
                yield f"{called} has {len(array)} rows for {len(columns[SIGNAL])} signals"
            yield from (f"{called} {reason}" for reason in _bad_numbers(array, kind))
            if not len(array):
                yield f"{called} is empty"
            if (array.dtype, array.shape[1:]) != (train.dtype, train.shape[1:]):
                yield (
                    f"{called} is {array.dtype} of shape {array.shape[1:]}, that of the split train {train.dtype} of "
                    f"shape {train.shape[1:]}"
                )


def _bad_numbers(array: np.ndarray, kind: Kind) -> Iterator[str]:
    """Why the numbers of a column are invalid for its kind."""
    if array.dtype.kind not in "uif":
        yield f"holds {array.dtype}, not numbers"
    elif array.dtype.kind == "f" and not np.isfinite(array).all():
        yield "holds numbers that are not finite"
    names = kind.about.get("names", kind.about.get("vocabulary"))
    if names is not None and array.size and not 0 <= array.min() <= array.max() < len(names):
        yield f"ranges from {array.min()} to {array.max()}, but there are only {len(names)} names, counted from 0"
    if kind.name == "labels" and array.dtype != np.int64:
        yield f"is {array.dtype}, not int64"

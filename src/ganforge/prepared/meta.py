"""data/prepared: one array for each split and column, and meta.json, which describes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.errors import UserError
from ganforge.files import read_array, read_blocks, write_array, write_json
from ganforge.prepared.columns import LABELS, SIGNAL, SOURCE, Column, Kind, Split

SPLITS = ("train", "test")
DIGESTED_ROWS = 1024  # at a time
META = "meta.json"


@dataclass(frozen=True)
class Meta:
    """What training has to know about the arrays.

    Attributes:
        dataset: name of the data set.
        origin: authors and licence of the data.
        columns: what each array holds, by name.
        digest: SHA-256 over the arrays, hexadecimal.
        held_out: what the split ``test`` contains: ``test``, the official one, or ``validation``, items held out of the
            training data.
    """

    dataset: str
    origin: str
    columns: dict[str, Column]
    digest: str
    held_out: str = "test"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one signal as stored."""
        return self.columns[SIGNAL].shape

    @property
    def count(self) -> dict[str, int]:
        """Signals of each split."""
        return self.columns[SIGNAL].count

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the labels; empty if there are none."""
        return tuple(self.columns[LABELS].about["names"]) if LABELS in self.columns else ()

    @property
    def class_counts(self) -> tuple[int, ...]:
        """Training items of each class."""
        return tuple(self.columns[LABELS].about["counts"]) if LABELS in self.columns else ()

    @property
    def paired(self) -> bool:
        """Whether every signal has its own source."""
        return SOURCE in self.columns and not self.columns[SOURCE].about.get("unpaired", False)

    @property
    def styled(self) -> bool:
        """Whether labels are styles into which sources can be translated."""
        return LABELS in self.columns and self.columns[LABELS].about.get("styles", False)

    @property
    def tested_by_pairs(self) -> bool:
        """Whether every held-out signal has its own source, even if training signals have none."""
        return self.paired or (SOURCE in self.columns and self.columns[SOURCE].about.get("withheld", False))


@dataclass(frozen=True)
class Prepared:
    """Columns of both splits, memory-mapped from disk, and their description."""

    meta: Meta
    splits: dict[str, Split]

    @classmethod
    def load(cls, folder: Path) -> Prepared:
        """Opens what `write_prepared` wrote.

        Raises:
            UserError: an array is missing or does not match meta.json.
        """
        meta = read_meta(folder)

        def array(split: str, name: str, column: Column) -> np.ndarray:
            path = column_file(folder, split, name)
            read = read_array(path, mapped=name != LABELS)
            shape = (column.count[split], *column.shape)
            if read.shape != shape or read.dtype != column.dtype:
                raise UserError(
                    f"{path} holds {read.dtype} of shape {read.shape}, but {folder / META} describes {column.dtype} of "
                    f"shape {shape}: run `dvc repro -f preprocess` to rebuild both."
                )
            return read

        return cls(
            meta,
            {
                split: Split({name: array(split, name, column) for name, column in meta.columns.items()})
                for split in SPLITS
            },
        )


def column_file(folder: Path, split: str, name: str) -> Path:
    """The file of a column's array."""
    return folder / split / f"{name}.npy"


def read_meta(folder: Path) -> Meta:
    """meta.json of a folder of prepared data.

    Raises:
        UserError: it is missing or damaged.
    """
    path = folder / META
    try:
        return parse_meta(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: `make repro` creates it.") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error}): run `dvc repro -f preprocess` to rebuild it.") from error


def parse_meta(values: dict[str, Any]) -> Meta:
    """The inverse of `dataclasses.asdict` after JSON, which has no tuples."""
    columns = {name: Column(**column | {"shape": tuple(column["shape"])}) for name, column in values["columns"].items()}
    return Meta(**values | {"columns": columns})


def write_prepared(
    folder: Path,
    splits: Mapping[str, Split],
    kinds: Mapping[str, Kind],
    *,
    dataset: str,
    origin: str,
    held_out: str = "test",
) -> Meta:
    """Writes the arrays and meta.json into ``folder``, and returns the contents of meta.json.

    Args:
        folder: the folder to write to.
        splits: ``train`` and ``test``.
        kinds: what each of their columns holds.
        dataset, origin, held_out: as in `Meta`.
    """
    for split in SPLITS:
        (folder / split).mkdir(parents=True, exist_ok=True)
        for name in kinds:
            write_array(column_file(folder, split, name), splits[split].columns[name])
    return describe(folder, kinds, dataset=dataset, origin=origin, held_out=held_out)


def describe(folder: Path, kinds: Mapping[str, Kind], *, dataset: str, origin: str, held_out: str = "test") -> Meta:
    """Writes meta.json for existing arrays and returns its contents; arguments as in `write_prepared`."""
    digest = hashlib.sha256()
    for split in SPLITS:
        for name in kinds:
            for block in read_blocks(column_file(folder, split, name), DIGESTED_ROWS):
                digest.update(block.data)
    meta = Meta(
        dataset=dataset,
        origin=origin,
        columns={name: _described(folder, name, kind) for name, kind in kinds.items()},
        digest=digest.hexdigest(),
        held_out=held_out,
    )
    write_json(folder / META, asdict(meta))
    return meta


def _described(folder: Path, name: str, kind: Kind) -> Column:
    """The description of a column's arrays; labels are counted."""
    arrays = {split: read_array(column_file(folder, split, name), mapped=True) for split in SPLITS}
    about = dict(kind.about)
    if name == LABELS:
        about["counts"] = np.bincount(arrays["train"], minlength=len(about["names"])).tolist()
    return Column(
        kind=kind.name,
        dtype=str(arrays["train"].dtype),
        shape=arrays["train"].shape[1:],
        count={split: len(array) for split, array in arrays.items()},
        about=about,
    )

"""The one format that everything after `preprocess` reads: one array per split and meta.json."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.datasets.source import Split
from ganforge.errors import UserError
from ganforge.files import read_array, read_blocks, write_array, write_json

SPLITS = ("train", "test")
DIGESTED_ROWS = 1024  # at a time


@dataclass(frozen=True)
class Meta:
    """What has to be known of the arrays to learn from them.

    Attributes:
        dataset: name of the data set.
        origin: who made it, and its licence.
        signal: a key of `ganforge.signals.SIGNALS`.
        shape: (channels, *size) of one item.
        classes: names of the labels, empty where there are none.
        class_counts: training items of each class.
        count: items of each split.
        digest: SHA-256 over the arrays, hexadecimal.
        held_out: what the split ``test`` holds: ``test``, the official one, or ``validation``, training images that are
            kept from training.
        parts: images in one item, see `ganforge.datasets.arrays.ArraySource`.
    """

    dataset: str
    origin: str
    signal: str
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    count: dict[str, int]
    digest: str
    held_out: str = "test"
    parts: int = 1


@dataclass(frozen=True)
class Prepared:
    """Arrays of both splits, mapped from disk rather than read, and what describes them."""

    meta: Meta
    splits: dict[str, Split]

    @classmethod
    def load(cls, folder: Path) -> Prepared:
        """Opens what `write_prepared` wrote."""
        meta = read_meta(folder)

        def array(name: str, shape: tuple[int, ...], kind: type) -> np.ndarray:
            path = folder / f"{name}.npy"
            found = read_array(path, mapped=True)
            if found.shape != shape or found.dtype != kind:
                raise UserError(
                    f"{path} holds {found.dtype} of shape {found.shape}, but {folder / 'meta.json'} tells of "
                    f"{np.dtype(kind)} of shape {shape}: run `dvc repro -f preprocess` to make both anew."
                )
            return found

        def split(name: str) -> Split:
            count = meta.count[name]
            labels = array(f"{name}_labels", (count,), np.int64) if meta.classes else None
            return Split(array(name, (count, *meta.shape), np.uint8), labels)

        return cls(meta, {name: split(name) for name in SPLITS})


def read_meta(folder: Path) -> Meta:
    """meta.json of a folder of prepared data."""
    path = folder / "meta.json"
    try:
        return parse_meta(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: `make repro` makes it.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error}): run `dvc repro -f preprocess` to make it anew.") from error


def parse_meta(values: dict[str, Any]) -> Meta:
    """The inverse of `dataclasses.asdict`, after JSON, which knows no tuples."""
    return Meta(**values | {key: tuple(values[key]) for key in ("shape", "classes", "class_counts")})


def write_prepared(
    folder: Path,
    splits: Mapping[str, Split],
    *,
    dataset: str,
    origin: str,
    signal: str,
    classes: Sequence[str],
    held_out: str = "test",
    parts: int = 1,
) -> Meta:
    """Writes the arrays and meta.json into ``folder`` and returns the latter's contents; arguments as in `Meta`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SPLITS:
        write_array(folder / f"{name}.npy", splits[name].images)
        labels = splits[name].labels
        if labels is not None:
            write_array(folder / f"{name}_labels.npy", labels)
    return describe(
        folder, dataset=dataset, origin=origin, signal=signal, classes=classes, held_out=held_out, parts=parts
    )


def describe(
    folder: Path, *, dataset: str, origin: str, signal: str, classes: Sequence[str], held_out: str, parts: int = 1
) -> Meta:
    """Writes meta.json beside arrays that are there, and returns its contents; arguments as in `Meta`."""
    digest = hashlib.sha256()
    for name in SPLITS:
        for path in (folder / f"{name}.npy", folder / f"{name}_labels.npy"):
            if classes or not path.stem.endswith("_labels"):
                for block in read_blocks(path, DIGESTED_ROWS):
                    digest.update(block.data)
    counts = np.bincount(read_array(folder / "train_labels.npy"), minlength=len(classes)).tolist() if classes else []
    shapes = {name: read_array(folder / f"{name}.npy", mapped=True).shape for name in SPLITS}
    meta = Meta(
        dataset=dataset,
        origin=origin,
        signal=signal,
        shape=shapes["train"][1:],
        classes=tuple(classes),
        class_counts=tuple(counts),
        count={name: shapes[name][0] for name in SPLITS},
        digest=digest.hexdigest(),
        held_out=held_out,
        parts=parts,
    )
    write_json(folder / "meta.json", asdict(meta))
    return meta

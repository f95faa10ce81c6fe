"""reports/data.html: what there is to learn from, to be looked at before anything is learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ganforge.datasets.facts import FEW_IMAGES, FEW_OF_A_CLASS, Facts
from ganforge.datasets.source import Split
from ganforge.pages.report import Section, render
from ganforge.prepared.storage import Meta

SHEET_ROWS, SHEET_COLUMNS = 20, 12
SHEET_SEED = 0
LARGEST_CELL = 96  # pixels of a side

# Where a warning begins.
FEW_HELD_OUT = 100
UNEQUAL = 10  # times as many images of one class as of another
MANY = 0.2  # share of the files


def contact_sheet(split: Split, classes: int) -> tuple[np.ndarray, int]:
    """Some of the images: a row for each class, the most frequent first, or any where there are none.

    Args:
        split: images uint8 (N, channels, *size).
        classes: number of the labels; 0: there are none.

    Returns:
        the images, row by row, and the number of columns.
    """
    random = np.random.default_rng(SHEET_SEED)
    if not classes:
        count = min(len(split.images), SHEET_COLUMNS**2)
        chosen = np.sort(random.choice(len(split.images), count, replace=False))
        return shrunk(np.array(split.images[chosen])), SHEET_COLUMNS
    labels = split.required_labels()
    rows = []
    for label in np.argsort(-np.bincount(labels, minlength=classes), kind="stable")[:SHEET_ROWS]:
        places = np.flatnonzero(labels == label)
        chosen = np.sort(random.choice(places, min(len(places), SHEET_COLUMNS), replace=False))
        row = np.full((SHEET_COLUMNS, *split.images.shape[1:]), 128, dtype=np.uint8)
        row[: len(chosen)] = split.images[chosen]
        rows.append(row)
    return np.concatenate([shrunk(row) for row in rows]), SHEET_COLUMNS


def shrunk(images: np.ndarray) -> np.ndarray:
    """Images (N, channels, height, width) averaged over squares, so that none has a side beyond `LARGEST_CELL`."""
    count, channels, height, width = images.shape
    factor = -(-max(height, width) // LARGEST_CELL)
    rows, columns = height // factor, width // factor
    squares = images[:, :, : rows * factor, : columns * factor].reshape(count, channels, rows, factor, columns, factor)
    means: np.ndarray = squares.mean((3, 5)).round().astype(np.uint8)
    return means


def summary(meta: Meta, facts: Facts | None) -> dict[str, Any]:
    """Contents of data.json."""
    told: dict[str, Any] = {"count": meta.count, "shape": list(meta.shape)}
    if meta.classes:
        counts = np.array(meta.class_counts)
        told["classes"] = {
            "count": len(counts),
            "largest": int(counts.max()),
            "smallest": int(counts.min()),
            "imbalance": float(counts.max() / counts.min()),
        }
    if facts is not None:
        told["files"] = {"found": facts.found, "taken": facts.taken, "other": facts.others}
        told |= {"left_out": facts.left_out, "examples": facts.examples, "notes": facts.notes}
        told |= {"formats": facts.formats, "sizes": len(facts.sizes), "labels": facts.labels_from}
    return told


def warnings(meta: Meta, facts: Facts | None) -> list[str]:
    """Sentences about what may spoil a training, and what to do about it."""
    told = []
    if meta.classes:
        counts = dict(zip(meta.classes, meta.class_counts, strict=True))
        least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
        if counts[most] > UNEQUAL * counts[least]:
            told.append(
                f"The classes are unequal: {counts[most]:,} images of {most}, {counts[least]:,} of {least}; samples "
                "come in the same shares."
            )
        few = sum(count < FEW_OF_A_CLASS for count in counts.values())
        if few:
            told.append(
                f"{few} of {len(counts)} classes have fewer than {FEW_OF_A_CLASS} images, too few to learn what they "
                "look like: dataset.labels ignore learns all images as one class."
            )
    return told + ([] if facts is None else _of_files(meta, facts))


def _of_files(meta: Meta, facts: Facts) -> list[str]:
    told = []
    if meta.count["train"] < FEW_IMAGES:
        told.append(
            f"There are only {meta.count['train']:,} images to learn from: augment.mode adaptive, which the recipe "
            "folder sets, keeps the discriminator from knowing them by heart."
        )
    if meta.count["test"] < FEW_HELD_OUT:
        told.append(
            f"Only {meta.count['test']} images are held out: scores against so few are noisy; images.test_share is "
            "their share."
        )
    if facts.notes.get("enlarged", 0) > MANY * facts.taken:
        told.append(
            f"{facts.notes['enlarged']:,} images have fewer pixels than dataset.resolution asks for and were enlarged, "
            "which makes them blurred: a smaller resolution would show all there is."
        )
    if facts.left_out.get("duplicate", 0) > MANY * facts.found:
        told.append(f"{facts.left_out['duplicate']:,} of {facts.found:,} files repeat another one and were left out.")
    return told


def render_data_report(
    meta: Meta, facts: Facts | None, sections: Sequence[Section], settings: Mapping[str, Any]
) -> str:
    """The page.

    Args:
        meta: of the prepared data.
        facts: of the files that they were made from, where they were.
        sections: pictures; those without any are left out.
        settings: keys of params.yaml that they were made with.
    """
    return render(
        "data.html",
        title=f"The data: {meta.origin}",
        meta=meta,
        facts=facts,
        shape=" x ".join(map(str, meta.shape)),
        warnings=warnings(meta, facts),
        sections=[section for section in sections if section.pictures],
        settings=settings,
    )

"""reports/data.html: the training data, to inspect before any training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganforge.pages.page import Section, pictures, render
from ganforge.prepared.columns import SIGNAL, SOURCE, TOKENS, Split
from ganforge.prepared.facts import BLANK_NOTE, FEW_IMAGES, FEW_OF_A_CLASS, NOTES, OTHER, Facts
from ganforge.prepared.meta import SPLITS, Meta, Prepared
from ganforge.signals import signal_of

SHEET_ROWS, SHEET_COLUMNS = 20, 12
SHEET_SEED = 0
LARGEST_CELL = 96  # pixels of a side

# Where a warning begins.
FEW_HELD_OUT = 75  # the recipe folder aims at 100
UNEQUAL = 10  # times as many images of one class as of another
MANY = 0.2  # share of the files


def draw_sheets(data: Prepared, folder: Path) -> list[Section]:
    """Draws training signals, and their sources if they have any; returns sections that show them."""
    meta, train = data.meta, data.splits["train"]
    plural, lines = plural_of(meta), class_lines(train, len(meta.classes))
    caption = f"Training {plural}. {_rows_named(data)}".rstrip()
    sections = [_draw(data, SIGNAL, lines, plural.capitalize(), caption, folder / "contact_sheet.png")]
    if meta.paired:
        caption = f"The sources of these {plural}, in the same order."
        sections.append(_draw(data, SOURCE, lines, "Sources", caption, folder / "sources.png"))
    elif SOURCE in meta.columns:
        lines = any_lines(len(train.columns[SOURCE]))
        caption = f"Some of {len(train.columns[SOURCE]):,} sources. They are not paired with the {plural}."
        sections.append(_draw(data, SOURCE, lines, "Sources", caption, folder / "sources.png"))
    return sections


def _rows_named(data: Prepared) -> str:
    """A sentence about the rows of a sheet of `class_lines`; empty without classes."""
    classes, train = data.meta.classes, data.splits["train"]
    if not classes:
        return ""
    names = [classes[label] for label in labels_by_size(train, len(classes))]
    others = len(classes) - len(names)
    rest = f" {others} other{' is' if others == 1 else 's are'} not shown." if others else ""
    return f"The rows are: {', '.join(names)}.{rest}"


def _draw(data: Prepared, name: str, lines: Sequence[np.ndarray], heading: str, caption: str, path: Path) -> Section:
    """Writes the sheet of a column; returns the section that shows it."""
    signal = signal_of(data.meta.columns[name])
    sheet = contact_sheet(data.splits["train"].columns[name], lines, signal.blank)
    signal.sheet(sheet, SHEET_COLUMNS, path)
    return Section(heading, pictures([(caption, path)]))


def class_lines(split: Split, classes: int) -> list[np.ndarray]:
    """Rows of a split for the lines of a sheet: a line for each class, the most frequent first, or any rows.

    Args:
        split: the split, with labels if there are classes.
        classes: number of labels; 0 without labels.
    """
    if not classes:
        return any_lines(len(split))
    random, labels, lines = np.random.default_rng(SHEET_SEED), split.required_labels(), []
    for label in labels_by_size(split, classes):
        places = np.flatnonzero(labels == label)
        lines.append(np.sort(random.choice(places, min(len(places), SHEET_COLUMNS), replace=False)))
    return lines


def labels_by_size(split: Split, classes: int) -> list[int]:
    """The labels with the most rows of a split, the most frequent first, at most `SHEET_ROWS`."""
    counts = np.bincount(split.required_labels(), minlength=classes)
    by_size: list[int] = np.argsort(-counts, kind="stable")[:SHEET_ROWS].tolist()
    return by_size


def any_lines(count: int) -> list[np.ndarray]:
    """Some rows of ``count``, for the lines of a sheet."""
    shown = min(count, SHEET_COLUMNS**2)
    chosen = np.sort(np.random.default_rng(SHEET_SEED).choice(count, shown, replace=False))
    return [chosen[first : first + SHEET_COLUMNS] for first in range(0, shown, SHEET_COLUMNS)]


def contact_sheet(column: np.ndarray, lines: Sequence[np.ndarray], blank: int) -> np.ndarray:
    """Signals for a sheet, one line after the other, every line but the last filled up to `SHEET_COLUMNS`.

    Args:
        column: (N, *shape); images are shrunk, see `shrunk`.
        lines: rows of the column.
        blank: fills shorter lines.
    """
    images = column.dtype == np.uint8 and column.ndim == 4
    sheet = []
    for rows in lines:
        line = np.full((SHEET_COLUMNS, *column.shape[1:]), blank, dtype=column.dtype)
        line[: len(rows)] = column[rows]
        sheet.append(shrunk(line) if images else line)
    sheet[-1] = sheet[-1][: len(lines[-1])]
    return np.concatenate(sheet)


def shrunk(images: np.ndarray) -> np.ndarray:
    """Images (N, channels, height, width) averaged over squares, so that no side exceeds `LARGEST_CELL`."""
    count, channels, height, width = images.shape
    factor = -(-max(height, width) // LARGEST_CELL)
    rows, columns = height // factor, width // factor
    squares = images[:, :, : rows * factor, : columns * factor].reshape(count, channels, rows, factor, columns, factor)
    means: np.ndarray = squares.mean((3, 5)).round().astype(np.uint8)
    return means


def plural_of(meta: Meta) -> str:
    """The plural name of the signals."""
    return signal_of(meta.columns[SIGNAL]).plural


def first_captions(data: Prepared) -> list[str]:
    """Captions of the first line of the sheet; none if the data have none."""
    if TOKENS not in data.meta.columns:
        return []
    from ganforge.conditions import OF_COLUMN

    train = data.splits["train"]
    (rows, *_) = class_lines(train, len(data.meta.classes))
    return OF_COLUMN[TOKENS](data.meta).titles({TOKENS: train.columns[TOKENS][rows]}) or []


def summary(meta: Meta, facts: Facts | None) -> dict[str, Any]:
    """Contents of data.json."""
    contents: dict[str, Any] = {"count": meta.count, "shape": list(meta.shape)}
    if meta.classes:
        counts = np.array(meta.class_counts)
        contents["classes"] = {
            "count": len(counts),
            "largest": int(counts.max()),
            "smallest": int(counts.min()),
            "imbalance": float(counts.max() / counts.min()),
        }
    if facts is not None:
        contents["files"] = {"candidates": facts.candidates, "taken": facts.taken, "other": facts.others}
        contents |= {"left_out": facts.left_out, "examples": facts.examples, "notes": facts.notes}
        contents |= {"formats": facts.formats, "sizes": len(facts.sizes), "labels": facts.labels_from}
    return contents


def warnings(meta: Meta, facts: Facts | None) -> list[str]:
    """Sentences about problems that may spoil a training, and their remedies."""
    return _of_classes(meta) + ([] if facts is None else _of_files(meta, facts))


def _of_classes(meta: Meta) -> list[str]:
    if not meta.classes:
        return []
    plural, sentences = plural_of(meta), []
    counts = dict(zip(meta.classes, meta.class_counts, strict=True))
    least, most = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
    if counts[most] > UNEQUAL * counts[least]:
        sentences.append(
            f"The classes are unequal: {counts[most]:,} {plural} of {most}, {counts[least]:,} of {least}; samples "
            "will have the same shares."
        )
    few = [name for name, count in counts.items() if count < FEW_OF_A_CLASS]
    if few:
        what = "styles" if meta.styled else "classes"
        cure = "" if meta.styled else f", or set dataset.labels to ignore to train on all {plural} as one class"
        sentences.append(
            f"{len(few)} of {len(counts)} {what} {'has' if len(few) == 1 else 'have'} fewer than {FEW_OF_A_CLASS} "
            f"{plural}{':' if len(few) == 1 else ', such as'} {few[0]}. Its samples will be alike. Add some{cure}."
        )
    return sentences


def _of_files(meta: Meta, facts: Facts) -> list[str]:
    sentences = []
    counts = {
        split: min(column.count[split] for name, column in meta.columns.items() if name in (SIGNAL, SOURCE))
        for split in SPLITS
    }
    if counts["train"] < FEW_IMAGES:
        sentences.append(
            f"There are only {counts['train']:,} {plural_of(meta)} to learn from, which a discriminator memorises"
            f"{_against_memorising(meta)}."
        )
    sources = meta.columns[SOURCE].count["train"] if SOURCE in meta.columns else meta.count["train"]
    fewer, more = sorted((sources, meta.count["train"]))
    if more > UNEQUAL * fewer:
        sentences.append(
            f"There are {sources:,} sources and {meta.count['train']:,} target pictures: the generator will invent "
            "what is frequent in the target and rare in the sources."
        )
    if counts["test"] < FEW_HELD_OUT:
        sentences.append(
            f"Only {counts['test']} {plural_of(meta)} are held out, so scores are noisy: add files, or raise "
            "dataset.test_share, unless folders or a table name the test files."
        )
    if facts.unread:
        sentences.append(
            f"{facts.unread:,} other files are pictures of formats that are not read, such as "
            f"{facts.examples[OTHER][0]}: convert them to PNG."
        )
    if facts.notes.get("enlarged", 0) > MANY * facts.taken:
        sentences.append(
            f"{facts.notes['enlarged']:,} images are smaller than dataset.resolution and were enlarged, which blurs "
            "them: a lower resolution would lose nothing."
        )
    if named := facts.examples.get(BLANK_NOTE):
        blank = facts.notes[BLANK_NOTE]
        sentences.append(
            f"{blank:,} image{' shows' if blank == 1 else 's show'} a single colour, such as {named[0]}: "
            "remove what is empty or was cut badly."
        )
    if facts.notes.get("dark", 0) > MANY * facts.taken:
        sentences.append(
            f"{facts.notes['dark']:,} images have 16 bits, but no value above 4,095: they are nearly black. Rescale "
            "their values to 0 to 65,535."
        )
    duplicates = facts.left_out.get("duplicate", 0)
    if duplicates > MANY * facts.candidates:
        sentences.append(f"{duplicates:,} of {facts.candidates:,} files are copies of others and were left out.")
    return sentences


def _against_memorising(meta: Meta) -> str:
    """How the recipe for such data keeps a discriminator from memorising few signals; empty if none does."""
    signal = signal_of(meta.columns[SIGNAL])
    if meta.paired:
        return ": keep the augmentation of the recipe pairs (augment.mode: together)"
    if signal.is_music:
        return ": add pieces, or transpose them more (dataset.transpose)"
    recipe = "style_transfer" if SOURCE in meta.columns else "sounds" if signal.is_sound else "folder"
    return f": keep the augmentation of the recipe {recipe} (augment.mode: adaptive)" if signal.transformations else ""


def render_data_report(
    meta: Meta,
    facts: Facts | None,
    sections: Sequence[Section],
    settings: Mapping[str, Any],
    captions: Sequence[str] = (),
) -> str:
    """The page.

    Args:
        meta: description of the prepared data.
        facts: facts about the files that they were made from, if they were.
        sections: pictures; empty sections are left out.
        settings: keys of params.yaml that the data were made with.
        captions: some captions of the training data.
    """
    return render(
        "data.html",
        title=f"The data: {meta.origin}",
        meta=meta,
        facts=facts,
        plural=plural_of(meta),
        shape=" x ".join(map(str, meta.shape)),
        warnings=warnings(meta, facts),
        sections=[section for section in sections if section.pictures or section.players],
        captions=captions,
        notes=NOTES,
        settings=settings,
    )

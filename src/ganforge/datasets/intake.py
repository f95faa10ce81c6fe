"""Sorts pictures into the splits of a data set and leaves out duplicates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.decoding import Picture, Refusal, digest_of_pixels
from ganforge.errors import UserError
from ganforge.files import GrowingArray, read_blocks, write_array, write_blocks, write_json, write_table
from ganforge.prepared.columns import LABELS, SIGNAL, SOURCE, Kind
from ganforge.prepared.facts import BLANK_NOTE, INTAKE, ITEMS, LEFT_OUT, OTHER, SHOWN, Facts, LeftOut
from ganforge.prepared.meta import SPLITS, Meta, column_file, describe

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings

UNREAD = (".svg", ".heic", ".heif", ".jxl", ".psd", ".xcf", ".eps", ".pdf", ".ai", ".cr2", ".nef", ".arw", ".dng")
ALIKE = "prepared, it has the same pixels as"
REWRITTEN_ROWS = 1024  # at a time
FOLDERS = {SIGNAL: "target", SOURCE: "source"}  # of data/import, by their columns


@dataclass(frozen=True, slots=True)
class Row:
    """One item, and the columns that have it."""

    item: Item
    digest: bytes  # of its pixels and those of its source
    columns: tuple[str, ...]
    mirrored: bool = False
    halves: tuple[bytes, ...] = ()  # of a pair: digests of each picture


class Intake:
    """Takes pictures one by one and writes them to arrays.

    Args:
        folder: folder of the arrays.
        collection: the collection of the pictures.
        settings: section `dataset` of params.yaml.
    """

    def __init__(self, folder: Path, collection: Collection, settings: ImageFileSettings) -> None:
        self._folder, self._collection, self._settings = folder, collection, settings
        self._arrays: dict[str, dict[str, GrowingArray]] = {split: {} for split in SPLITS}  # by their columns
        self._rows: dict[str, list[Row]] = {split: [] for split in SPLITS}
        self._seen: dict[bytes, tuple[str, Item]] = {}  # by the digest of the pixels: split and item
        self._left_out: list[LeftOut] = []
        self._kinds = Counter[tuple[tuple[int, int], str, tuple[str, ...]]]()  # by size, format and notes
        self._broken = self._set_aside = 0
        self._coloured = set[str]()  # columns in which not all pictures are grey
        self._native: tuple[tuple[int, ...], str] | None = None
        self._blank: list[str] = []  # names of the first ones

    def add(self, item: Item, outcome: Picture | Refusal, column: str = SIGNAL) -> None:
        """Takes a picture, or notes why it is missing.

        Args:
            item: the item of the picture.
            outcome: the picture or the reason.
            column: its column; the source of a pair always goes to the column of sources.

        Raises:
            UserError: too many files are broken, or sizes differ and no resolution is set.
        """
        if isinstance(outcome, Refusal):
            self._leave_out(item, outcome.kind, outcome.reason)
            self._broken += 1
            if self._broken > self._settings.max_broken * len(self._collection.items):
                raise self._too_many_broken()
            return
        split = split_of(item.split, outcome.digest, self._settings.test_share, self._settings.held_out)
        if split is None:
            self._set_aside += 1
            return
        if self._settings.side is None:
            self._check_size(item, outcome)
        seen = self._seen.get(outcome.pixel_digest)
        if seen is not None and (seen[0], split) != ("train", "test"):
            self._leave_out_repeated(item, seen[1])
            return
        self._seen[outcome.pixel_digest] = split, item
        self._kinds[outcome.size, outcome.format, outcome.notes] += 1
        if column == SIGNAL and BLANK_NOTE in outcome.notes and len(self._blank) < SHOWN:
            self._blank.append(item.name)
        self._append(split, item, outcome, column)

    def finish(self, origin: str) -> Meta:
        """Writes labels, tables and meta.json, and returns the contents of meta.json.

        Raises:
            UserError: a split is empty.
        """
        for array in (array for arrays in self._arrays.values() for array in arrays.values()):
            array.close()
        staying = {"train": self._train_that_stays()}
        learnt = (row for row, stays in zip(self._rows["train"], staying["train"]) if stays and SIGNAL in row.columns)
        classes = self._classes([row.item for row in learnt])
        staying["test"] = self._test_that_stays(set(classes))
        self._check_splits(staying)
        number = {name: index for index, name in enumerate(classes)}
        for split in SPLITS:
            (self._folder / split).mkdir(exist_ok=True)
            for column in self._arrays[split]:
                self._place(split, column, staying[split][self._has(split, column)])
            self._rows[split] = [row for row, stays in zip(self._rows[split], staying[split]) if stays]
            if classes:
                labels = [number[row.item.label or ""] for row in self._rows[split] if SIGNAL in row.columns]
                write_array(column_file(self._folder, split, LABELS), np.array(labels, dtype=np.int64))
        self._write_tables()
        return describe(
            self._folder,
            dict.fromkeys(self._arrays["train"], Kind("image"))
            | self._kind_of_sources()
            | self._kind_of_labels(classes),
            dataset=self._settings.name,
            origin=f"{self._collection.title}, {origin}",
            held_out=self._settings.held_out,
        )

    def _has(self, split: str, column: str) -> np.ndarray:
        """Marks the rows of a split that have a column; (rows,) of bool."""
        return np.array([column in row.columns for row in self._rows[split]], dtype=bool)

    def _kind_of_sources(self) -> dict[str, Kind]:
        """The kind of unpaired sources, if any; held-out ones may have partners, for scores only."""
        if SOURCE not in self._arrays["train"] or self._has("train", SIGNAL).all():
            return {}
        both = self._has("test", SIGNAL) & self._has("test", SOURCE)
        return {SOURCE: Kind("image", {"unpaired": True, "withheld": bool(both.all())})}

    def _kind_of_labels(self, classes: Sequence[str]) -> dict[str, Kind]:
        """The kind of the labels, if there are any."""
        styles = {"styles": True} if self._settings.styles else {}
        return {LABELS: Kind("labels", {"names": classes, **styles})} if classes else {}

    def _append(self, split: str, item: Item, picture: Picture, column: str) -> None:
        """Writes a picture, and its mirror image if set."""
        pair = () if picture.source is None else (picture.pixels, picture.source)
        columns = (column, SOURCE) if pair else (column,)
        row = Row(item, picture.pixel_digest, columns, halves=tuple(digest_of_pixels(each, None) for each in pair))
        self._append_row(split, row, picture.pixels, picture.source)
        if split == "train" and self._settings.mirror:
            pixels, source = (None if each is None else each[..., ::-1] for each in (picture.pixels, picture.source))
            assert pixels is not None
            mirrored = Row(item, digest_of_pixels(pixels, source), columns, mirrored=True)
            self._append_row(split, mirrored, pixels, source)

    def _append_row(self, split: str, row: Row, pixels: np.ndarray, source: np.ndarray | None) -> None:
        """Writes the picture of each column of a row."""
        for column, picture in zip(row.columns, (pixels, source)):
            assert picture is not None
            if column not in self._arrays[split]:
                self._arrays[split][column] = GrowingArray(self._folder / f".{split}.{column}.npy", np.uint8)
            self._arrays[split][column].append(self._widened(picture))
            if len(picture) == 3:
                self._coloured.add(column)
        self._rows[split].append(row)

    def _widened(self, pixels: np.ndarray) -> np.ndarray:
        """The pixels with three channels if only the end shows whether all pictures are grey."""
        return np.repeat(pixels, 3, axis=0) if self._settings.channels == "auto" and len(pixels) == 1 else pixels

    def _leave_out(self, item: Item, kind: str, reason: str) -> None:
        self._left_out.append(LeftOut(item.name, kind, reason))

    def _leave_out_repeated(self, item: Item, first: Item) -> None:
        if self._settings.labelled and item.label != first.label:
            self._leave_out(item, "contradictory", f"{ALIKE} {first.name}, whose class is {first.label}")
        else:
            self._leave_out(item, "duplicate", f"{ALIKE} {first.name}")

    def _train_that_stays(self) -> np.ndarray:
        """Marks the training rows that stay: those that equal no test image."""
        stays = np.ones(len(self._rows["train"]), dtype=bool)
        for index, row in enumerate(self._rows["train"]):
            split, item = self._seen.get(row.digest, ("train", row.item))
            mirror_of_gone = row.mirrored and not stays[index - 1]
            if split == "test" or mirror_of_gone:
                stays[index] = False
                if not row.mirrored:
                    self._leave_out(row.item, "duplicate", f"{ALIKE} {item.name}, which is held out")
        return stays

    def _test_that_stays(self, classes: set[str]) -> np.ndarray:
        """Marks the test rows that stay: their class is in the training data, and no picture of a pair is."""
        stays = np.ones(len(self._rows["test"]), dtype=bool)
        learnt = {half: row.item.name for row in self._rows["train"] for half in row.halves}
        for index, row in enumerate(self._rows["test"]):
            repeated = next((learnt[half] for half in row.halves if half in learnt), None)
            if repeated is not None:
                stays[index] = False
                self._leave_out(row.item, "duplicate", f"one of its pictures is in {repeated}, a training pair")
            elif classes and SIGNAL in row.columns and row.item.label not in classes:
                stays[index] = False
                self._leave_out(row.item, "alone", f"the training data have no image of its class {row.item.label}")
        return stays

    def _classes(self, items: Sequence[Item]) -> list[str]:
        """Names of the labels, sorted; numbers by value."""
        if not self._settings.labelled:
            return []
        names = {item.label for item in items if item.label is not None}
        if all(name.isdecimal() for name in names):
            return sorted(names, key=lambda name: (int(name), name))
        return sorted(names)

    def _place(self, split: str, column: str, stays: np.ndarray) -> None:
        """Writes the final array, without the rows that do not stay, with one channel if all are grey."""
        written, path = self._arrays[split][column].path, column_file(self._folder, split, column)
        coloured = bool(self._coloured) if self._settings.two_kinds else column in self._coloured
        grey = self._settings.channels == "auto" and not coloured
        if stays.all() and not grey:
            written.replace(path)
            return
        starts = range(0, len(stays), REWRITTEN_ROWS)
        blocks = (
            block[stays[start : start + REWRITTEN_ROWS], : 1 if grey else None]
            for start, block in zip(starts, read_blocks(written, REWRITTEN_ROWS))
        )
        _, channels, *size = self._arrays[split][column].shape
        write_blocks(path, (int(stays.sum()), 1 if grey else channels, *size), blocks, np.uint8)
        written.unlink()

    def _write_tables(self) -> None:
        """items.csv, left_out.csv and intake.json."""
        rows = (
            (split, index, row.item.name, row.item.label, row.item.caption, row.mirrored, column)
            for split in SPLITS
            for column in (SIGNAL, SOURCE)
            for index, row in enumerate(row for row in self._rows[split] if row.columns[0] == column)
        )
        write_table(self._folder / ITEMS, ("split", "row", "path", "label", "caption", "mirrored", "column"), rows)
        others = (
            LeftOut(name, OTHER, "no table lists it, or its name is not that of an image")
            for name in self._collection.others
        )
        left_out = ((each.name, each.kind, each.reason) for each in (*self._left_out, *others))
        write_table(self._folder / LEFT_OUT, ("name", "kind", "reason"), left_out)
        write_json(self._folder / INTAKE, asdict(self._facts()))

    def _facts(self) -> Facts:
        formats, notes, sizes = Counter[str](), Counter[str](), Counter[tuple[int, int]]()
        for (size, name, done), count in self._kinds.items():
            formats[name] += count
            sizes[size] += count
            notes.update(dict.fromkeys(done, count))
        unread = [name for name in self._collection.others if name.lower().endswith(UNREAD)]
        others = sorted(self._collection.others, key=lambda name: not name.lower().endswith(UNREAD))
        examples = {OTHER: others[:SHOWN]} if others else {}
        if self._blank:
            examples[BLANK_NOTE] = self._blank
        for left_out in self._left_out:
            named = examples.setdefault(left_out.kind, [])
            if len(named) < SHOWN:
                named.append(left_out.name)
        return Facts(
            title=self._collection.title,
            candidates=len(self._collection.items),
            taken=sum(not row.mirrored for split in SPLITS for row in self._rows[split]),
            set_aside=self._set_aside,
            others=len(self._collection.others),
            left_out=dict(Counter(left_out.kind for left_out in self._left_out)),
            examples=examples,
            notes=dict(notes),
            formats=dict(formats),
            sizes=[(width, height, count) for (width, height), count in sizes.most_common()],
            labels_from=self._collection.labels_from,
            unread=len(unread),
        )

    def _check_size(self, item: Item, picture: Picture) -> None:
        """Checks that pictures that are not resized have one size.

        Raises:
            UserError: they have different sizes, or are too small for a network.
        """
        size = picture.pixels.shape[1:]
        if self._native is None:
            self._native = size, item.name
        least = self._settings.least_side
        if size != self._native[0] or min(size) < least:
            (height, width), first = self._native
            proposed = "; `ganforge recipe folder` proposes one" if self._settings.name == "folder" else ""
            raise UserError(
                f"params.yaml: dataset.resolution is native, but {first} has {width}x{height} pixels and {item.name} "
                f"{size[1]}x{size[0]}; native needs images of one size of at least {least} pixels: "
                "set dataset.resolution to the side of the square that they are resized to (start with 32 or 64"
                f"{proposed})."
            )

    def _check_splits(self, staying: dict[str, np.ndarray]) -> None:
        """Checks that there are training and held-out items.

        Raises:
            UserError: there are none.
        """
        candidates = len(self._collection.items)
        for split, name in (("train", "for training"), ("test", "to hold out")):
            for column in FOLDERS if self._settings.two_kinds else (SIGNAL,):
                if staying[split][self._has(split, column)].any():
                    continue
                which = f"none in its folder {FOLDERS[column]}" if self._settings.two_kinds else "none"
                raise UserError(
                    f"{self._collection.title} contains {candidates} files that may be images, but {which} is left "
                    f"{name}: add more images, or change dataset.test_share in params.yaml."
                )

    def _too_many_broken(self) -> UserError:
        broken = [f"{left.name} ({left.reason})" for left in self._left_out if left.kind != "duplicate"]
        shown = "; ".join(broken[:SHOWN])
        return UserError(
            f"{self._collection.title}: more than {self._settings.max_broken:.1%} of {len(self._collection.items)} "
            f"files cannot be used, such as {shown}: remove or repair them, or raise dataset.max_broken in params.yaml."
        )


def split_of(official: str | None, digest: bytes, share: float, held_out: str) -> str | None:
    """The split of a file, determined by its content, so that it stays the same when files are added.

    Args:
        official: its split in the collection, if any.
        digest: digest of its content, which gives a number in [0, 1).
        share: share of the files that is held out.
        held_out: ``test``, or ``validation``: the next such share of the training files instead of the test files.

    Returns:
        ``train`` or ``test``; None: it is a test file that is not used.
    """
    place = int.from_bytes(digest[:8], "big") / 2**64
    if official is None:
        official = "test" if place < share else "train"
        place = (place - share) / (1 - share)
    if held_out == "test":
        return official
    if official == "test":
        return None
    return "test" if place < share else "train"

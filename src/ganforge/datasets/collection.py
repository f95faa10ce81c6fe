"""What lies in a folder of somebody's images, and what their places say: classes, splits, captions."""

from __future__ import annotations

import os
import posixpath
import re
import stat
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

from ganforge.datasets.archives import unpack
from ganforge.errors import UserError, first_line

SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".avif"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
BEGINNINGS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
LONGEST_BEGINNING = 12  # bytes
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MANIFESTS = ("manifest.csv", "metadata.csv")
PASSED_OVER = {"__macosx", "thumbs.db", "desktop.ini", "readme.md", "ehthumbs.db"}  # and what begins with a dot

TRAIN_FOLDERS = {"train", "training"}
TEST_FOLDERS = {"test", "testing", "val", "valid", "validation"}


@dataclass(frozen=True, slots=True)
class Item:
    """A file that may be an image; there may be a million of these.

    Attributes:
        name: what to call it: its path in the collection, with slashes.
        path: where it lies.
        label: name of its class, where there is one.
        split: ``train`` or ``test``, where the collection says so.
        caption: what a table says of it.
        source: where what it is to be drawn from lies, in a file of its own.
    """

    name: str
    path: str
    label: str | None = None
    split: str | None = None
    caption: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Collection:
    """Files that may be images.

    Attributes:
        title: what its owner calls it.
        items: the files, by name.
        others: names of files that are no images, by their suffix.
        labels_from: where the classes come from, or why there are none.
    """

    title: str
    items: Sequence[Item]
    others: Sequence[str]
    labels_from: str


def read_collection(folder: Path, workspace: Path) -> Collection:
    """All files of ``folder``, as tables or its folders sort them; arguments and errors as in `read_files`.

    Raises:
        UserError: a table cannot be taken.
    """
    files = read_files(folder, workspace)
    tables = [name for name in files if name.lower().rpartition("/")[2] in MANIFESTS]
    return _by_tables(folder.name, tables, files) if tables else by_folders(folder.name, files)


def read_files(folder: Path, workspace: Path) -> dict[str, str]:
    """Names and paths of all files of ``folder``, by name, archives in it unpacked.

    Args:
        folder: what the user filled.
        workspace: a folder for what archives hold; it has to stay while the items are read.

    Raises:
        UserError: an archive cannot be taken; see `ganforge.datasets.archives.unpack`.
    """
    files: dict[str, str] = {}
    for entry in sorted(folder.iterdir()):
        if _passed_over(entry.name) or entry.suffix == ".dvc":
            continue
        stem = _archive_stem(entry.name)
        if stem is not None and entry.is_file():
            unpacked = workspace / f"{len(files)}"
            unpack(entry, unpacked)
            called = (
                entry.name if (folder / stem).exists() or any(name.startswith(f"{stem}/") for name in files) else stem
            )
            files |= {f"{called}/{inner.removeprefix(f'{stem}/')}": path for inner, path in _walk(unpacked)}
        elif entry.is_dir():
            files |= {f"{entry.name}/{inner}": path for inner, path in _walk(entry)}
        else:
            files[entry.name] = str(entry)
    return {_readable(name): path for name, path in sorted(files.items())}


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name.lower() in PASSED_OVER


def _archive_stem(name: str) -> str | None:
    """The name of an archive without its suffix; None: it is none."""
    for suffix in ARCHIVES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return None


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and path of all files below a folder, through links, each folder once."""
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True, onerror=_raise):
        status = os.stat(place)  # noqa: PTH116
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not _passed_over(name))
        inner = Path(place).relative_to(folder).as_posix()
        for name in sorted(files):
            if not _passed_over(name):
                yield name if inner == "." else f"{inner}/{name}", os.path.join(place, name)  # noqa: PTH118


def _readable(name: str) -> str:
    """The name of a file, bytes of it that are no UTF-8 as their numbers."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def _raise(error: OSError) -> None:
    raise error


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122


def shared_folder(names: Iterable[str]) -> str:
    """The deepest folder that holds all files, with a slash at its end; nothing for the top."""
    parents = [name.split("/")[:-1] for name in names]
    if not parents:
        return ""
    first, last = min(parents), max(parents)  # all others lie between
    length = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return "".join(f"{part}/" for part in first[:length])


def may_be_image(name: str, path: str) -> bool:
    """Whether a file is called like an image or, where its suffix says nothing, begins like one."""
    if _suffix(name) in SUFFIXES:
        return True
    try:
        with open(path, "rb", opener=open_at_once) as file:
            beginning = file.read(LONGEST_BEGINNING) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return False
    return beginning.startswith(BEGINNINGS) or beginning[8:12] == b"WEBP" or beginning[4:12] == b"ftypavif"


def open_at_once(path: str, flags: int) -> int:
    """For `open`: a pipe is not waited for until somebody writes into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def by_folders(
    title: str,
    files: dict[str, str],
    wanted: Callable[[str, str], bool] = may_be_image,
    what: str = "images",
) -> Collection:
    """Classes and splits by the names of folders.

    Args:
        title: what the collection is called.
        files: names and paths.
        wanted: whether a file of such a name and path is one of the items.
        what: these are called.
    """
    names = [name for name, path in files.items() if wanted(name, path)]
    shared = shared_folder(names)
    items = [Item(name.removeprefix(shared), files[name]) for name in names]
    others = sorted(name.removeprefix(shared) for name in files.keys() - set(names))
    return by_places(shared.rstrip("/").rpartition("/")[2] or title, items, others, what)


def by_places(title: str, items: list[Item], others: list[str], what: str = "images") -> Collection:
    """Classes and splits by the folders in the names of the items."""
    items, inner = _split_by_folders(items)
    outside = [name for name in inner if "/" not in name]
    classes = {name.partition("/")[0] for name in inner if "/" in name}
    if outside and classes:
        reason = f"there are no classes: {len(outside)} {what} lie outside of any folder, {outside[0]} for one"
        return Collection(title, items, others, reason)
    if len(classes) < 2:
        return Collection(title, items, others, f"there are no classes: all {what} lie in one folder")
    labelled = [Item(item.name, item.path, name.partition("/")[0], item.split) for item, name in zip(items, inner)]
    return Collection(title, labelled, others, f"the {len(classes)} classes are called like the folders")


def _split_by_folders(items: list[Item]) -> tuple[list[Item], list[str]]:
    """The items, with their split where all top folders are called like splits, and their names below these."""
    tops = {item.name.lower().rpartition("/")[0].partition("/")[0] for item in items}
    if not (tops & TRAIN_FOLDERS and tops & TEST_FOLDERS and tops <= TRAIN_FOLDERS | TEST_FOLDERS):
        return items, [item.name for item in items]
    inner, split = [], []
    for item in items:
        top, _, name = item.name.partition("/")
        inner.append(name)
        side = "train" if top.lower() in TRAIN_FOLDERS else "test"
        split.append(replace(item, split=side))
    return split, inner


def _by_tables(title: str, tables: Sequence[str], files: dict[str, str]) -> Collection:
    """Items, classes, splits and captions by the rows of tables, each of which speaks of files beside and below it."""
    items = [item for table in tables for item in _rows(table, files)]
    return sorted_by_rows(title, tables, files, items)


def sorted_by_rows(title: str, tables: Sequence[str], files: dict[str, str], items: list[Item]) -> Collection:
    """The items that the rows of tables speak of, and all other files.

    Raises:
        UserError: some of the items have a label, some have none.
    """
    sources = {item.source for item in items}
    listed = {*tables, *(item.name for item in items), *(name for name, path in files.items() if path in sources)}
    shared = shared_folder([item.name for item in items])
    items = [replace(item, name=item.name.removeprefix(shared)) for item in items]
    if not any(item.split for item in items):
        items, _ = _split_by_folders(items)
    labelled = sum(item.label is not None for item in items)
    if 0 < labelled < len(items):
        raise UserError(
            f"{files[tables[0]]} and others: some of them have a column label, some have none; add it to all."
        )
    name = posixpath.basename(tables[0])
    reason = f"the classes are those of {name}" if labelled else f"there are no classes: {name} has no column label"
    others = sorted(name.removeprefix(shared) for name in files.keys() - listed)
    return Collection(shared.rstrip("/").rpartition("/")[2] or title, items, others, reason)


def _rows(table: str, files: dict[str, str]) -> Iterator[Item]:
    """An item for each row of a table, called as in ``files``."""
    for row in read_table(Path(files[table])):
        yield row_item(table, files, row, row["path"])


def row_item(table: str, files: dict[str, str], row: dict[str, str], named: str, source: str | None = None) -> Item:
    """The item of a row, called as in ``files``.

    Args:
        table: name of the table in ``files``.
        files: names and paths.
        row: values by column.
        named: the file, as the row names it.
        source: the file of its source, likewise, where the table tells of sources.
    """
    where = Path(files[table])
    called, path = _beside(table, files, named)
    split = _split_named(row["split"], where) if "split" in row else None
    partner = None if source is None else _beside(table, files, source)[1]
    return Item(called, path, row.get("label"), split, row.get("caption"), partner)


def _beside(table: str, files: dict[str, str], named: str) -> tuple[str, str]:
    """Name and path of a file that a table names.

    Raises:
        UserError: it lies outside of the table's folder.
    """
    where, name = Path(files[table]), posixpath.normpath(named.replace("\\", "/"))
    if PureWindowsPath(name).drive or name.startswith(("/", "../")):
        raise UserError(f"{where} names {named!r}, a path that leads out of its folder: put the file beside the table.")
    called = posixpath.join(posixpath.dirname(table), name)
    return called, files.get(called, str(where.parent / name))


def read_table(where: Path, columns: Sequence[str] = ("path",)) -> list[dict[str, str]]:
    """The rows of a CSV file with some columns.

    Raises:
        UserError: it cannot be read, lacks a column, or a row lacks a label or a split that others have.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row that is longer than the first
            table = pd.read_csv(
                where, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True, index_col=False
            )
    except (ValueError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise UserError(
            f"{where} is no table that can be read ({first_line(error)}): write it as CSV in UTF-8 with a first line "
            "of names such as path,label, and as many fields in each line."
        ) from error
    table.columns = [re.sub("^file_?name$", "path", column.strip().lower()) for column in table.columns]
    if not table.columns.is_unique or not {*columns} <= {*table.columns}:
        needed = "one of them has to be called path or file_name" if "path" in columns else " and ".join(columns)
        needed = needed if "path" in columns else f"two of them have to be called {needed}"
        raise UserError(
            f"{where} has the columns {', '.join(table.columns)}; {needed}, none twice: name them so, with commas "
            f"between; label, caption and split are optional."
        )
    for column in ("label", "split"):
        if column in table and (table[column] == "").any():
            line = int((table[column] == "").to_numpy().argmax()) + 2
            raise UserError(f"{where}: line {line} has no {column}: fill it in, or take the column {column} out.")
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def _split_named(name: str, table: Path) -> str:
    if name.lower() in TRAIN_FOLDERS:
        return "train"
    if name.lower() in TEST_FOLDERS:
        return "test"
    raise UserError(f"{table} has the split {name!r}; allowed are train and test.")

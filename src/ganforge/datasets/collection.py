"""The files in a folder of images, with the classes, splits and captions that folders and tables give."""

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
from ganforge.datasets.suffixes import IMAGES
from ganforge.errors import UserError, first_line

BEGINNINGS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
LONGEST_BEGINNING = 12  # bytes
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
MANIFESTS = ("manifest.csv", "metadata.csv")
PASSED_OVER = {"__macosx", "thumbs.db", "desktop.ini", "readme.md", "ehthumbs.db"}  # and names that begin with a dot

TRAIN_FOLDERS = {"train", "training"}
TEST_FOLDERS = {"test", "testing", "val", "valid", "validation"}


@dataclass(frozen=True, slots=True)
class Item:
    """A file that may be an image; there may be a million of these.

    Attributes:
        name: its path in the collection, with slashes.
        path: its path on disk.
        label: name of its class, if any.
        split: ``train`` or ``test``, if the collection says so.
        caption: its caption in a table, if any.
        source: path of its source, if that is a separate file.
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
        title: name of the collection.
        items: the files, by name.
        others: names of files that are not images by their suffix.
        labels_from: where the classes come from, or why there are none.
    """

    title: str
    items: Sequence[Item]
    others: Sequence[str]
    labels_from: str


def read_collection(folder: Path, workspace: Path) -> Collection:
    """All files of ``folder``, sorted by tables or folders; arguments and errors as in `read_files`.

    Raises:
        UserError: a table is invalid.
    """
    files = read_files(folder, workspace)
    tables = [name for name in files if name.lower().rpartition("/")[2] in MANIFESTS]
    return _by_tables(folder.name, tables, files) if tables else by_folders(folder.name, files)


def read_files(folder: Path, workspace: Path) -> dict[str, str]:
    """Names and paths of all files of ``folder``, by name, archives in it unpacked.

    Args:
        folder: the folder of the user's files.
        workspace: a folder for unpacked archives; it has to exist while the items are read.

    Raises:
        UserError: an archive is invalid; see `ganforge.datasets.archives.unpack`.
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
    """The name of an archive without its suffix; None: it is not an archive."""
    for suffix in ARCHIVES:
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return None


def _walk(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and path of all files below a folder; follows links and visits each folder once."""
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
    """The name of a file, with bytes that are not UTF-8 written as numbers."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode("utf-8")


def _raise(error: OSError) -> None:
    raise error


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122


def shared_folder(names: Iterable[str]) -> str:
    """The deepest folder that holds all files, with a slash at its end; empty for the top folder."""
    parents = [name.split("/")[:-1] for name in names]
    if not parents:
        return ""
    first, last = min(parents), max(parents)  # all others lie between
    length = next((i for i, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    return "".join(f"{part}/" for part in first[:length])


def may_be_image(name: str, path: str) -> bool:
    """Whether a file has the suffix of an image or, failing that, begins like one."""
    if _suffix(name) in IMAGES:
        return True
    try:
        with open(path, "rb", opener=open_at_once) as file:
            beginning = file.read(LONGEST_BEGINNING) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
    except OSError:
        return False
    return beginning.startswith(BEGINNINGS) or beginning[8:12] == b"WEBP" or beginning[4:12] == b"ftypavif"


def open_at_once(path: str, flags: int) -> int:
    """For `open`: does not wait for data in a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def by_folders(
    title: str,
    files: dict[str, str],
    wanted: Callable[[str, str], bool] = may_be_image,
    what: str = "images",
) -> Collection:
    """Classes and splits by the names of folders.

    Args:
        title: name of the collection.
        files: names and paths.
        wanted: whether a file with this name and path is an item.
        what: the word for the items in messages.
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
        reason = f"there are no classes: {len(outside)} {what} are not in a folder, such as {outside[0]}"
        return Collection(title, items, others, reason)
    if len(classes) < 2:
        return Collection(title, items, others, f"there are no classes: all {what} are in one folder")
    labelled = [Item(item.name, item.path, name.partition("/")[0], item.split) for item, name in zip(items, inner)]
    return Collection(title, labelled, others, f"the {len(classes)} classes are named after the folders")


def _split_by_folders(items: list[Item]) -> tuple[list[Item], list[str]]:
    """The items, with a split if all top folders are named after splits, and their names below these folders."""
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
    """Items, classes, splits and captions from the rows of tables, which list files in or below their folder."""
    items = [item for table in tables for item in _rows(table, files)]
    return sorted_by_rows(title, tables, files, items)


def sorted_by_rows(title: str, tables: Sequence[str], files: dict[str, str], items: list[Item]) -> Collection:
    """The items that the rows of tables list, and all other files.

    Raises:
        UserError: some items have a label and some have none.
    """
    sources = {item.source for item in items}
    listed = {*tables, *(item.name for item in items), *(name for name, path in files.items() if path in sources)}
    shared = shared_folder([item.name for item in items])
    items = [replace(item, name=item.name.removeprefix(shared)) for item in items]
    if not any(item.split for item in items):
        items, _ = _split_by_folders(items)
    labelled = sum(item.label is not None for item in items)
    if 0 < labelled < len(items):
        raise UserError(f"{files[tables[0]]} and other tables: only some have the column label; add it to all of them.")
    name = posixpath.basename(tables[0])
    reason = f"the classes are those of {name}" if labelled else f"there are no classes: {name} has no column label"
    others = sorted(name.removeprefix(shared) for name in files.keys() - listed)
    return Collection(shared.rstrip("/").rpartition("/")[2] or title, items, others, reason)


def _rows(table: str, files: dict[str, str]) -> Iterator[Item]:
    """An item for each row of a table, named as in ``files``."""
    for row in read_table(Path(files[table])):
        yield row_item(table, files, row, row["path"])


def row_item(table: str, files: dict[str, str], row: dict[str, str], named: str, source: str | None = None) -> Item:
    """The item of a row, named as in ``files``.

    Args:
        table: name of the table in ``files``.
        files: names and paths.
        row: values by column.
        named: the file, as the row names it.
        source: the file of its source, as the row names it, if the table has sources.
    """
    where = Path(files[table])
    called, path = _beside(table, files, named)
    split = _split_named(row["split"], where) if "split" in row else None
    partner = None if source is None else _beside(table, files, source)[1]
    return Item(called, path, row.get("label"), split, row.get("caption"), partner)


def _beside(table: str, files: dict[str, str], named: str) -> tuple[str, str]:
    """Name and path of a file that a table names.

    Raises:
        UserError: it is outside the table's folder.
    """
    where, name = Path(files[table]), posixpath.normpath(named.replace("\\", "/"))
    if PureWindowsPath(name).drive or name.startswith(("/", "../")):
        raise UserError(f"{where} names {named!r}, which leads out of its folder: put the file next to the table.")
    called = posixpath.join(posixpath.dirname(table), name)
    return called, files.get(called, str(where.parent / name))


def read_table(where: Path, columns: Sequence[str] = ("path",)) -> list[dict[str, str]]:
    """The rows of a CSV file that has certain columns.

    Raises:
        UserError: it cannot be read, a column is missing, or a row lacks a label or a split that others have.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # a row longer than the first
            table = pd.read_csv(
                where, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True, index_col=False
            )
    except (ValueError, pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise UserError(
            f"{where} is not a readable table ({first_line(error)}): write it as CSV in UTF-8 with a first line of "
            "names such as path,label, and the same number of fields in each line."
        ) from error
    table.columns = [re.sub("^file_?name$", "path", column.strip().lower()) for column in table.columns]
    if not table.columns.is_unique or not {*columns} <= {*table.columns}:
        needed = "one of them must be named path or file_name" if "path" in columns else " and ".join(columns)
        needed = needed if "path" in columns else f"two of them must be named {needed}"
        raise UserError(
            f"{where} has the columns {', '.join(table.columns)}; {needed}, and no name may occur twice: change the "
            f"first line, with commas between names; label, caption and split are optional."
        )
    for column in ("label", "split"):
        if column in table and (table[column] == "").any():
            line = int((table[column] == "").to_numpy().argmax()) + 2
            raise UserError(f"{where}: line {line} has no {column}: fill it in, or remove the column {column}.")
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


def _split_named(name: str, table: Path) -> str:
    if name.lower() in TRAIN_FOLDERS:
        return "train"
    if name.lower() in TEST_FOLDERS:
        return "test"
    raise UserError(f"{table} has the split {name!r}; allowed are train and test.")

"""Finds the pairs of source and target among the user's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from PIL import ExifTags

from ganforge.datasets.collection import (
    Collection,
    Item,
    by_folders,
    by_places,
    may_be_image,
    open_at_once,
    read_table,
    row_item,
    shared_folder,
    sorted_by_rows,
)
from ganforge.datasets.decoding import ON_ITS_SIDE, ROTATIONS, open_image
from ganforge.errors import UserError
from ganforge.layout import IMPORT

SOURCE, TARGET = "source", "target"  # names of folders, and of columns
LEFT_RIGHT, RIGHT_LEFT = "left_right", "right_left"

Files = dict[str, str]
"""Paths by names, as `ganforge.datasets.collection.read_files` reads them."""


def find_layout(files: Files) -> str:
    """How pairs are stored: in a table with both columns, else in folders, else side by side.

    Returns:
        ``table``, ``folders`` or ``left_right``.

    Raises:
        UserError: there are no table and folders, and a picture is not twice as wide as high.
    """
    if _tables(files):
        return "table"
    if any(side_of(name) for name in files):
        return "folders"
    for name, path in files.items():
        size = _size(path) if may_be_image(name, path) else None
        if size is not None and size[0] != 2 * size[1]:
            raise UserError(
                f"{IMPORT} has neither folders source and target nor a CSV file with the columns source,target, and "
                f"{name} has {size[0]}x{size[1]} pixels; allowed are pictures twice as wide as high, each with its "
                "source on the left: sort the files, or set dataset.layout to left_right or right_left if all contain "
                "both side by side."
            )
    return LEFT_RIGHT


def by_pairs(files: Files, layout: str) -> Collection:
    """The pairs, each an item with the name of its target.

    Args:
        files: names and paths.
        layout: ``table``, ``folders``, ``left_right`` or ``right_left``; in the last two, one file contains both.

    Raises:
        UserError: the files do not have this layout.
    """
    return LAYOUTS[layout](files)


def _by_table(files: Files) -> Collection:
    """The rows of CSV files with the columns source and target; split, label and caption are optional.

    Raises:
        UserError: there is no such table, or it cannot be read.
    """
    tables = _tables(files) or [name for name in files if name.lower().endswith(".csv")]
    if not tables:
        raise UserError(
            f"{IMPORT} contains no CSV file, but dataset.layout in params.yaml is table: write a CSV file with the "
            "columns source,target, or set dataset.layout to auto."
        )
    items = [_row(table, files, row) for table in tables for row in read_table(Path(files[table]), (SOURCE, TARGET))]
    return sorted_by_rows(IMPORT.name, tables, files, items)


def _row(table: str, files: Files, row: dict[str, str]) -> Item:
    """The item of a row; an empty field is a missing partner."""
    if row[TARGET]:
        return row_item(table, files, row, row[TARGET], row[SOURCE] or None)
    item = row_item(table, files, row, row[SOURCE] or "row without files")
    return replace(item, path="", source=item.path)


def _tables(files: Files) -> list[str]:
    """Names of the CSV files whose first line names both columns."""
    return [name for name, path in files.items() if name.lower().endswith(".csv") and _names_both(path)]


def _names_both(path: str) -> bool:
    with open(path, "rb", opener=open_at_once) as file:
        first = file.readline(10_000).decode("utf-8-sig", "replace")
    return {SOURCE, TARGET} <= {column.strip(' \r\n"').lower() for column in first.split(",")}


def _by_folders(files: Files) -> Collection:
    """Files with equal names, apart from suffixes, in folders named source and target at any depth.

    Raises:
        UserError: a folder contains no images, or two of its files have the same name.
    """
    sides: dict[str, dict[str, str]] = {SOURCE: {}, TARGET: {}}  # names of files by their common names
    others = []
    for name, path in files.items():
        side = side_of(name)
        if side is None or not may_be_image(name, path):
            others.append(name)
            continue
        first = sides[side].setdefault(_common_name(name, side), name)
        if first != name:
            raise UserError(
                f"{IMPORT} contains {first} and {name}, which both match the same file on the other side: rename or "
                "remove one of them."
            )
    for side, names in sides.items():
        if not names:
            raise UserError(
                f"{IMPORT} contains no images in a folder named {side}; the folders source and target need files with "
                "equal names: sort the files, or set dataset.layout to another layout."
            )
    return _joined(files, sides[SOURCE], sides[TARGET], others)


def _joined(files: Files, sources: Mapping[str, str], targets: Mapping[str, str], others: list[str]) -> Collection:
    """The pairs, and files without a partner; classes and splits come from the folders on both sides."""
    names = sorted(sources.keys() | targets.keys())
    shared = shared_folder(names)
    placed = [
        Item(
            name.removeprefix(shared),
            files[targets[name]] if name in targets else "",
            source=files[sources[name]] if name in sources else None,
        )
        for name in names
    ]
    collection = by_places(IMPORT.name, placed, others)
    called = (targets.get(name) or sources[name] for name in names)
    return replace(collection, items=[replace(item, name=name) for item, name in zip(collection.items, called)])


def side_of(name: str) -> str | None:
    """``source`` or ``target`` if a file is in a folder with that name; None otherwise."""
    return next((part.lower() for part in name.split("/")[:-1] if part.lower() in {SOURCE, TARGET}), None)


def _common_name(name: str, side: str) -> str:
    """The name of a file without its suffix and the folder of its side."""
    parts = name.split("/")
    del parts[[part.lower() for part in parts].index(side)]
    return str(Path("/".join(parts)).with_suffix(""))


def _size(path: str) -> tuple[int, int] | None:
    """Width and height of an image after rotation, from its header; None: it has none."""
    try:
        with open(path, "rb", opener=open_at_once) as file, open_image(file) as image:
            turned = ROTATIONS.get(image.getexif().get(ExifTags.Base.Orientation, 1)) in ON_ITS_SIDE
            width, height = image.size
    except Exception:  # a damaged file can make a decoder raise anything; it is left out as broken later
        return None
    return (height, width) if turned else (width, height)


def _side_by_side(files: Files) -> Collection:
    return by_folders(IMPORT.name, files)


LAYOUTS: dict[str, Callable[[Files], Collection]] = {
    "table": _by_table,
    "folders": _by_folders,
    LEFT_RIGHT: _side_by_side,
    RIGHT_LEFT: _side_by_side,
}

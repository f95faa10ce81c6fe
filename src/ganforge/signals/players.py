"""Sounds that a page plays side by side: MP3 files, and a table with their places."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ganforge.files import write_json
from ganforge.signals.recording import mp3

TABLE = "table.json"

Sounds = Sequence[np.ndarray | None]
"""Sounds (samples,) float32 of a row; None for an empty cell."""


def write_players(folder: Path, heads: Sequence[str], rows: Mapping[str, Sounds], rate: int) -> None:
    """Writes MP3 files and their table to a folder, and deletes its old contents.

    Args:
        folder: the folder to write to.
        heads: titles of the columns.
        rows: sounds by the titles of rows, one for each column.
        rate: samples per second.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    table = []
    for number, (title, sounds) in enumerate(rows.items()):
        files = []
        for column, sound in enumerate(sounds):
            if sound is not None:
                (folder / f"{number:02d}_{column}.mp3").write_bytes(mp3(sound, rate))
            files.append(None if sound is None else f"{number:02d}_{column}.mp3")
        table.append({"title": title, "files": files})
    write_json(folder / TABLE, {"heads": list(heads), "rows": table})


def read_players(folder: Path) -> tuple[list[str], list[tuple[str, list[bytes | None]]]] | None:
    """The heads, and the title and contents of each row, from `write_players`; None: the folder has no table."""
    path = folder / TABLE
    if not path.exists():
        return None
    table = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        (row["title"], [None if name is None else (folder / name).read_bytes() for name in row["files"]])
        for row in table["rows"]
    ]
    return table["heads"], rows

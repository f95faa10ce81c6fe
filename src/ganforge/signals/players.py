"""Sounds side by side, to be played on a page: MP3 files, and a table that says which stands where."""

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
"""Sounds (samples,) float32 of a row; None where there is none."""


def write_players(folder: Path, heads: Sequence[str], rows: Mapping[str, Sounds], rate: int) -> None:
    """Writes a folder of MP3 files and the table of them, in place of what it held.

    Args:
        folder: where to.
        heads: what the columns hold.
        rows: sounds by the titles of rows, as many in each as there are heads.
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
    """The heads, and the title and contents of each row, of what `write_players` wrote; None: there is nothing."""
    path = folder / TABLE
    if not path.exists():
        return None
    table = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        (row["title"], [None if name is None else (folder / name).read_bytes() for name in row["files"]])
        for row in table["rows"]
    ]
    return table["heads"], rows

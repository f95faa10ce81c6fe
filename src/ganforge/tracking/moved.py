"""A default store that was moved or copied: its database has absolute paths of files."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote, urlparse

PLACES = (
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
    ("experiments", "artifact_location"),
)


def find_artifacts_again(database: Path, artifacts: Path) -> None:
    """Points the runs of ``database`` to their files in ``artifacts``, the folder of the same name next to it.

    Nothing changes if they already point there, if that folder was not moved too, or if the database is read-only.
    """
    if not database.exists() or not artifacts.is_dir():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=5)) as store, store:
        for before in _places_before(store, artifacts):
            for table, column in PLACES:
                length = len(before) + 1
                store.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                    f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                    (artifacts.as_uri(), length, before, length, f"{before}/"),
                )


def _places_before(store: sqlite3.Connection, artifacts: Path) -> list[str]:
    """The old places of the experiments' files, as file URLs, unless the files are still there."""
    known = [place for (place,) in store.execute("SELECT DISTINCT artifact_location FROM experiments") if place]
    names = {place: Path(unquote(urlparse(place).path)) for place in known if place.startswith("file:")}
    return [place for place, path in names.items() if path.name == artifacts.name and path != artifacts]

"""The default store's database, which is complete or absent."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory


def make_database(database: Path, artifacts: Path) -> None:
    """Makes an empty database if there is none; safe if the process is killed, or if others do the same.

    MLflow makes one in some hundred steps. Two processes that do this in one file disturb each other, and a killed
    process leaves a file that later ones cannot use. So the database is made in a temporary folder and then renamed.

    Args:
        database: the sqlite file.
        artifacts: folder for the files of its first experiment.
    """
    if database.exists():
        return
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with TemporaryDirectory(prefix=f".{database.name}.", dir=database.parent) as folder:
        beside = Path(folder) / database.name
        store = SqlAlchemyStore(f"sqlite:///{beside}", artifacts.as_uri())
        store.engine.dispose()
        _give_name(beside, database)


def _give_name(beside: Path, name: Path) -> None:
    """Renames a file, but never replaces one that was made first."""
    try:
        name.hardlink_to(beside)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not name.exists():
            beside.rename(name)

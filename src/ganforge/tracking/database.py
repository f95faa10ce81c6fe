"""The default store's database, which is there whole or not at all."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory


def make_database(database: Path, artifacts: Path) -> None:
    """Makes an empty database where there is none, whatever happens and whoever else does so at the same time.

    MLflow makes one in some hundred steps. Two processes that do so in one file disturb each other, and one that is
    killed leaves a file that no later one can use. So it is made beside, and then given its name.

    Args:
        database: the sqlite file.
        artifacts: where the files of its first experiment are to lie.
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
    """Renames a file, but never onto another one that came first."""
    try:
        name.hardlink_to(beside)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not name.exists():
            beside.rename(name)

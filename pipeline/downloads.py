"""Official files for the stages that need some."""

import os
from collections.abc import Iterable
from pathlib import Path

from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.files import repository_root
from pipeline.stage import progress_bar


def download(files: Iterable[RemoteFile], owner: str, folder: Path) -> None:
    """Fetches the files that are not yet in ``folder``, with a bar for each; from GANFORGE_MIRROR where it is set.

    Args:
        files: what to fetch.
        owner: data set or network that asks for them.
        folder: where to.

    Raises:
        UserError: one cannot be had.
    """
    mirror = os.environ.get("GANFORGE_MIRROR") or None
    if mirror is not None and "://" not in mirror:
        mirror = str(repository_root() / Path(mirror).expanduser())
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        with progress_bar(None, "B", file.name) as bar:

            def show(_: str, done: int, total: int | None, bar=bar) -> None:  # type: ignore[no-untyped-def]
                bar.total = total
                bar.update(done - bar.n)

            fetch_file(file, owner, folder, folder / "partial", mirror, show)

"""data/raw: the files of the data set as its source serves them."""

import os
import shutil
from pathlib import Path

from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.source import source_of
from ganforge.files import repository_root
from ganforge.layout import RAW
from ganforge.params import Params
from pipeline.process import only_one_in
from pipeline.stage import private_folder, progress_bar, run_stage


def main(params: Params) -> None:
    """Copies what is bundled, downloads what is not."""
    name, source = params.dataset.name, source_of(params.dataset.name)
    RAW.mkdir(parents=True, exist_ok=True)
    for file_name, content in source.bundled_files().items():
        (RAW / file_name).write_bytes(content)
    mirror = os.environ.get("GANFORGE_MIRROR") or None
    if mirror is not None and "://" not in mirror:
        mirror = str(repository_root() / Path(mirror).expanduser())
    waiting = private_folder() / "downloads" / name  # DVC empties data/raw before each try, so they wait elsewhere
    with only_one_in(waiting):
        for file in source.remote_files():
            with progress_bar(None, "B", file.name) as bar:

                def show(_: str, done: int, total: int | None, bar=bar) -> None:  # type: ignore[no-untyped-def]
                    bar.total = total
                    bar.update(done - bar.n)

                fetch_file(file, name, waiting, waiting / "partial", mirror, show)
        for file in source.remote_files():
            shutil.move(waiting / file.name, RAW / file.name)
        shutil.rmtree(waiting)


if __name__ == "__main__":
    run_stage(main)

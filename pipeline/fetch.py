"""data/raw: the original files of the data set."""

import shutil

from ganforge.datasets.source import source_of
from ganforge.layout import RAW
from ganforge.params import Params
from pipeline.downloads import download
from pipeline.process import only_one_in
from pipeline.stage import private_folder, run_stage


def main(params: Params) -> None:
    """Copies bundled files and downloads others."""
    name, source = params.dataset.name, source_of(params.dataset.name)
    RAW.mkdir(parents=True, exist_ok=True)
    for file_name, content in source.bundled_files().items():
        (RAW / file_name).write_bytes(content)
    waiting = private_folder() / "downloads" / name  # DVC empties data/raw before each try
    with only_one_in(waiting):
        download(source.remote_files(), name, waiting)
        for file in source.remote_files():
            shutil.move(waiting / file.name, RAW / file.name)
        shutil.rmtree(waiting)


if __name__ == "__main__":
    run_stage(main)

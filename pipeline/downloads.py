"""Downloads of official files for the stages."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.files import repository_root
from pipeline.process import only_one_in
from pipeline.stage import private_folder, progress_bar

if TYPE_CHECKING:
    from ganforge.features.squeezenet import SqueezeNet

SQUEEZENET = RemoteFile(
    "compressed_SqueezeNet.net",
    (
        "https://raw.githubusercontent.com/songhan/SqueezeNet-Deep-Compression/"
        "fb13faa26c11ab78ef529d4ba7c7ba8fc1f4f2ac/compressed_SqueezeNet.net",
    ),
    "9e65b2784de743985f605095d7412130",
)


def download(files: Iterable[RemoteFile], owner: str, folder: Path) -> None:
    """Fetches the files that are not yet in ``folder``, with a bar for each; from GANFORGE_MIRROR if it is set.

    Args:
        files: what to fetch.
        owner: data set or network that asks for them.
        folder: where to.

    Raises:
        UserError: a file cannot be fetched.
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


def squeezenet() -> "SqueezeNet":
    """SqueezeNet with its published weights, frozen.

    Raises:
        UserError: the weights cannot be fetched.
    """
    from ganforge.features.squeezenet import read_squeezenet

    weights = private_folder() / "weights"
    with only_one_in(weights):
        download([SQUEEZENET], "squeezenet", weights)
    return read_squeezenet(weights / SQUEEZENET.name).requires_grad_(False)

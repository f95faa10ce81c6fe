"""Downloads official files from the network or a mirror, and verifies their digests."""

from __future__ import annotations

import errno
import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.errors import UserError

CHUNK = 1 << 18  # bytes
TIMEOUT = 30  # seconds without an answer
LOCAL_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}  # of this machine, not of the network

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, the bytes received, and the total bytes if known."""


def fetch_file(
    file: RemoteFile, dataset: str, folder: Path, partial_folder: Path, mirror: str | None, progress: Progress
) -> Path:
    """Puts an official file into ``folder`` and returns its path.

    Args:
        file: what to fetch.
        dataset: name of the data set that needs it.
        folder: the folder for the complete file.
        partial_folder: the folder for an interrupted download, which is resumed later.
        mirror: a folder or a URL that holds ``<data set>/<file name>``, used instead of the official addresses.
        progress: called as the download proceeds.

    Raises:
        UserError: no address could be reached, or the file has another digest.
    """
    owner = file.dataset or dataset
    target = folder / file.name
    if target.exists() and _digest(target) == file.md5:  # an earlier attempt finished it
        return target
    if mirror is not None and "://" not in mirror:
        source = Path(mirror).expanduser() / owner / file.name
        if not source.is_file():
            raise UserError(
                f"GANFORGE_MIRROR: {source} does not exist; put the official {file.name} of {owner} there, or unset "
                f"GANFORGE_MIRROR to download it."
            )
        shutil.copyfile(source, target)
        _verify(target, file, str(source))
        return target
    urls = (f"{mirror.rstrip('/')}/{owner}/{file.name}",) if mirror is not None else file.urls
    partial_folder.mkdir(parents=True, exist_ok=True)
    partial = partial_folder / f"{file.md5}-{file.name}"
    reasons = []
    for url in urls:
        try:
            _download(url, partial, file.name, progress)
            _verify(partial, file, url)
        except (urllib.error.URLError, http.client.HTTPException, OSError, UserError) as error:
            if isinstance(error, OSError) and error.errno in LOCAL_ERRORS:
                raise
            reasons.append(f"{url}: {getattr(error, 'reason', None) or error}")
            continue
        shutil.move(partial, target)
        return target
    raise UserError(
        f"{dataset}: {file.name} could not be downloaded ({'; '.join(reasons)}); connect to the network and try "
        f"again, or set GANFORGE_MIRROR to a folder or URL that holds {owner}/{file.name}."
    )


def _download(url: str, partial: Path, name: str, progress: Progress) -> None:
    """Downloads ``url`` into ``partial``; resumes an interrupted download if the server supports it."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # 416: nothing is left to send; the digest shows whether the file is complete
            raise
        return
    with response, partial.open("ab") as file:
        if response.status != 206:
            file.truncate(0)
            have = 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length is not None else None
        while chunk := response.read(CHUNK):
            file.write(chunk)
            have += len(chunk)
            progress(name, have, total)
    if total is not None and have < total:
        raise OSError(f"the connection ended after {have} of {total} bytes")


def _verify(path: Path, file: RemoteFile, source: str) -> None:
    """Raises an error and deletes ``path`` unless it has the official digest."""
    digest = _digest(path)
    if digest == file.md5:
        return
    size = path.stat().st_size
    path.unlink()
    raise UserError(
        f"{source} has {size} bytes with MD5 {digest}, but the official {file.name} has {file.md5}: it is damaged or "
        f"another file, and was rejected; put the official file there or use another mirror."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()

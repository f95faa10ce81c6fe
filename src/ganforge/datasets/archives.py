"""Unpacks untrusted archives: completely and only into their own folder, or not at all."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Self

from ganforge.errors import UserError, first_line

MOST_BYTES = 1 << 30  # every archive may unpack to this size
MOST_RATIO = 200  # larger archives: unpacked to packed bytes; images and sound hardly compress, bombs do
CHUNK = 1 << 20
MOST_MEMBERS = 10_000_000
LONGEST_NAME = 1 << 16  # bytes of a long name or other extra header
NAME_TYPES = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
ZIP_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")

NAMES = {errno.ENAMETOOLONG, errno.EEXIST, errno.ENOTDIR, errno.EISDIR}
DAMAGED = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    ValueError,
    NotImplementedError,
)

Member = tuple[str, int, IO[bytes]]
"""Name, claimed size in bytes, and the stream that is read."""


def unpack(archive: Path, folder: Path, only: Collection[str] | None = None) -> None:
    """Unpacks a zip or tar file, compressed or not, into the new folder ``folder``.

    Args:
        archive: the file.
        folder: the folder to create.
        only: names of the wanted members; None: all.

    Raises:
        UserError: it is damaged, encrypted or not an archive; it holds a link, a device, or a path that leads out of
            ``folder``; it unpacks to far more than its own size; or a wanted member is missing. Then ``folder`` does
            not exist.
    """
    most = max(MOST_BYTES, MOST_RATIO * archive.stat().st_size)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    missing = set(only or ())
    try:
        with _refusing(archive), _members(archive) as members:
            for count, (name, size, content) in enumerate(members):
                if size > most or count == MOST_MEMBERS:
                    raise _bomb(archive, most)
                if only is not None and name not in only:
                    continue
                missing.discard(name)
                most -= _write(content, beside / _inside(archive, name), most, archive)
        if missing:
            raise UserError(f"{archive} does not contain {min(missing)}: replace it by a complete one.")
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def _refusing(archive: Path) -> Iterator[None]:
    """Turns the errors that a damaged archive causes into one sentence.

    Raises:
        UserError: such an error was raised.
    """
    try:
        yield
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno in NAMES:
            raise UserError(
                f"{archive} contains names that are too long or cannot be in one folder ({error.strerror}): "
                "nothing was unpacked; unpack it yourself and put the folder there."
            ) from error
        if isinstance(error, OSError) and error.errno is not None:  # of this machine; bz2 and gzip set none
            raise
        raise UserError(f"{archive} is damaged or not an archive ({first_line(error)}): replace it.") from error
    except RuntimeError as error:  # what zipfile raises for encrypted members
        raise UserError(f"{archive} cannot be unpacked ({error}): replace it by one without a password.") from error


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[Member]]:
    with archive.open("rb") as file:
        zipped = file.read(4) in ZIP_BEGINNINGS
    if zipped:
        with zipfile.ZipFile(archive) as opened:
            yield _of_zip(archive, opened)
    else:
        with tarfile.open(archive, tarinfo=_WholeHeader) as packed:
            yield _of_tar(archive, packed)


class _WholeHeader(tarfile.TarInfo):
    """A member's header; a missing or damaged one is an error, where tarfile would assume the archive's end."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Like the parent's, but only a block of zeros is the end, and the length of names is limited."""
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"the header of a member: {error}") from error
        if header.type in NAME_TYPES and header.size > LONGEST_NAME:
            raise tarfile.ReadError(f"a name of {header.size} bytes")
        return header


def _of_zip(archive: Path, opened: zipfile.ZipFile) -> Iterator[Member]:
    for member in opened.infolist():
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise _no_file(archive, member.filename)
        if not member.is_dir():
            with opened.open(member) as content:
                yield member.filename, member.file_size, content


def _of_tar(archive: Path, opened: tarfile.TarFile) -> Iterator[Member]:
    for member in opened:
        if not member.isfile() and not member.isdir():
            raise _no_file(archive, member.name)
        content = opened.extractfile(member)
        if content is not None:
            with content:
                yield member.name, member.size, content
    if opened.fileobj is None:
        return
    rest = 0
    while chunk := opened.fileobj.read(CHUNK):  # reads on to the checksum of a compressed file
        rest += len(chunk)
        if rest > MOST_BYTES:
            raise _bomb(archive, MOST_BYTES)


def _inside(archive: Path, name: str) -> PurePosixPath:
    """The path of a member, which must stay in the folder.

    Raises:
        UserError: it leads out of the folder.
    """
    path, windows = PurePosixPath(name), PureWindowsPath(name)
    if path.is_absolute() or windows.drive or windows.root or ".." in windows.parts or not path.parts:
        raise UserError(
            f"{archive} contains {name!r}, a path that leads out of its folder: nothing was unpacked; "
            "create the archive again from inside its folder."
        )
    return path


def _write(content: IO[bytes], path: Path, most: int, archive: Path) -> int:
    """Copies a member, which may be larger than claimed; returns the number of bytes written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as file:  # a name may occur only once
        while chunk := content.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise _bomb(archive, most)
            file.write(chunk)
    return written


def _no_file(archive: Path, name: str) -> UserError:
    return UserError(
        f"{archive} contains {name!r}, a link or a device instead of a file: nothing was unpacked; create the archive "
        "again with the files themselves."
    )


def _bomb(archive: Path, most: int) -> UserError:
    return UserError(
        f"{archive} has {archive.stat().st_size} bytes and would unpack to more than {most}: nothing was unpacked; "
        "if you trust it, unpack it yourself and put the folder there."
    )

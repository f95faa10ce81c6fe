"""Where files lie, and files that are whole or not there."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ganforge.errors import UserError, first_line

# What the operating system says where a place cannot be used, however right the program is.
UNWRITABLE = {
    errno.ENOSPC,
    errno.EROFS,
    errno.EDQUOT,
    errno.EACCES,
    errno.EPERM,
    errno.EFBIG,
    errno.EIO,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EEXIST,
}


def unwritable(error: OSError) -> str:
    """The sentence about one of these errors, up to what to do then."""
    return f"{error.filename or 'a file'} cannot be used ({error.strerror}); make room or give access"


def repository_root() -> Path:
    """The root of the main checkout, also inside the temporary copy of a queued experiment."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Puts ``content`` at ``path`` such that, whenever power fails, either the old file or the new one is there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with _naming(path):
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_json(path: Path, content: object) -> None:
    """Writes a JSON file, as `write_durably` does.

    Raises:
        ValueError: a number in it is not finite; JSON has no word for that.
    """
    write_durably(path, (json.dumps(content, indent=2, allow_nan=False) + "\n").encode())


def write_array(path: Path, array: np.ndarray) -> None:
    """Writes an npy file."""
    with _naming(path):
        np.save(path, array)


def write_blocks(path: Path, shape: tuple[int, ...], blocks: Iterable[np.ndarray]) -> None:
    """Writes an npy file of uint8 of ``shape`` from consecutive blocks of its rows, which need not fit into memory.

    It does not write into a mapped file: where the disk is full, that kills the process.
    """
    with _naming(path), path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        for block in blocks:
            file.write(np.ascontiguousarray(block, np.uint8).data)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Lets the errors of the operating system tell which file they are about."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # numpy's, where not all of an array could be written
            raise OSError(errno.ENOSPC, str(error), str(path)) from error
        error.filename = error.filename or str(path)
        raise


def read_array(path: Path, *, mapped: bool = False) -> np.ndarray:
    """The array of an npy file, in memory or mapped from disk.

    Raises:
        UserError: the file is missing, damaged, or holds anything but numbers.
    """
    try:
        array: np.ndarray = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: `dvc repro` makes it.") from None
    except (ValueError, EOFError, SyntaxError, OverflowError, TypeError) as error:
        raise UserError(f"{path} is damaged ({first_line(error)}): remove it, `dvc repro` makes it anew.") from error
    return array

"""Paths, and files that are written completely or not at all."""

from __future__ import annotations

import csv
import errno
import json
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import DTypeLike

from ganforge.errors import UserError, first_line

BUFFER = 1 << 20  # bytes of a growing file that are written at once

# Errors of the operating system that the user can fix.
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
    """The start of a sentence about one of these errors, up to what to do then."""
    return f"{error.filename or 'a file'} cannot be used ({error.strerror}); free space or change permissions"


def repository_root() -> Path:
    """The root of the main checkout, also inside the temporary copy of a queued experiment."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Writes ``content`` to ``path`` so that, if power fails, either the old or the new file remains."""
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
        ValueError: a number is not finite, which JSON cannot express.
    """
    write_durably(path, (json.dumps(content, indent=2, allow_nan=False) + "\n").encode())


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Writes a CSV file; None is an empty field."""
    with _naming(path), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_array(path: Path, array: np.ndarray) -> None:
    """Writes an npy file row by row, as `read_blocks` reads it, with numbers in the byte order of this machine."""
    with _naming(path):
        np.save(path, np.asarray(array, array.dtype.newbyteorder("="), order="C"))


def write_blocks(path: Path, shape: tuple[int, ...], blocks: Iterable[np.ndarray], dtype: DTypeLike) -> None:
    """Writes an npy file of ``shape`` from consecutive blocks of its rows, which need not fit into memory.

    It does not write into a mapped file: a full disk would kill the process.

    Raises:
        ValueError: a block is not of ``dtype``.
    """
    with _naming(path), path.open("wb") as file:
        _write_header(file, shape, dtype)
        for block in blocks:
            file.write(_bytes_of(block, dtype))


def read_blocks(path: Path, rows: int) -> Iterator[np.ndarray]:
    """The array of an npy file, up to ``rows`` rows at a time; none stays in memory."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        inner = math.prod(shape[1:])
        for start in range(0, shape[0], rows):
            count = min(rows, shape[0] - start)
            yield np.fromfile(file, kind, count * inner).reshape(count, *shape[1:])


class GrowingArray:
    """An npy file whose rows all have one shape; their number is known at the end.

    Attributes:
        path: path of the file.
        shape: shape of the array.
        dtype: type of its numbers.
    """

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self.path, self.dtype = path, np.dtype(dtype)
        self.shape: tuple[int, ...] = (0,)
        with _naming(path):
            self._file = path.open("wb", buffering=BUFFER)

    def append(self, row: np.ndarray) -> None:
        """Appends a row.

        Raises:
            ValueError: it has another shape or dtype.
        """
        if self.shape[0] and row.shape != self.shape[1:]:
            raise ValueError(f"a row of shape {row.shape} behind rows of shape {self.shape[1:]}")
        with _naming(self.path):
            if self.shape[0] == 0:
                _write_header(self._file, (0, *row.shape), self.dtype)  # has the same length for any number of rows
            self._file.write(_bytes_of(row, self.dtype))
        self.shape = (self.shape[0] + 1, *row.shape)

    def close(self) -> None:
        """Writes the number of rows into the file."""
        with _naming(self.path), self._file:
            self._file.seek(0)
            _write_header(self._file, self.shape, self.dtype)


def _write_header(file: BinaryIO, shape: tuple[int, ...], dtype: DTypeLike) -> None:
    described = np.lib.format.dtype_to_descr(np.dtype(dtype))
    np.lib.format.write_array_header_1_0(file, {"descr": described, "fortran_order": False, "shape": shape})


def _bytes_of(block: np.ndarray, dtype: DTypeLike) -> memoryview:
    """The bytes of an array of that dtype, row by row.

    Raises:
        ValueError: it has another dtype.
    """
    if block.dtype != dtype:
        raise ValueError(f"a block of {block.dtype} in a file of {np.dtype(dtype)}")
    return np.ascontiguousarray(block).data


class _naming:  # noqa: N801  used like a function, a million times: a generator would take longer
    """Adds the name of the file to errors of the operating system."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno is None:  # numpy raises it if an array could not be written completely
            raise OSError(errno.ENOSPC, str(error), str(self.path)) from error
        error.filename = error.filename or str(self.path)


def read_array(path: Path, *, mapped: bool = False) -> np.ndarray:
    """The array of an npy file, in memory or mapped from disk.

    Raises:
        UserError: the file is missing, damaged, or holds anything but numbers.
    """
    try:
        array: np.ndarray = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    except FileNotFoundError:
        raise UserError(f"{path} does not exist: run `dvc repro` to make it.") from None
    except (ValueError, EOFError, SyntaxError, OverflowError, TypeError) as error:
        raise UserError(f"{path} is damaged ({first_line(error)}): remove it and run `dvc repro`.") from error
    return array

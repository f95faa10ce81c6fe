"""Data sets of image files: decodes them on all processors and writes the arrays, with few in memory."""

from __future__ import annotations

import multiprocessing
import os
import stat
import tempfile
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ganforge.compute import processors
from ganforge.datasets.collection import Collection, Item, open_at_once
from ganforge.datasets.decoding import Framing, Picture, Refusal, decode
from ganforge.datasets.intake import Intake
from ganforge.datasets.source import Progress, Source
from ganforge.errors import UserError
from ganforge.prepared.columns import SIGNAL
from ganforge.prepared.meta import Meta

if TYPE_CHECKING:
    from ganforge.datasets.settings import ImageFileSettings

CHUNK = 32  # files that a process gets at a time; fewer if pictures are large
CHUNK_BYTES = 4_000_000  # of its pictures
NATIVE_CHUNK = 4  # if their size is unknown
AHEAD = 2  # chunks for each process that wait or are being decoded
MOST_BYTES_PER_PIXEL = 8  # in an uncompressed file

Outcome = Picture | Refusal

Settings = TypeVar("Settings", bound="ImageFileSettings", contravariant=True)
"""The section ``dataset`` of params.yaml of a source of image files."""

File = TypeVar("File")
"""Identifies the file of a picture; its text is the path."""


class ImageFileSource(Source[Settings], ABC):
    """A `ganforge.datasets.source.Source` of any number of image files."""

    @abstractmethod
    def collect(self, raw: Path, workspace: Path, settings: Settings) -> Collection:
        """The files, with what is known about them.

        Args:
            raw: the folder of the remote files.
            workspace: an empty folder for unpacked archives; it is removed after all files are read.
            settings: section `dataset` of params.yaml.
        """

    def prepare(self, raw: Path, folder: Path, settings: Settings, progress: Progress) -> Meta:
        """Decodes, frames, splits and writes; see `ganforge.datasets.source.Source`."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacked.", dir=folder) as workspace:
            collection = self.collect(raw, Path(workspace), settings)
            intake = Intake(folder, collection, settings)
            outcomes = self.outcomes(collection, settings)
            for done, (item, outcome) in enumerate(zip(collection.items, outcomes), start=1):
                intake.add(item, outcome, self.column_of(item))
                progress(done, len(collection.items))
            return intake.finish(self.origin)

    def column_of(self, item: Item) -> str:  # noqa: ARG002
        """The column for the picture of an item."""
        return SIGNAL

    def outcomes(self, collection: Collection, settings: Settings) -> Iterator[Outcome]:
        """The picture of each item, or the reason why it has none."""
        return decode_files([item.path for item in collection.items], Framing.of(settings))


def decode_files(paths: Sequence[str], framing: Framing) -> Iterator[Outcome]:
    """The pictures of files; see `decode_each`."""
    return decode_each(paths, framing, decode_file)


def decode_each(
    files: Sequence[File], framing: Framing, decode_one: Callable[[File, Framing], Outcome]
) -> Iterator[Outcome]:
    """The pictures of files, in order, decoded by several processes with few in memory.

    Args:
        files: paths, or other objects that identify a file.
        framing: how to frame the pictures.
        decode_one: decodes one file, in any process.

    Raises:
        UserError: a decoding process was killed.
    """
    chunk_size = NATIVE_CHUNK if framing.side is None else max(1, min(CHUNK, CHUNK_BYTES // (3 * framing.side**2)))
    if len(files) <= chunk_size:
        yield from _decode_chunk(files, framing, decode_one)
        return
    processes = processors()
    start = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(start)
    context.set_forkserver_preload([__name__])  # shared imports are done once
    done = 0
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
    try:
        chunks = (files[first : first + chunk_size] for first in range(0, len(files), chunk_size))
        waiting: deque[Future[list[Outcome]]] = deque(
            pool.submit(_decode_chunk, chunk, framing, decode_one) for chunk in islice(chunks, AHEAD * processes)
        )
        while waiting:
            outcomes = waiting.popleft().result()
            waiting.extend(pool.submit(_decode_chunk, chunk, framing, decode_one) for chunk in islice(chunks, 1))
            done += len(outcomes)
            yield from outcomes
    except BrokenProcessPool:
        last = files[min(done + (1 + AHEAD * processes) * chunk_size, len(files)) - 1]
        raise UserError(
            f"a process that decodes images was killed at one of the files from {files[done]} to {last}, probably for "
            "lack of memory: remove that file, lower dataset.max_megapixels in params.yaml, or provide more memory."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Starts a decoding process, which ends when its parent ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _decode_chunk(
    files: Sequence[File], framing: Framing, decode_one: Callable[[File, Framing], Outcome]
) -> list[Outcome]:
    return [decode_one(file, framing) for file in files]


def decode_file(path: str, framing: Framing) -> Outcome:
    """The framed picture of a file, or the reason why it has none."""
    content = read_content(path, framing)
    return content if isinstance(content, Refusal) else decode(content, framing)


def read_content(path: str, framing: Framing) -> bytes | Refusal:
    """The content of a file, or the reason why it is not read."""
    try:
        with open(path, "rb", buffering=0, opener=open_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Refusal("broken", "it is a device or a pipe, not a file")
            if status.st_size > MOST_BYTES_PER_PIXEL * framing.max_pixels:
                return Refusal("huge", f"it has {status.st_size} bytes")
            content: bytes = file.readall()
            return content
    except (OSError, ValueError) as error:  # ValueError: a zero byte in its name
        return Refusal("broken", getattr(error, "strerror", None) or str(error))

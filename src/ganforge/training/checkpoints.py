"""Checkpoints on disk: each is written to a temporary file, synced and renamed; the newest complete one counts."""

from __future__ import annotations

import hashlib
import io
import time
import warnings
from contextlib import suppress
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch

from ganforge.files import write_durably

MOST_SHARE = 0.02  # largest share of the time for writing them
MOST_FILES = 2  # the newest, and the previous one in case the newest is damaged


class Checkpoints:
    """A folder of files named after their step and the digest of their bytes.

    Args:
        folder: folder of the files; made when it is needed.
        seconds: least time between two; longer if writing one takes long.
    """

    def __init__(self, folder: Path, seconds: float = 10.0) -> None:
        self.folder, self.seconds = folder, seconds
        self._saved_at = time.monotonic()
        self._cost = 0.0

    def due(self) -> bool:
        """Whether another checkpoint is due."""
        return time.monotonic() - self._saved_at >= max(self.seconds, self._cost / MOST_SHARE)

    def save(self, step: int, state: dict[str, Any]) -> Path:
        """Writes ``state`` (tensors, numbers, strings, lists and dictionaries of them) and removes the oldest."""
        began = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        torch.save(state, buffer)
        content = buffer.getbuffer()
        for unfinished in self.folder.glob(".step-*.tmp"):  # left by a process that was killed while writing
            unfinished.unlink(missing_ok=True)
        path = self.folder / f"step-{step:09d}-{_digest(content)}.pt"
        write_durably(path, content)
        for old in self._newest_first()[MOST_FILES:]:
            old.unlink(missing_ok=True)
        self._saved_at = time.monotonic()
        self._cost = self._saved_at - began
        return path

    def load(self) -> dict[str, Any] | None:
        """The newest complete checkpoint on the CPU, or None; damaged ones are removed with a warning."""
        for path in self._newest_first():
            content = path.read_bytes()
            if _digest(content) == path.stem.rsplit("-", 1)[1]:
                with suppress(UnpicklingError):
                    state: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
                    return state
            warnings.warn(f"{path} was damaged and is removed; training resumes from an earlier one", stacklevel=2)
            path.unlink(missing_ok=True)
        return None

    def _newest_first(self) -> list[Path]:
        return sorted(self.folder.glob("step-*-*.pt"), reverse=True)


def _digest(content: bytes | memoryview) -> str:
    return hashlib.sha256(content).hexdigest()[:16]

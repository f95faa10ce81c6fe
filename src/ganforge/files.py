"""Where files lie, and files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path


def repository_root() -> Path:
    """The root of the main checkout, also inside the temporary copy of a queued experiment."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd()).resolve()


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Puts ``content`` at ``path`` such that, whenever power fails, either the old file or the new one is there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
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

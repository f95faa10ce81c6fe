"""Checks data/import for links that DVC does not follow, and files that it cannot read."""

from __future__ import annotations

import os
from pathlib import Path

from ganforge.errors import UserError
from ganforge.layout import IMPORT


def linked_folders() -> list[Path]:
    """Links in data/import to folders, which DVC does not follow.

    Raises:
        UserError: DVC cannot read a file: a broken link, a pipe, or a name that is not UTF-8.
    """
    links = []
    for place, folders, files in os.walk(IMPORT):
        for name in (*folders, *files):
            path = Path(place, name)
            if not _is_utf8(name):
                raise UserError(f"{os.fsencode(path)!r} is not named in UTF-8, and DVC cannot read it: rename it.")
            if not path.is_symlink():
                if name in files and not path.is_file():
                    raise UserError(f"{path} is a pipe or a device, on which DVC would wait forever: remove it.")
                continue
            if not path.exists():
                raise UserError(f"{path} is a link to {path.readlink()}, which does not exist: remove or repair it.")
            if path.is_dir():
                links.append(path)
    return links


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

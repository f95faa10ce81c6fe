"""Links in data/import: what DVC does not see through, and what it stumbles over."""

from __future__ import annotations

import os
from pathlib import Path

from ganforge.errors import UserError
from ganforge.layout import IMPORT


def linked_folders() -> list[Path]:
    """Links in data/import that lead to folders, into which DVC does not look.

    Raises:
        UserError: it holds what DVC stumbles over: a link that leads nowhere, a pipe, a name that is no UTF-8.
    """
    links = []
    for place, folders, files in os.walk(IMPORT):
        for name in (*folders, *files):
            path = Path(place, name)
            if not _is_utf8(name):
                raise UserError(f"{os.fsencode(path)!r} has a name that is no UTF-8, which DVC cannot read: rename it.")
            if not path.is_symlink():
                if name in files and not path.is_file():
                    raise UserError(f"{path} is a pipe or a device, for which DVC would wait for ever: remove it.")
                continue
            if not path.exists():
                raise UserError(f"{path} is a link to {path.readlink()}, which does not exist: remove or mend it.")
            if path.is_dir():
                links.append(path)
    return links


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

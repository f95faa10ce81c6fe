"""Applications that are not there yet, each in a few lines: what has to be written to add it, and nothing else.

A toy is a text with lines that begin with ``# new: PATH`` (a file of the project), ``# append: PATH`` (lines at the end
of one), ``# with: TOY`` (another toy that it needs), and ``# settings: {...}``, sections of params.yaml.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent
TOYS = sorted(path.stem for path in FOLDER.glob("*.toy"))
LONGEST = 40  # lines of a toy


def install(name: str, root: Path) -> dict[str, Any]:
    """Writes a toy into a copy of the project; returns the sections of params.yaml that it asks for."""
    sections: dict[str, Any] = {}
    target = None
    for line in (FOLDER / f"{name}.toy").read_text().splitlines():
        order = re.match(r"# (new|append|with|settings): (.*)", line)
        if order is None:
            with (root / target).open("a") as file:
                file.write(f"{line}\n")
        elif order[1] == "with":
            sections |= install(order[2], root)
        elif order[1] == "settings":
            sections |= YAML(typ="safe", pure=True).load(order[2])
        else:
            target = order[2]
            assert (root / target).exists() == (order[1] == "append"), line
    return sections

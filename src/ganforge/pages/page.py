"""What every page is made of: headings with pictures under them, all in one file that opens anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Picture:
    """A PNG on a page.

    Attributes:
        caption: what it shows, for a beginner.
        content: the file.
    """

    caption: str
    content: bytes

    @property
    def source(self) -> str:
        """The picture itself, as an address."""
        return f"data:image/png;base64,{base64.b64encode(self.content).decode('ascii')}"


@dataclass(frozen=True)
class Section:
    """A heading, and pictures under it.

    Attributes:
        heading: above them.
        pictures: one below the other, or in columns.
        text: between both, for a beginner.
        column: the least width of a column, as CSS has it; empty for one column.
    """

    heading: str
    pictures: Sequence[Picture]
    text: str = ""
    column: str = ""


def pictures(files: Iterable[tuple[str, Path]]) -> list[Picture]:
    """Those of captioned files that exist."""
    return [Picture(caption, path.read_bytes()) for caption, path in files if path.exists()]


def render(template: str, **values: Any) -> str:
    """A page of ``templates/``, in which every name that it uses has a value."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page: str = environment.get_template(template).render(**values)
    return page + "\n"

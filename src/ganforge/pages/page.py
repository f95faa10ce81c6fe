"""What every page is made of: headings with pictures under them, all in one file that opens anywhere."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.signals.players import read_players

LARGE = 250_000  # bytes of a PNG
QUALITY = 85
WEBP_SIDE = 16_383  # pixels, at most
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
        return _address(*_lighter(self.content))


@dataclass(frozen=True)
class Players:
    """Sounds on a page, in a table.

    Attributes:
        heads: what the columns hold.
        rows: the title and the MP3 files of each row; None where there is none.
    """

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[bytes | None]]]

    @property
    def sources(self) -> list[tuple[str, list[str | None]]]:
        """The title of each row, and its sounds themselves as addresses."""
        return [
            (title, [None if each is None else _address("audio/mpeg", each) for each in row])
            for title, row in self.rows
        ]


def _lighter(content: bytes) -> tuple[str, bytes]:
    """The type and content of a picture for a page: a large PNG becomes a WebP; the PNG lies beside the page."""
    if len(content) <= LARGE:
        return "image/png", content
    from PIL import Image

    lighter = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        if max(picture.size) > WEBP_SIDE:
            return "image/png", content
        picture.convert("RGB").save(lighter, "WEBP", quality=QUALITY)
    return "image/webp", lighter.getvalue()


def _address(mime: str, content: bytes) -> str:
    """A file itself, as an address."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


@dataclass(frozen=True)
class Section:
    """A heading, and pictures under it.

    Attributes:
        heading: above them.
        pictures: one below the other, or in columns.
        text: between both, for a beginner.
        column: the least width of a column, as CSS has it; empty for one column.
        players: sounds under the pictures.
    """

    heading: str
    pictures: Sequence[Picture]
    text: str = ""
    column: str = ""
    players: Players | None = None


def pictures(files: Iterable[tuple[str, Path]]) -> list[Picture]:
    """Those of captioned files that exist."""
    return [Picture(caption, path.read_bytes()) for caption, path in files if path.exists()]


def players(folder: Path) -> Players | None:
    """Those of a folder that `ganforge.signals.players.write_players` wrote; None: there are none."""
    read = read_players(folder)
    return None if read is None else Players(*read)


def render(template: str, **values: Any) -> str:
    """A page of ``templates/``, in which every name that it uses has a value."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page: str = environment.get_template(template).render(**values)
    return page + "\n"

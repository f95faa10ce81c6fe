"""The parts of every page: headings with pictures under them, in one file that opens anywhere."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganforge.signals.players import read_players

SHOWN_WIDTH = 930  # pixels that a small picture is enlarged to
LARGE = 250_000  # bytes of a PNG
QUALITY = 85
WEBP_SIDE = 16_383  # pixels, at most
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Picture:
    """A PNG on a page.

    Attributes:
        caption: what it shows, for a beginner.
        content: the bytes of the file.
    """

    caption: str
    content: bytes

    @property
    def source(self) -> str:
        """The picture as a data URL."""
        return _address(*_lighter(self.content))

    @property
    def factor(self) -> int:
        """How many times a small picture is enlarged."""
        return max(1, SHOWN_WIDTH // self._pixels[0])

    @property
    def size(self) -> tuple[int, int]:
        """Width and height on a page."""
        width, height = self._pixels
        return self.factor * width, self.factor * height

    @property
    def _pixels(self) -> tuple[int, int]:
        """Width and height in the file, which follow the first 16 bytes of a PNG."""
        width, height = struct.unpack(">II", self.content[16:24])
        return width, height


@dataclass(frozen=True)
class Players:
    """Sounds on a page, in a table.

    Attributes:
        heads: the heads of the columns.
        rows: the title and the MP3 files of each row; None if a cell has none.
    """

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[bytes | None]]]

    @property
    def sources(self) -> list[tuple[str, list[str | None]]]:
        """The title of each row, and its sounds as data URLs."""
        return [
            (title, [None if each is None else _address("audio/mpeg", each) for each in row])
            for title, row in self.rows
        ]


def _lighter(content: bytes) -> tuple[str, bytes]:
    """The type and content of a picture for a page. A large PNG becomes a WebP; the PNG stays next to the page."""
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
    """A file as a data URL."""
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"


@dataclass(frozen=True)
class Section:
    """A heading, and pictures under it.

    Attributes:
        heading: the heading.
        pictures: pictures below each other, or in columns.
        text: text between heading and pictures, for a beginner.
        column: least width of a column in CSS; empty for one column.
        players: sounds under the pictures.
    """

    heading: str
    pictures: Sequence[Picture]
    text: str = ""
    column: str = ""
    players: Players | None = None


def pictures(files: Iterable[tuple[str, Path]]) -> list[Picture]:
    """The pictures of captioned files, of those that exist."""
    return [Picture(caption, path.read_bytes()) for caption, path in files if path.exists()]


def players(folder: Path) -> Players | None:
    """The sounds of a folder that `ganforge.signals.players.write_players` wrote; None if there are none."""
    read = read_players(folder)
    return None if read is None else Players(*read)


def render(template: str, **values: Any) -> str:
    """Renders a page of ``templates/``; every name that it uses needs a value."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    page: str = environment.get_template(template).render(**values)
    return page + "\n"

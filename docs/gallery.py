"""The picture of the README: a tile of samples for each application, `python docs/gallery.py`.

Tiles are cut out of pictures in docs/images, each of which a run left there; the page that shows such a picture says
which. A new application is a line in `TILES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

IMAGES = Path(__file__).parent / "images"

COLUMNS = 4
TILE = (240, 190)  # pixels of a tile's picture
GAP, CAPTION = 12, 26
INK, PAPER = (36, 41, 47), (255, 255, 255)


@dataclass(frozen=True)
class Tile:
    """A part of a picture.

    Attributes:
        title: below it.
        file: in docs/images.
        box: left, top, right and bottom of the part, in pixels of the picture.
    """

    title: str
    file: str
    box: tuple[int, int, int, int]


TILES = (
    Tile("Digits", "mnist.png", (0, 0, 420, 336)),
    Tile("Your own pictures", "panel_emoji.png", (0, 0, 329, 262)),
    Tile("Photographs", "panel_horses_200.png", (0, 0, 197, 164)),
    Tile("Translation: source, sample, target", "emoji_styles.png", (0, 0, 198, 164)),
    Tile("Style transfer: source, sample, back", "emoji_unpaired.png", (0, 0, 264, 197)),
    Tile("Many styles", "many_styles.png", (0, 0, 400, 232)),
    Tile("Speech and sounds", "spoken_digits.png", (0, 0, 519, 411)),
    Tile("Music", "chorales.png", (0, 0, 579, 458)),
)


def main() -> None:
    """Writes docs/images/gallery.png."""
    width, height = TILE[0] + GAP, TILE[1] + GAP + CAPTION
    rows = -(-len(TILES) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), PAPER)
    for place, tile in enumerate(TILES):
        left, top = GAP + place % COLUMNS * width, GAP + place // COLUMNS * height
        sheet.paste(picture(tile), (left, top))
        middle = (left + TILE[0] // 2, top + TILE[1] + CAPTION // 2)
        ImageDraw.Draw(sheet).text(middle, tile.title, INK, ImageFont.load_default(13), anchor="mm")
    sheet.quantize(256, dither=Image.Dither.NONE).save(IMAGES / "gallery.png", optimize=True)


def picture(tile: Tile) -> Image.Image:
    """A tile's part of its picture, cut to the shape of a tile and scaled."""
    part = Image.open(IMAGES / tile.file).convert("RGB").crop(tile.box)
    scale = max(TILE[0] / part.width, TILE[1] / part.height)
    size = (round(part.width * scale), round(part.height * scale))
    smooth = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.LANCZOS
    return part.resize(size, smooth).crop((0, 0, *TILE))


if __name__ == "__main__":
    main()

"""Writes emoji in three styles, as a user would put them into data/import, for docs/how_to/style_transfer.md.

    python -m benchmarks.styles data/import

Sources are every other emoji of Noto. The others, in Twemoji's drawings, are divided among three styles: unchanged, as
pencil lines, and in yellow on dark blue. So no source has a partner. The sheets come from a mirror of the public
emoji-data repository (``GANFORGE_MIRROR``).
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

from benchmarks.panel_sets import emoji
from benchmarks.results import ROOT

WHITE = (255, 255, 255, 255)


def pencil(picture: Image.Image) -> Image.Image:
    """The outlines of a picture, dark on white."""
    lines = ImageOps.invert(picture.convert("L")).filter(ImageFilter.FIND_EDGES)
    return ImageOps.invert(ImageOps.autocontrast(lines)).convert("RGB")


def night(picture: Image.Image) -> Image.Image:
    """Dark parts in yellow, the light ground in blue."""
    return ImageOps.colorize(ImageOps.invert(picture.convert("L")), "#101840", "#ffd860")


STYLES: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "twemoji": lambda picture: picture,
    "pencil": pencil,
    "night": night,
}


def write_styles(mirror: Path, folder: Path) -> None:
    """Writes ``source`` and ``target``, with a folder for each of `STYLES` in the latter."""
    names = list(STYLES)
    for style, drawing in (("google", "source"), ("twitter", "target")):
        for number, (_, picture) in enumerate(emoji(mirror, style)):
            if (number % 2 == 0) != (drawing == "source"):
                continue
            assert isinstance(picture, Image.Image)
            flat = Image.alpha_composite(Image.new("RGBA", picture.size, WHITE), picture).convert("RGB")
            name = names[number // 2 % len(names)]
            place = folder / "source" if drawing == "source" else folder / "target" / name
            place.mkdir(parents=True, exist_ok=True)
            (flat if drawing == "source" else STYLES[name](flat)).save(place / f"{number:04d}.png")


def main() -> None:
    """Writes the emoji into the given folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="where to write, such as data/import of a project")
    options = parser.parse_args()
    write_styles(Path(os.environ.get("GANFORGE_MIRROR", ROOT.parent / "shared/data")), options.folder)


if __name__ == "__main__":
    main()

"""Emoji in the styles of two companies, in pairs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageColor

from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.decoding import Note, Picture, Refusal, digest_of, digest_of_pixels, open_image
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.intake import Intake, split_of
from ganforge.datasets.settings import ImageFileSettings
from ganforge.datasets.source import Progress, Source
from ganforge.errors import UserError
from ganforge.prepared import columns
from ganforge.prepared.meta import Meta

if TYPE_CHECKING:
    from ganforge.datasets.settings import EmojiSettings

ADDRESS = "https://raw.githubusercontent.com/iamcal/emoji-data/v16.0.0/{}"
TABLE = "emoji.json"
SHEETS = {"google": "sheet_google_64.png", "twitter": "sheet_twitter_64.png"}
MD5 = {
    "emoji.json": "7e30bda40874fcf27782e58a438784ea",
    "sheet_google_64.png": "4bdab20d8e4906f1d4bb55a8116125a5",
    "sheet_twitter_64.png": "6105a9b006349fafe684fd8de9c6878a",
}
SIDE, PITCH, BORDER = 64, 66, 1  # pixels: of a cell, between the starts of two cells, around a cell
LEFT_OUT = {"Flags", "Component"}  # categories: flags look alike in both styles, components are not emoji

PERSON, CHILD = "1F9D1", "1F9D2"
UNSAID = {"200D", "FE0F", "2640", "2642", *(f"1F3F{digit}" for digit in "BCDEF")}  # joiners, genders, skin tones
RIGHT = "27A1"  # an arrow that marks a person facing right
SAME = {
    "1F468": PERSON,  # man
    "1F469": PERSON,  # woman
    "1F466": CHILD,  # boy
    "1F467": CHILD,  # girl
    "1F474": "1F9D3",  # old man
    "1F475": "1F9D3",  # old woman
    "1F934": "1FAC5",  # prince
    "1F478": "1FAC5",  # princess
    "1F930": "1FAC4",  # pregnant woman
    "1FAC3": "1FAC4",  # pregnant man
    "1F57A": "1F483",  # man dancing
    "1F936": "1F385",  # Mrs. Claus
}
SAME_BASE = {
    (PERSON, "1F384"): ("1F385",),  # Mx. Claus
    ("1F46B",): (PERSON, "1F91D", PERSON),  # two people holding hands
    ("1F46C",): (PERSON, "1F91D", PERSON),
    ("1F46D",): (PERSON, "1F91D", PERSON),
    ("1F491",): (PERSON, "2764", PERSON),  # couple with heart
    ("1F48F",): (PERSON, "2764", "1F48B", PERSON),  # kiss
}
FAMILY = ("1F46A",)


@dataclass(frozen=True)
class Cell:
    """An emoji on the sheets.

    Attributes:
        name: its code points in hexadecimal.
        base: the same for emoji that differ only in skin tone and gender; see `base_of`.
        title: its name.
        category: its category.
        place: column and row on the sheets.
        styles: the styles that contain it.
    """

    name: str
    base: str
    title: str
    category: str
    place: tuple[int, int]
    styles: frozenset[str]


class Emoji(Source["EmojiSettings"]):
    """Noto's and Twemoji's drawings of the same emoji, paired if ``dataset.source`` is the other style."""

    origin = "emoji-data 16.0.0 by Cal Henderson (MIT): Noto Emoji (Apache 2.0), Twemoji (CC BY 4.0)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """Both sheets, and the table of their cells."""
        return [RemoteFile(name, (ADDRESS.format(name),), md5) for name, md5 in MD5.items()]

    def prepare(self, raw: Path, folder: Path, settings: EmojiSettings, progress: Progress) -> Meta:
        """Cuts out the cells and splits them by their bases; see `ganforge.datasets.source.Source`."""
        folder.mkdir(parents=True, exist_ok=True)
        cells = read_cells(raw / TABLE)
        styles = (settings.style, settings.source) if settings.source in SHEETS else (settings.style,)
        sheets = [read_sheet(raw / SHEETS[style], settings.background) for style in styles]
        drawn = [cell for cell in cells if cell.styles >= SHEETS.keys()]
        refused = _variations(drawn, settings) | _repeated(drawn, sheets, settings)
        withheld = _partners_learnt(drawn, sheets, settings) if settings.partners == "withheld" else {}
        items = [Item(cell.name, TABLE, cell.category, caption=cell.title) for cell in cells]
        collection = Collection("emoji", items, (), "the classes are the categories")
        intake = Intake(folder, collection, _intake_settings(settings))
        for done, (cell, item) in enumerate(zip(cells, items), start=1):
            if cell.styles >= SHEETS.keys():
                refusal = refused.get(cell.name)
            else:
                refusal = Refusal("alone", f"only drawn by {', '.join(sorted(cell.styles)) or 'neither'}")
            if refusal is None and settings.partners == "withheld" and _split_of(cell, settings) == "train":
                gives_source = shown_as_source(cell.base)
                sheet = sheets[1] if gives_source else sheets[0]
                refusal = withheld.get(cell.name)
                column = columns.SOURCE if gives_source else columns.SIGNAL
                intake.add(item, refusal or _picture(cell, [sheet], settings), column)
            else:
                intake.add(item, refusal or _picture(cell, sheets, settings))
            progress(done, len(cells))
        return intake.finish(self.origin)


def base_of(unified: str) -> str:
    """The code points that emoji share if they differ only in skin tone and gender.

    Skin tones, gender signs, joiners, presentation selectors and the arrow of a person facing right are dropped. Man
    and woman become person, boy and girl become child, and likewise old people, royalty, pregnant people, dancers,
    Santa and Mrs. Claus; couples become the couple without genders, and all families become one. Emoji without people
    keep their code points: a red and a blue heart, or a clock at one and at two, have different bases.

    Args:
        unified: code points in hexadecimal with ``-`` between, as in ``1F468-1F3FB-200D-1F33E``.
    """
    said = [SAME.get(code, code) for code in unified.upper().split("-") if code not in UNSAID]
    codes = tuple(code for code in said if code != RIGHT) or tuple(said)
    if len(codes) > 1 and set(codes) <= {PERSON, CHILD}:
        codes = FAMILY
    return "-".join(SAME_BASE.get(codes, codes)) or unified


def read_cells(path: Path) -> list[Cell]:
    """All emoji of the table with their skin variations, without flags and components.

    Raises:
        UserError: the table is damaged.
    """
    try:
        return [cell for emoji in json.loads(path.read_text(encoding="utf-8")) for cell in _cells_of(emoji)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error!r}): run `dvc repro -f fetch` to download it again.") from error


def _cells_of(emoji: dict[str, Any]) -> Iterator[Cell]:
    """An emoji and its skin variations."""
    if emoji["category"] in LEFT_OUT:
        return
    base, title = base_of(emoji["unified"]), emoji["name"] or emoji["short_name"]
    for drawn in (emoji, *emoji.get("skin_variations", {}).values()):
        styles = frozenset(style for style in SHEETS if drawn[f"has_img_{style}"])
        place = drawn["sheet_x"], drawn["sheet_y"]
        yield Cell(drawn["unified"], base, title.lower(), emoji["category"], place, styles)


def read_sheet(path: Path, background: str) -> Image.Image:
    """A sheet on a background (#rrggbb), in mode RGB.

    Raises:
        UserError: it is damaged.
    """
    try:
        with path.open("rb") as file, open_image(file) as image:
            canvas = Image.new("RGBA", image.size, (*ImageColor.getrgb(background)[:3], 255))
            canvas.alpha_composite(image.convert("RGBA"))
    except (OSError, ValueError, SyntaxError) as error:
        raise UserError(f"{path} is damaged ({error}): run `dvc repro -f fetch` to download it again.") from error
    return canvas.convert("RGB")


def cut(sheet: Image.Image, cell: Cell, side: int | None) -> np.ndarray:
    """A cell of a sheet, resized by Lanczos if a side is given; uint8 (3, side, side)."""
    left, top = (number * PITCH + BORDER for number in cell.place)
    image = sheet.crop((left, top, left + SIDE, top + SIDE))
    if side not in (None, SIDE):
        image = image.resize((side, side), Image.Resampling.LANCZOS)
    return np.ascontiguousarray(np.asarray(image).transpose(2, 0, 1))


def _picture(cell: Cell, sheets: Sequence[Image.Image], settings: EmojiSettings) -> Picture:
    """The picture of an emoji for `Intake`: the first sheet is the style, the second the source."""
    pixels, *sources = (cut(sheet, cell, settings.side) for sheet in sheets)
    source = sources[0] if sources else None
    notes: tuple[Note, ...] = ("enlarged",) if settings.side is not None and settings.side > SIDE else ()
    return Picture(
        pixels, (SIDE, SIDE), "PNG", digest_of(cell.base.encode()), digest_of_pixels(pixels, source), notes, source
    )


def shown_as_source(base: str) -> bool:
    """Whether a training emoji is shown as a source if partners are withheld: about half of them, by base."""
    return digest_of(f"half of {base}".encode())[0] % 2 == 0


def _split_of(cell: Cell, settings: EmojiSettings) -> str | None:
    """The split of an emoji, by its base."""
    return split_of(None, digest_of(cell.base.encode()), settings.test_share, settings.held_out)


def _partners_learnt(
    cells: Sequence[Cell], sheets: Sequence[Image.Image], settings: EmojiSettings
) -> dict[str, Refusal]:
    """Training sources, by name, whose withheld drawing equals another training drawing."""
    learnt = [cell for cell in cells if _split_of(cell, settings) == "train"]
    digests = {cell.name: digest_of(cut(sheets[0], cell, settings.side).data) for cell in learnt}
    drawings = {digests[cell.name]: cell.name for cell in learnt if not shown_as_source(cell.base)}
    return {
        cell.name: Refusal("duplicate", f"its withheld drawing has the same pixels as {drawings[digests[cell.name]]}")
        for cell in learnt
        if shown_as_source(cell.base) and digests[cell.name] in drawings
    }


def _variations(cells: Sequence[Cell], settings: EmojiSettings) -> dict[str, Refusal]:
    """Held-out emoji, by name, whose base another held-out emoji has: retrieval scores need distinct emoji."""
    first: dict[str, Cell] = {}
    refusals: dict[str, Refusal] = {}
    for cell in sorted(cells, key=lambda cell: cell.name.count("-")):
        if first.setdefault(cell.base, cell) is not cell and _split_of(cell, settings) == "test":
            reason = f"it differs from {first[cell.base].name}, which is held out, only in skin tone or gender"
            refusals[cell.name] = Refusal("variation", reason)
    return refusals


def _repeated(cells: Sequence[Cell], sheets: Sequence[Image.Image], settings: EmojiSettings) -> dict[str, Refusal]:
    """Held-out emoji, by name, one of whose drawings equals that of a training emoji, and which."""
    split = {cell.name: _split_of(cell, settings) for cell in cells}
    refusals: dict[str, Refusal] = {}
    for sheet, called in zip(sheets, ("drawing", "source")):
        digests = {cell.name: digest_of(cut(sheet, cell, settings.side).data) for cell in cells}
        learnt = {digests[cell.name]: cell.name for cell in cells if split[cell.name] == "train"}
        for cell in cells:
            if split[cell.name] == "test" and digests[cell.name] in learnt:
                reason = f"its {called} has the same pixels as that of {learnt[digests[cell.name]]}, a training emoji"
                refusals.setdefault(cell.name, Refusal("duplicate", reason))
    return refusals


def _intake_settings(settings: EmojiSettings) -> ImageFileSettings:
    """The settings for `Intake`: pictures are already framed, and any number may be left out."""
    return ImageFileSettings(
        name=settings.name,
        held_out=settings.held_out,
        labels=settings.labels,
        resolution=settings.resolution,
        crop="none",
        channels=3,
        background=settings.background,
        mirror=False,
        test_share=settings.test_share,
        min_side=1,
        max_megapixels=1.0,
        max_broken=1.0,
    )


SOURCE = Emoji()

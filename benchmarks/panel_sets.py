"""The sets of `benchmarks.panel`, written as folders of pictures; they differ in as many ways as possible.

Each function fills a folder as a user would fill data/import: a folder per class, or pictures without folders. Pictures
come from a mirror of the public sources (``GANFORGE_MIRROR``), or are made here.
"""

from __future__ import annotations

import colorsys
import gzip
import io
import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

Picture = tuple[str, Image.Image | bytes]  # its class, empty if there is none; and pixels, or the original JPEG or PNG

EMOJI_CELL = 66  # pixels of the sheets, with a border of one around each emoji
SPRITE = 64
MATERIALS = ("buildings", "mattn", "nature", "material", "base", "ctp1", "streets", "trak")
TEXTURES = "0textures.pk3"  # a zip file of the game
MATERIAL_SIDE = 128  # least pixels of its shorter side
OTHER_MAPS = ("_nm", "_sm", "_gm")  # ends of the names of files that hold normals, shine and glow
WALKING = {"left": 117, "front": 130, "right": 143}  # the first of nine frames, counted over the whole sheet
SPRITE_COLUMNS = 13


def digits(_: Path) -> Iterator[Picture]:
    """1,797 grey digits of 8x8 pixels, which come with scikit-learn."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    for pixels, label in zip(bunch.images, bunch.target, strict=True):
        yield str(label), Image.fromarray((pixels * 255 / 16).round().astype(np.uint8))


def mnist(mirror: Path) -> Iterator[Picture]:
    """70,000 grey digits of 28x28."""
    for part in ("train", "t10k"):
        pixels = gzip.decompress((mirror / "mnist" / f"{part}-images-idx3-ubyte.gz").read_bytes())[16:]
        labels = gzip.decompress((mirror / "mnist" / f"{part}-labels-idx1-ubyte.gz").read_bytes())[8:]
        for image, label in zip(np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28), labels, strict=True):
            yield str(label), Image.fromarray(image)


def shapes(_: Path, count: int = 600, side: int = 48) -> Iterator[Picture]:
    """Squares, discs and stripes, one saturated flat colour on another: few pictures, without texture."""
    random = np.random.default_rng(0)
    for number in range(count):
        kind = ("squares", "discs", "stripes")[number % 3]
        hues = random.random() + np.array([0, random.uniform(0.2, 0.8)])
        ground, ink = [
            tuple(round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1, 1, random.uniform(0.6, 1))) for hue in hues
        ]
        picture = Image.new("RGB", (side, side), ground)
        draw = ImageDraw.Draw(picture)
        half = random.uniform(0.15, 0.35) * side
        x, y = random.uniform(half, side - half, 2)
        if kind == "squares":
            draw.rectangle((x - half, y - half, x + half, y + half), fill=ink)
        elif kind == "discs":
            draw.ellipse((x - half, y - half, x + half, y + half), fill=ink)
        else:
            width = random.integers(3, 9)
            start, upright = random.integers(0, 2 * width), random.random() < 0.5
            for near in range(int(start), side, 2 * int(width)):
                far = near + int(width) - 1
                draw.rectangle((near, 0, far, side) if upright else (0, near, side, far), fill=ink)
        yield kind, picture


def emoji(mirror: Path, style: str = "google") -> Iterator[Picture]:
    """1,911 emoji of Noto, or of Twemoji, by category: flat colours on a transparent ground, 85 to 386 of a class."""
    yield from _emoji(mirror, style, lambda emoji: str(emoji["category"]))


def heap(mirror: Path) -> Iterator[Picture]:
    """All emoji of Twemoji except flags, without classes."""
    for emoji, picture in _emoji(mirror, "twitter", lambda emoji: str(emoji["category"])):
        if emoji != "Flags":
            yield "", picture


def _emoji(mirror: Path, style: str, kind: Callable[[dict[str, object]], str]) -> Iterator[Picture]:
    described = json.loads((mirror / "emoji" / "emoji.json").read_text(encoding="utf-8"))
    sheet = Image.open(mirror / "emoji" / f"sheet_{style}_64.png").convert("RGBA")
    frequent = {name for name, count in Counter(map(kind, described)).items() if count >= 50}
    for emoji in described:
        if kind(emoji) in frequent and emoji[f"has_img_{style}"]:
            left, top = emoji["sheet_x"] * EMOJI_CELL + 1, emoji["sheet_y"] * EMOJI_CELL + 1
            yield kind(emoji), sheet.crop((left, top, left + EMOJI_CELL - 2, top + EMOJI_CELL - 2))


def sprites(mirror: Path, count: int = 3000) -> Iterator[Picture]:
    """Different characters of a game, who walk to the left, to the right and towards the viewer."""
    layers: dict[str, list[Image.Image]] = {}
    with zipfile.ZipFile(mirror / "sprites" / "Sprites-3ce4048c.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".png"):
                kind = name.split("/")[-2]
                layers.setdefault(kind, []).append(Image.open(io.BytesIO(archive.read(name))).convert("RGBA"))
    order = ("body", "bottomwear", "topwear", "hair")
    sizes = [len(layers[kind]) for kind in order]
    random = np.random.default_rng(0)
    for number, character in enumerate(random.choice(int(np.prod(sizes)), count, replace=False)):
        direction = list(WALKING)[number % len(WALKING)]
        cell = WALKING[direction] + int(random.integers(9))
        left, top = SPRITE * (cell % SPRITE_COLUMNS), SPRITE * (cell // SPRITE_COLUMNS)
        box = (left, top, left + SPRITE, top + SPRITE)
        picture = Image.new("RGBA", (SPRITE, SPRITE))
        for kind, index in zip(order, np.unravel_index(character, sizes), strict=True):
            picture.alpha_composite(layers[kind][index].crop(box))
        picture.alpha_composite(layers["shoes"][1].crop(box))
        yield direction, picture


def cifar10(mirror: Path, *, most: dict[str, int] | None = None) -> Iterator[Picture]:
    """60,000 photographs of ten kinds of things, 32x32, as JPEGs; or some of some classes."""
    left = Counter(most) if most is not None else None
    with tarfile.open(mirror / "cifar10_jpeg" / "CIFAR-10-images-d7d05618.tar.xz") as archive:
        for member in archive:
            if not member.name.endswith(".jpg"):
                continue
            kind = member.name.split("/")[-2]
            if left is not None:
                if not left[kind]:
                    continue
                left[kind] -= 1
            file = archive.extractfile(member)
            assert file is not None
            yield kind, file.read()


def photographs(mirror: Path) -> Iterator[Picture]:
    """3,000 photographs of ten kinds of things."""
    return cifar10(mirror, most=dict.fromkeys(CIFAR_CLASSES, 300))


def unbalanced(mirror: Path) -> Iterator[Picture]:
    """Photographs of ten kinds of things, from 2,000 of the first down to 60 of the last."""
    counts = np.geomspace(2000, 60, len(CIFAR_CLASSES)).round().astype(int)
    return cifar10(mirror, most=dict(zip(CIFAR_CLASSES, counts.tolist(), strict=True)))


def horses_200(mirror: Path) -> Iterator[Picture]:
    """200 photographs of horses, without classes."""
    return (("", picture) for _, picture in cifar10(mirror, most={"horse": 200}))


def horses_2000(mirror: Path) -> Iterator[Picture]:
    """2,000 photographs of horses, without classes."""
    return (("", picture) for _, picture in cifar10(mirror, most={"horse": 2000}))


def materials(mirror: Path) -> Iterator[Picture]:
    """1,012 photographs of walls, floors, rocks, grass and doors, of 128 pixels or more, in eight folders.

    They are textures of the game UFO: Alien Invasion: ``apt install ufoai-textures``, or its files in
    ``mirror/usr/share/games/ufoai/base``.
    """
    base = "usr/share/games/ufoai/base"
    packed = [path for path in (mirror / base, Path("/") / base) if (path / TEXTURES).exists()]
    if not packed:
        raise SystemExit(f"materials: no {base}/{TEXTURES} in {mirror} or /: install Debian's package ufoai-textures")
    with zipfile.ZipFile(packed[0] / TEXTURES) as archive:
        for name in sorted(archive.namelist(), key=lambda name: Path(name).parts):
            path = Path(name)
            kind = path.parts[1].removeprefix("tex_") if len(path.parts) > 2 else ""
            if kind not in MATERIALS or path.suffix not in (".jpg", ".png") or path.stem.endswith(OTHER_MAPS):
                continue
            packed_picture = archive.read(name)
            with Image.open(io.BytesIO(packed_picture)) as picture:
                shorter, longer = sorted(picture.size)
            if shorter >= MATERIAL_SIDE and longer <= 2 * shorter:
                yield kind, packed_picture


CIFAR_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
SETS: dict[str, Callable[[Path], Iterator[Picture]]] = {
    "digits": digits,
    "mnist": mnist,
    "shapes": shapes,
    "emoji": emoji,
    "heap": heap,
    "sprites": sprites,
    "photographs": photographs,
    "unbalanced": unbalanced,
    "horses_200": horses_200,
    "horses_2000": horses_2000,
    "cifar10": cifar10,
    "materials": materials,
}
ON_REQUEST = ("materials",)  # measured only when named: an hour of training, and a package of 340 MB


def write_set(name: str, mirror: Path, folder: Path) -> None:
    """Writes the pictures of a set into a new folder."""
    numbers: Counter[str] = Counter()
    for kind, picture in SETS[name](mirror):
        place = folder / kind.replace("/", " ") if kind else folder
        place.mkdir(parents=True, exist_ok=True)
        stem = place / f"{numbers[kind]:05d}"
        numbers[kind] += 1
        if isinstance(picture, bytes):
            stem.with_suffix(".png" if picture.startswith(b"\x89PNG") else ".jpg").write_bytes(picture)
        else:
            picture.save(stem.with_suffix(".png"))

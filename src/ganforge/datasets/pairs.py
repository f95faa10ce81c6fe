"""Your own pairs of source and target in data/import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ganforge.datasets.collection import Collection, read_files
from ganforge.datasets.decoding import (
    ON_ITS_SIDE,
    Framing,
    Picture,
    Refusal,
    RefusedError,
    digest_of,
    digest_of_pixels,
    enlarged,
    framed_pixels,
    open_opaque,
    refusing,
)
from ganforge.datasets.image_files import ImageFileSource, Outcome, decode_each, decode_file, read_content
from ganforge.datasets.pairing import LEFT_RIGHT, RIGHT_LEFT, by_pairs, find_layout
from ganforge.datasets.suffixes import IMAGES
from ganforge.errors import UserError
from ganforge.layout import IMPORT

if TYPE_CHECKING:
    from ganforge.datasets.settings import PairsSettings

SAME_ASPECT = 1.01  # largest ratio of the aspect ratios of a pair


@dataclass(frozen=True)
class PairCollection(Collection):
    """Pairs and their layout; see `ganforge.datasets.pairing.by_pairs`."""

    layout: str


@dataclass(frozen=True)
class PairFiles:
    """Paths of a source and a target; None: the file is missing."""

    source: str | None
    target: str | None

    def __str__(self) -> str:
        return self.target or self.source or "nothing"


class Pairs(ImageFileSource["PairsSettings"]):
    """Pairs in two folders, side by side in one file, or listed in a table; see docs/how_to/own_images.md."""

    origin = "your own pairs"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where they are."""
        return {"README.txt": f"Your own pairs are read from {IMPORT} as they are.\n".encode()}

    def collect(self, raw: Path, workspace: Path, settings: PairsSettings) -> PairCollection:  # noqa: ARG002
        """The pairs in data/import; archives are unpacked into ``workspace``.

        Raises:
            UserError: there are no images, or their layout is not ``dataset.layout``.
        """
        files = read_files(IMPORT, workspace) if IMPORT.is_dir() else {}
        layout = find_layout(files) if settings.layout == "auto" else settings.layout
        found = by_pairs(files, layout)
        if not found.items:
            raise UserError(
                f"{IMPORT} contains no pairs; put images ({', '.join(IMAGES)}) there: in folders source and target, "
                "side by side in one file, or listed in a CSV file with the columns source,target."
            )
        return PairCollection(found.title, found.items, found.others, found.labels_from, layout)

    def outcomes(self, collection: Collection, settings: PairsSettings) -> Iterator[Outcome]:
        """The pair of each item, or the reason why it has none."""
        assert isinstance(collection, PairCollection)
        framing = Framing.of(settings)
        if collection.layout in {LEFT_RIGHT, RIGHT_LEFT}:
            decode_one = partial(decode_halves, source_first=collection.layout == LEFT_RIGHT)
            return decode_each([item.path for item in collection.items], framing, decode_one)
        pairs = [PairFiles(item.source, item.path or None) for item in collection.items]
        return decode_each(pairs, framing, decode_pair)


def decode_pair(files: PairFiles, framing: Framing) -> Outcome:
    """The target with its source, framed in the same way."""
    if files.source is None or files.target is None:
        return Refusal("alone", f"it has no {'source' if files.source is None else 'target'}")
    target, source = decode_file(files.target, framing), decode_file(files.source, framing)
    if isinstance(target, Refusal):
        return target
    if isinstance(source, Refusal):
        return replace(source, reason=f"its source {files.source}: {source.reason}")
    sizes = " and ".join(f"{width}x{height}" for width, height in (target.size, source.size))
    one, other = sorted(width / height for width, height in (target.size, source.size))
    if other > SAME_ASPECT * one:
        return Refusal("mismatched", f"it and its source have {sizes} pixels, different aspect ratios")
    if target.pixels.shape[1:] != source.pixels.shape[1:]:
        return Refusal("mismatched", f"it and its source have {sizes} pixels; dataset.resolution makes them equal")
    notes = tuple(dict.fromkeys((*target.notes, *source.notes)))
    digest = digest_of_pixels(target.pixels, source.pixels)
    return replace(target, pixel_digest=digest, notes=notes, source=source.pixels)


def decode_halves(path: str, framing: Framing, *, source_first: bool) -> Outcome:
    """The two halves of a file, each framed; ``source_first``: the left one is the source."""
    content = read_content(path, framing)
    if isinstance(content, Refusal):
        return content
    return refusing(partial(_halves, source_first=source_first), content, framing)


def _halves(content: bytes, framing: Framing, *, source_first: bool) -> Picture:
    opened = open_opaque(content, replace(framing, side=None))
    image, notes = opened.image, opened.notes
    if opened.rotation is not None:
        image, notes = image.transpose(opened.rotation), (*notes, "rotated")
    width, height = opened.size[::-1] if opened.rotation in ON_ITS_SIDE else opened.size
    if width % 2:
        raise RefusedError("mismatched", f"its width of {width} pixels is odd, so it has no equal halves")
    half = width // 2
    if half < framing.min_side:
        raise RefusedError("tiny", f"its halves are {half}x{height} pixels, but dataset.min_side is {framing.min_side}")
    left, right = (framed_pixels(image.crop((x, 0, x + half, height)), framing) for x in (0, half))
    source, target = (left, right) if source_first else (right, left)
    notes = (*notes, *enlarged((half, height), framing))
    return Picture(
        target, (half, height), opened.format, digest_of(content), digest_of_pixels(target, source), notes, source
    )


SOURCE = Pairs()

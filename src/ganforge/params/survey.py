"""A short survey of the files in data/import, for the settings that `ganforge.params.proposal` proposes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganforge.params.files import Files, Kind, counted, some_of, unpacked

if TYPE_CHECKING:
    from PIL.Image import Image

    from ganforge.datasets.collection import Collection, Item

LOOKED_AT = 500  # files whose headers are read
LONG = 2.0  # length over width from which on a square in the middle shows less than half of a picture
OPAQUE, QUICK_TO_DECODE = 255, 4_000_000  # of alpha; pixels of a file whose border is looked at
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # modes of Pillow


@dataclass(frozen=True, kw_only=True)
class Survey(Files):
    """A short survey of the images in data/import.

    Attributes:
        sizes: width and height of some files; of all, if these are alike.
        coloured: whether some files are stored in colour.
        cut_out: whether half of these files have a transparent border.
        crop: dataset.crop, if params.yaml already trains on these files.
    """

    sizes: Sequence[tuple[int, int]]
    coloured: bool
    cut_out: bool = False
    crop: str | None = None

    @property
    def framing(self) -> str:
        """Value of dataset.crop: what it is already, else bars if most pictures are long or bars do not show."""
        if self.crop is not None:
            return self.crop
        if self.cut_out:
            return "pad"
        lengths = sorted(max(size) / max(1, min(size)) for size in self.sizes)
        return "pad" if lengths and lengths[len(lengths) // 2] >= LONG else "centre"


@dataclass(frozen=True)
class Header:
    """What a file says of its image: width and height, Pillow's mode, and whether its border is transparent."""

    size: tuple[int, int]
    mode: str
    cut_out: bool


def survey(processors: int, device: str, present: Mapping[str, Any] | None = None) -> Survey:
    """Reads the headers of some files in data/import.

    Args:
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.

    Raises:
        UserError: it holds no images, or too few to train on and to score.
    """
    from ganforge.datasets.decoding import digest_of
    from ganforge.datasets.folder import read_import

    present = present or {}
    with unpacked(read_import) as collection:
        headers, looked_at, unusable = _headers(collection)
        return Survey(
            sizes=[header.size for header in headers],
            coloured=any(header.mode not in GREY for header in headers),
            cut_out=2 * sum(header.cut_out for header in headers) > len(headers),
            crop=present.get("crop"),
            **counted(
                collection,
                processors,
                device,
                present,
                Kind("images", digest_of),
                looked_at=looked_at,
                unusable=unusable,
            ),
        )


def _headers(collection: Collection) -> tuple[list[Header], int, int]:
    """Headers of some files, spread evenly; if these have one size, also the first header with another size.

    Returns:
        The headers, the number of these files, and of those that have no header.
    """
    some = some_of(collection.items, LOOKED_AT)
    headers = [header for item in some if (header := _header(item, borders=True)) is not None]
    counts = len(some), len(some) - len(headers)
    if len(some) < len(collection.items) and len({header.size for header in headers}) == 1:
        for item in collection.items:
            header = _header(item)
            if header is not None and header.size != headers[0].size:
                return [*headers, header], *counts
    return headers, *counts


def _header(item: Item, *, borders: bool = False) -> Header | None:
    """The header of a file, and its border if wanted; None: it has none."""
    from ganforge.datasets.decoding import open_image

    try:
        if not os.path.isfile(item.path):  # noqa: PTH113
            return None
        with open(item.path, "rb") as file, open_image(file) as image:  # noqa: PTH123
            return Header(image.size, image.mode, cut_out=borders and _is_cut_out(image))
    except Exception:  # a damaged header can raise anything; `preprocess` reports it
        return None


def _is_cut_out(image: Image) -> bool:
    """Whether more than half of the pixels at the border are transparent."""
    import numpy as np

    if not image.has_transparency_data or image.width * image.height > QUICK_TO_DECODE:
        return False
    alpha = np.asarray(image.convert("RGBA"))[..., 3]
    border = np.concatenate([alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1]])
    return bool((border < OPAQUE / 2).mean() > 1 / 2)

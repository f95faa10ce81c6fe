"""A short survey of the files in data/import, for the settings that `ganforge.params.proposal` proposes."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.params.rules import half_of_classes, share_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from ganforge.datasets.collection import Collection, Item

LOOKED_AT = 500  # files whose headers are read
FEWEST_TO_LEARN, FEWEST_HELD_OUT = 16, 6  # files; scores need more than evaluation.neighbours held out
FEW_TO_COUNT = 200  # files that are read to count how many of them are held out
LONG = 2.0  # length over width from which on a square in the middle shows less than half of a picture
OPAQUE, QUICK_TO_DECODE = 255, 4_000_000  # of alpha; pixels of a file whose border is looked at
GREY = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "I;16N", "F")  # modes of Pillow


@dataclass(frozen=True)
class Survey:
    """A short survey of the files in data/import.

    Attributes:
        count: files that may be images; without test files, if folders or a table name them.
        test_files: test files, if folders or a table name them.
        sizes: width and height of some files; of all, if these are alike.
        class_counts: files of each class, of those that are counted; empty if there are no classes.
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        coloured: whether some files are stored in colour.
        cut_out: whether half of these files have a transparent border.
        crop, labels: keys of dataset, if params.yaml already trains on these files.
        held_out: dataset.held_out.
    """

    count: int
    test_files: int | None
    sizes: Sequence[tuple[int, int]]
    class_counts: Mapping[str, int]
    processors: int
    device: str
    coloured: bool
    cut_out: bool = False
    crop: str | None = None
    labels: str | None = None
    held_out: str = "test"

    @property
    def named(self) -> bool:
        """Whether folders or a table name the files to score with."""
        return self.test_files is not None and self.held_out == "test"

    @property
    def machine(self) -> str:
        """The kind of machine: cpu or gpu."""
        return "cpu" if self.device == "cpu" else "gpu"

    @property
    def half(self) -> int:
        """Files that half of the classes have at least; 0 without classes."""
        return half_of_classes(self.class_counts)

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
    from ganforge.datasets.folder import read_import
    from ganforge.files import repository_root

    unpacked = repository_root() / ".ganforge"
    unpacked.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="survey.", dir=unpacked) as workspace:
        collection = read_import(Path(workspace))
        learnt = [item for item in collection.items if item.split != "test"]
        test_files = len(collection.items) - len(learnt) if any(item.split for item in collection.items) else None
        headers = _headers(collection)
        seen = Survey(
            len(learnt),
            test_files,
            [header.size for header in headers],
            Counter(item.label for item in learnt if item.label is not None),
            processors,
            device,
            any(header.mode not in GREY for header in headers),
            2 * sum(header.cut_out for header in headers) > len(headers),
            **{key: present[key] for key in ("crop", "labels", "held_out") if present and key in present},
        )
        _check_number(seen, learnt)
        return seen


def _check_number(seen: Survey, items: Sequence[Item]) -> None:
    """Checks that there are enough files.

    Raises:
        UserError: there are too few.
    """
    if not seen.named and seen.count > FEW_TO_COUNT:
        return
    counts = (seen.count, seen.test_files or 0) if seen.named else _split(seen, items)
    cure = "add more" + (", or put all into one folder, so that a part is held out" if seen.named else "")
    if counts[0] < FEWEST_TO_LEARN or counts[1] < FEWEST_HELD_OUT:
        raise UserError(
            f"{IMPORT} contains {seen.count + (seen.test_files or 0)} images, {counts[0]} of them to learn from and "
            f"{counts[1]} to hold out for the scores; at least {FEWEST_TO_LEARN} and {FEWEST_HELD_OUT} are needed: "
            f"{cure}."
        )


def _split(seen: Survey, items: Sequence[Item]) -> tuple[int, int]:
    """How many files `preprocess` will use for training and for scores, by the digests of their contents."""
    from ganforge.datasets.decoding import digest_of
    from ganforge.datasets.intake import split_of

    share, _ = share_of(seen.count)
    splits: Counter[str | None] = Counter()
    for item in items:
        with suppress(OSError):  # `preprocess` reports it
            if os.path.isfile(item.path):  # noqa: PTH113
                content = Path(item.path).read_bytes()
                splits[split_of(item.split, digest_of(content), share, seen.held_out)] += 1
    return splits["train"], splits["test"]


def _headers(collection: Collection) -> list[Header]:
    """Headers of some files, spread evenly; if these have one size, also the first header with another size."""
    step = max(1, -(-len(collection.items) // LOOKED_AT))
    headers = [header for item in collection.items[::step] if (header := _header(item, borders=True)) is not None]
    if step > 1 and len({header.size for header in headers}) == 1:
        for item in collection.items:
            header = _header(item)
            if header is not None and header.size != headers[0].size:
                return [*headers, header]
    return headers


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

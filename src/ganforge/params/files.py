"""What the proposals for images, sounds and music have in common: a look at the files in data/import."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganforge.errors import UserError
from ganforge.files import repository_root
from ganforge.layout import IMPORT
from ganforge.params.rules import TO_SCORE, half_of_classes, share_of

if TYPE_CHECKING:
    from ganforge.datasets.collection import Collection, Item

FEWEST = (16, 6)  # items to learn from and to hold out; scores need more than evaluation.neighbours
FEW_TO_COUNT = 200  # files that are read to count how many of them are held out


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files in data/import, and the machine.

    Attributes:
        count: files that may be used; without test files, if folders or a table name them.
        test_files: test files, if folders or a table name them.
        class_counts: files of each class, of those that are counted; empty if there are no classes.
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        looked_at: files that were read to know them, in full or their headers only.
        unusable: how many of these cannot be used, as far as it shows; more may be silent or too small.
        labels: dataset.labels, if params.yaml already trains on these files.
        held_out: dataset.held_out.
    """

    count: int
    test_files: int | None
    class_counts: Mapping[str, int]
    processors: int
    device: str
    looked_at: int
    unusable: int
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

    def warning(self, max_broken: float) -> str:
        """A warning if `preprocess` may stop for dataset.max_broken; empty if few files cannot be used."""
        if self.unusable <= max_broken * self.looked_at:
            return ""
        return (
            f"warning: {self.unusable} of {self.looked_at} files that were looked at cannot be used. Remove them, or "
            f"raise dataset.max_broken: `make repro` stops if their share among all files is more than {max_broken}."
        )

    @property
    def half(self) -> int:
        """Files that half of the classes have at least; 0 without classes."""
        return half_of_classes(self.class_counts)


def some_of(items: Sequence[Item], most: int) -> Sequence[Item]:
    """At most so many of the items, spread evenly."""
    return items[:: max(1, -(-len(items) // most))]


@contextmanager
def unpacked(read: Callable[[Path], Collection]) -> Iterator[Collection]:
    """The collection in data/import; what ``read`` unpacks from archives is removed at the end."""
    place = repository_root() / ".ganforge"
    place.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="survey.", dir=place) as workspace:
        yield read(Path(workspace))


@dataclass(frozen=True)
class Kind:
    """What the files of a survey hold.

    Attributes:
        plural: plural name.
        digest: the digest of a file's content by which `preprocess` holds it out.
        to_score: files that should be held out, see `ganforge.params.rules.share_of`.
        windows: the number of items that `preprocess` makes of a file; None: one of each.
    """

    plural: str
    digest: Callable[[bytes], bytes]
    to_score: int = TO_SCORE
    windows: Callable[[Item], int] | None = None


def counted(
    collection: Collection,
    processors: int,
    device: str,
    present: Mapping[str, Any],
    kind: Kind,
    *,
    looked_at: int,
    unusable: int,
) -> dict[str, Any]:
    """The attributes of `Files`.

    Args:
        collection: the collection in data/import.
        processors: number of processors of this machine.
        device: cpu, cuda or mps.
        present: section dataset of params.yaml, if it already trains on these files.
        kind: what the files hold.
        looked_at: files that were read to know them.
        unusable: how many of these cannot be used, as far as it shows.

    Raises:
        UserError: there are too few to train on and to score.
    """
    learnt = [item for item in collection.items if item.split != "test"]
    files = Files(
        count=len(learnt),
        test_files=len(collection.items) - len(learnt) if any(item.split for item in collection.items) else None,
        class_counts=Counter(item.label for item in learnt if item.label is not None),
        processors=processors,
        device=device,
        looked_at=looked_at,
        unusable=unusable,
        **{key: present[key] for key in ("labels", "held_out") if key in present},
    )
    _check_number(files, collection.items, kind)
    return vars(files)


def _check_number(seen: Files, items: Sequence[Item], kind: Kind) -> None:
    """Checks that there are enough items.

    Raises:
        UserError: there are too few.
    """
    if seen.named and kind.windows is None:
        counts = seen.count, seen.test_files or 0
    elif len(items) > FEW_TO_COUNT:
        return
    else:
        counts = _split(seen, items, kind)
    if all(count >= fewest for count, fewest in zip(counts, FEWEST)):
        return
    parts = (
        f"{counts[0]} of them to learn from and {counts[1]} to hold out"
        if kind.windows is None
        else f"which give {counts[0]} excerpts to learn from and {counts[1]} to hold out"
    )
    found = f"{len(items)} {kind.plural if len(items) > 1 else kind.plural.removesuffix('s')}"
    cure = "add more" + (", or put all into one folder, so that a part is held out" if seen.named else "")
    raise UserError(
        f"{IMPORT} contains {found}, {parts} for the scores; at least {FEWEST[0]} and {FEWEST[1]} are needed: {cure}."
    )


def _split(seen: Files, items: Sequence[Item], kind: Kind) -> tuple[int, int]:
    """How many items `preprocess` will use for training and for scores, by the digests of the files."""
    from ganforge.datasets.intake import split_of

    share, _ = share_of(seen.count, kind.to_score)
    splits: Counter[str | None] = Counter()
    for item in items:
        with suppress(OSError):  # `preprocess` reports it
            if os.path.isfile(item.path):  # noqa: PTH113
                content = Path(item.path).read_bytes()
                split = split_of(item.split, kind.digest(content), share, seen.held_out)
                splits[split] += 1 if kind.windows is None else kind.windows(item)
    return splits["train"], splits["test"]

"""Facts about the files of the prepared data: how many were found, used and left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ITEMS = "items.csv"  # the file of each row of the arrays, and what is known about it
LEFT_OUT = "left_out.csv"  # which files were left out, and why
INTAKE = "intake.json"

BLANK_NOTE: Literal["blank"] = "blank"
NOTES = {  # what was done to files, in words
    "animated": "only the first frame was used",
    BLANK_NOTE: "they show a single colour",
    "dark": "of 16 bits, but no value above 4,095, so they are nearly black: rescale them to 0 to 65,535",
    "deep": "reduced from 16 to 8 bits",
    "enlarged": "they have fewer pixels than dataset.resolution",
    "rotated": "turned as their EXIF tag says",
    "transparent": "placed on dataset.background",
    "clipped": "recorded too loud: several consecutive samples are at full scale",
    "cut": "they are longer than the window; dataset.placement selects the part that was used",
    "mixed": "several channels were mixed into one",
    "resampled": "their rate differs from dataset.rate",
    "percussion": "drums were left out",
    "shared": "they have fewer parts than dataset.voices; the voices share the notes",
    "parts": "they have more parts than dataset.voices; some were left out",
}

SHOWN = 3  # names in a sentence
OTHER = "other"  # files that are not images by their names or contents

FEW_IMAGES = 20_000  # with fewer, a discriminator memorises them
FEW_OF_A_CLASS = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was left out."""

    name: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """intake.json: what was found, used and left out.

    Attributes:
        title: name of the collection.
        candidates: files that may be images.
        taken: files that are in the arrays.
        set_aside: files of the official test split left unused, because scores use held-out training images.
        others: files that are not images by their suffix.
        left_out: files of each kind that were left out; `examples` names the first few.
        notes: files by what was done to them.
        formats: files of each format.
        sizes: width, height and number of the pictures of each size, the most frequent first.
        labels_from: where the classes come from, or why there are none.
        unread: other files that are pictures of formats that are not read.
    """

    title: str
    candidates: int
    taken: int
    set_aside: int
    others: int
    left_out: dict[str, int]
    examples: dict[str, list[str]]
    notes: dict[str, int]
    formats: dict[str, int]
    sizes: list[tuple[int, int, int]]
    labels_from: str
    unread: int = 0

    def summary(self) -> str:
        """One line for a terminal."""
        phrases = [f"{self.title}: {self.taken:,} of {self.candidates:,} files used"]
        phrases += [f"{count:,} {kind} ({self._named(kind, count)})" for kind, count in self.left_out.items()]
        phrases += [f"{count:,} {note}" for note, count in self.notes.items()]
        if self.others:
            phrases.append(f"{self.others:,} other files ignored ({self._named(OTHER, self.others)})")
        return "; ".join([*phrases, self.labels_from])

    def _named(self, kind: str, count: int) -> str:
        """The first few names of a kind."""
        return ", ".join(self.examples[kind]) + (", ..." if count > len(self.examples[kind]) else "")


def read_facts(folder: Path) -> Facts | None:
    """The facts of a folder of prepared data; None: the data were not made from files."""
    path = folder / INTAKE
    return Facts(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

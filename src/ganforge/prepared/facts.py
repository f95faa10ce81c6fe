"""The files that data were prepared from: how many were found, used and left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

ITEMS = "items.csv"  # which file each row of the arrays is, and what is known of it
LEFT_OUT = "left_out.csv"  # which files were not taken, and why
INTAKE = "intake.json"

NOTES = {  # what was done to files, for a person
    "animated": "the first picture was taken",
    "deep": "16 bits became 8",
    "enlarged": "they have fewer pixels than are asked for",
    "rotated": "turned as their EXIF tag says",
    "transparent": "laid on dataset.background",
    "clipped": "recorded too loud: several samples one after the other are at full scale",
    "cut": "they are longer than the window; dataset.placement says which part was taken",
    "mixed": "several channels became one",
    "resampled": "they have another rate than dataset.rate",
    "percussion": "what was played on drums was left out",
    "shared": "they have fewer parts than dataset.voices, which share the notes",
    "parts": "they have more parts than dataset.voices, of which some were left out",
}

SHOWN = 3  # names in a sentence
OTHER = "other"  # files that do not even look like images

FEW_IMAGES = 20_000  # below which a discriminator comes to know them by heart
FEW_OF_A_CLASS = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that was not taken."""

    name: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Facts:
    """intake.json: what was found, used and left out.

    Attributes:
        title: what its owner calls the collection.
        candidates: files that may be images.
        taken: those that are in the arrays.
        set_aside: of the official test split, where samples are scored against a part of the training images.
        others: files that are no images by their suffix.
        left_out: files of each kind that were not taken, the first few of which `examples` names.
        notes: files of each kind to which something was done.
        formats: files of each format.
        sizes: width, height and number of the pictures of each size, the most frequent first.
        labels_from: where the classes come from, or why there are none.
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

    def summary(self) -> str:
        """One line for a terminal."""
        phrases = [f"{self.title}: {self.taken:,} of {self.candidates:,} files taken"]
        phrases += [f"{count:,} {kind} ({self._named(kind, count)})" for kind, count in self.left_out.items()]
        phrases += [f"{count:,} {note}" for note, count in self.notes.items()]
        if self.others:
            phrases.append(f"{self.others:,} other files passed over ({self._named(OTHER, self.others)})")
        return "; ".join([*phrases, self.labels_from])

    def _named(self, kind: str, count: int) -> str:
        """The first few names of a kind."""
        return ", ".join(self.examples[kind]) + (", ..." if count > len(self.examples[kind]) else "")


def read_facts(folder: Path) -> Facts | None:
    """Those of a folder of prepared data; None: they were not made from image files."""
    path = folder / INTAKE
    return Facts(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None

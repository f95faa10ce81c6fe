"""Chorales by J. S. Bach in four voices, in steps of a sixteenth note."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.datasets.pieces import Piece, write_pieces
from ganforge.datasets.source import Progress, Source
from ganforge.errors import UserError
from ganforge.prepared.meta import Meta
from ganforge.signals.midi import PITCHES, REST

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import ChoralesSettings

COMMIT = "9a7f733ddb4ed91f48da64ac7f0f621c34aadd4d"
ADDRESS = f"https://raw.githubusercontent.com/czhuang/JSB-Chorales-dataset/{COMMIT}/{{}}"
FILE = "Jsb16thSeparated.json"
MD5 = "23a2736fa53a40f09bc0c4c825b381c8"
VOICES = 4
PARTS = ("train", "valid", "test")
SPLIT_BY = {"test": (("train", "valid"), ("test",)), "validation": (("train",), ("valid",))}  # by dataset.held_out


class Chorales(Source["ChoralesSettings"]):
    """382 chorales, split as in Boulanger-Lewandowski 2012; held and repeated notes are not distinguished."""

    origin = "JSB Chorales (J. S. Bach, public domain; C.-Z. A. Huang's edition in four separate voices)"

    def remote_files(self) -> Sequence[RemoteFile]:
        """One table of all pieces."""
        return [RemoteFile(FILE, (ADDRESS.format(FILE),), MD5)]

    def prepare(
        self,
        raw: Path,
        folder: Path,
        settings: ChoralesSettings,
        progress: Progress,  # noqa: ARG002
    ) -> Meta:
        """Cuts the pieces into windows; see `ganforge.datasets.source.Source`.

        Training uses the parts ``train`` and ``valid``; ``test`` is held out. If ``dataset.held_out`` is validation,
        training uses ``train``, ``valid`` is held out, and ``test`` is not used.
        """
        parts = read_chorales(raw / FILE)
        learnt, held_out = ([piece for name in names for piece in parts[name]] for names in SPLIT_BY[settings.held_out])
        meta, _ = write_pieces(folder, {"train": learnt, "test": held_out}, settings, self.origin, ())
        return meta


def read_chorales(path: Path) -> dict[str, list[Piece]]:
    """The pieces of each part.

    Raises:
        UserError: the file is damaged.
    """
    try:
        parts = json.loads(path.read_text(encoding="utf-8"))
        return {part: [_piece(f"{part} {i}", steps) for i, steps in enumerate(parts[part])] for part in PARTS}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is damaged ({error}): run `dvc repro -f fetch` to download it again.") from error


def _piece(name: str, steps: list[list[int]]) -> Piece:
    """A piece of steps that have a number for each voice, the highest voice first."""
    numbers = np.array(steps, dtype=np.int16).T
    if numbers.ndim != 2 or len(numbers) != VOICES or not REST <= numbers.min() <= numbers.max() < PITCHES:
        raise ValueError(f"{name} is not in {VOICES} voices of MIDI numbers")
    return Piece(name, numbers)


SOURCE = Chorales()

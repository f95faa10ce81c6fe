"""Your own music: the MIDI files in data/import."""

from __future__ import annotations

import os
import stat
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.datasets.collection import Collection, Item, by_folders, open_at_once, read_files
from ganforge.datasets.decoding import Refusal, digest_of
from ganforge.datasets.intake import split_of
from ganforge.datasets.pieces import Piece, Window, write_pieces
from ganforge.datasets.source import Progress, Source
from ganforge.datasets.suffixes import MUSIC, recipe_hint
from ganforge.errors import UserError
from ganforge.files import repository_root, write_json, write_table
from ganforge.layout import IMPORT
from ganforge.prepared.facts import INTAKE, ITEMS, LEFT_OUT, OTHER, SHOWN, Facts, LeftOut
from ganforge.prepared.meta import SPLITS, Meta
from ganforge.signals.midi import MOST_STEPS, REST, read_midi, voices_of, without_empty_bars

if TYPE_CHECKING:
    from ganforge.datasets.music_settings import MidiSettings

BEGINNING = b"MThd"
MOST_BYTES = 10_000_000  # of a file
QUARTERS_PER_BAR = 4
CURES = {  # of files that cannot be used, by the kind of the reason
    "wide": "raise dataset.widest, which allows more pitches",
    "short": "remove pieces shorter than a bar",
}


@dataclass(frozen=True)
class Taken:
    """A piece read from a file.

    Attributes:
        piece: the piece.
        digest: digest of the content of the file.
        form: form of the file.
        notes: what was done to it.
    """

    piece: Piece
    digest: bytes
    form: str
    notes: tuple[str, ...]


class Midi(Source["MidiSettings"]):
    """MIDI files in folders or archives, with folders as classes; see docs/how_to/music.md."""

    origin = "your own music"

    def bundled_files(self) -> dict[str, bytes]:
        """A note on where they are."""
        return {"README.txt": f"Your own music is read from {IMPORT} as it is.\n".encode()}

    def prepare(self, raw: Path, folder: Path, settings: MidiSettings, progress: Progress) -> Meta:  # noqa: ARG002
        """Reads, splits by piece and writes windows; see `ganforge.datasets.source.Source`."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacked.", dir=folder) as workspace:
            collection = read_import(Path(workspace))
            intake = MusicIntake(collection, settings)
            for done, item in enumerate(collection.items, start=1):
                intake.add(item, read_piece(item, settings))
                progress(done, len(collection.items))
        return intake.finish(folder, self.origin)


def may_be_midi(name: str, path: str) -> bool:
    """Whether a file has the suffix of a MIDI file or begins like one."""
    if name.lower().endswith(MUSIC):
        return True
    content = read_content(path, len(BEGINNING))
    return content == BEGINNING


def read_import(workspace: Path) -> Collection:
    """The music in data/import; archives are unpacked into ``workspace``.

    Raises:
        UserError: there is no music.
    """
    files = read_files(IMPORT, workspace) if IMPORT.is_dir() else {}
    collection = by_folders(IMPORT.name, files, may_be_midi, "pieces")
    if collection.items:
        return collection
    if collection.others:
        raise UserError(
            f"{IMPORT} contains {len(collection.others)} files, such as {collection.others[0]}, but no music; allowed "
            f"are {', '.join(MUSIC)}.{recipe_hint(collection.others) or ' Export them as MIDI.'}"
        )
    if IMPORT.resolve() != repository_root() / IMPORT:
        raise UserError(
            f"{IMPORT} contains no music in the copy of the project that this experiment uses: copies contain only "
            f"files that git or DVC tracks, so run `dvc add {IMPORT}/NAME` in the project itself first."
        )
    raise UserError(
        f"{IMPORT} contains no music: put a folder, zip or tar of MIDI files there; folders in it become classes."
    )


def read_content(path: str, most: int) -> bytes | Refusal:
    """The first bytes of a file, or the reason why it is not read."""
    try:
        with open(path, "rb", opener=open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return Refusal("broken", "it is a device or a pipe, not a file")
            return file.read(most)
    except (OSError, ValueError) as error:
        return Refusal("broken", getattr(error, "strerror", None) or str(error))


def read_piece(item: Item, settings: MidiSettings) -> Taken | Refusal:
    """The piece of a file, or the reason why it has none."""
    content = read_content(item.path, MOST_BYTES + 1)
    if isinstance(content, Refusal):
        return content
    if len(content) > MOST_BYTES:
        return Refusal("huge", f"it has more than {MOST_BYTES} bytes")
    try:
        score = read_midi(content)
    except UserError as error:
        return Refusal("broken", str(error).rstrip("."))
    if not score.parts:
        return Refusal("empty", "it has only percussion" if score.drums else "it has no notes")
    bar = QUARTERS_PER_BAR * settings.steps_per_quarter
    if max(note.end for part in score.parts for note in part) * settings.steps_per_quarter > MOST_STEPS:
        return Refusal("long", f"it has more than {MOST_STEPS} steps")
    numbers = without_empty_bars(voices_of(score, settings.voices, settings.steps_per_quarter), bar)
    sounding = np.flatnonzero((numbers != REST).any(0))
    length = sounding[-1] + 1 - sounding[0]
    if length < bar:
        return Refusal("short", f"it has {length} steps, less than a bar of {bar}")
    notes = numbers[numbers != REST]
    if np.ptp(notes) > settings.widest:
        reason = f"its notes span {np.ptp(notes)} semitones, but dataset.widest is {settings.widest}"
        return Refusal("wide", reason)
    fewer = len(score.parts) < settings.voices
    done = {"percussion": score.drums, "shared": fewer, "parts": len(score.parts) > settings.voices}
    kept = tuple(note for note, present in done.items() if present)
    return Taken(Piece(item.name, numbers, item.label), digest_of(content), f"MIDI {score.type}", kept)


class MusicIntake:
    """Takes pieces one by one, sorts them into splits, and records which were used and left out.

    Args:
        collection: the collection of the pieces.
        settings: section `dataset` of params.yaml.
    """

    def __init__(self, collection: Collection, settings: MidiSettings) -> None:
        self._collection, self._settings = collection, settings
        self._pieces: dict[str, list[Piece]] = {split: [] for split in SPLITS}
        self._seen: dict[bytes, Piece] = {}  # by the digest of the notes
        self._left_out: list[LeftOut] = []
        self._forms, self._notes = Counter[str](), Counter[str]()
        self._broken = self._set_aside = 0

    def add(self, item: Item, outcome: Taken | Refusal) -> None:
        """Takes a piece, or notes why it is missing.

        Raises:
            UserError: too many files cannot be used.
        """
        if isinstance(outcome, Refusal):
            self._leave_out(item.name, outcome.kind, outcome.reason)
            self._broken += 1
            if self._broken > self._settings.max_broken * len(self._collection.items):
                raise self._too_many_broken()
            return
        split = split_of(item.split, outcome.digest, self._settings.test_share, self._settings.held_out)
        if split is None:
            self._set_aside += 1
            return
        piece = outcome.piece
        first = self._seen.setdefault(digest_of(piece.numbers.tobytes()), piece)
        if first is not piece:
            contradicts = self._settings.labelled and first.label != piece.label
            whose = f", whose class is {first.label}" if contradicts else ""
            kind = "contradictory" if contradicts else "duplicate"
            self._leave_out(piece.name, kind, f"the same notes as {first.name}{whose}")
            return
        self._pieces[split].append(piece)
        self._forms[outcome.form] += 1
        self._notes.update(outcome.notes)

    def finish(self, folder: Path, origin: str) -> Meta:
        """Writes arrays, tables and meta.json, and returns the contents of meta.json.

        Raises:
            UserError: a split is empty.
        """
        classes = self._classes()
        for piece in self._pieces["test"] if classes else ():
            if piece.label not in classes:
                self._leave_out(piece.name, "alone", f"the training data have no piece of its class {piece.label}")
        held_out = [piece for piece in self._pieces["test"] if not classes or piece.label in classes]
        self._pieces["test"] = held_out
        for split, purpose in (("train", "for training"), ("test", "to hold out")):
            if not self._pieces[split]:
                raise UserError(
                    f"{self._collection.title} contains {len(self._collection.items)} files that may be music, but "
                    f"none is left {purpose}: add more pieces, or change dataset.test_share in params.yaml."
                )
        origin = f"{self._collection.title}, {origin}"
        meta, windows = write_pieces(folder, self._pieces, self._settings, origin, classes)
        self._write_tables(folder, windows)
        return meta

    def _classes(self) -> list[str]:
        """Names of the labels; empty if all training pieces have the same one."""
        names = {piece.label for piece in self._pieces["train"] if piece.label is not None}
        return sorted(names) if self._settings.labelled and len(names) > 1 else []

    def _write_tables(self, folder: Path, windows: dict[str, list[Window]]) -> None:
        """items.csv, left_out.csv and intake.json."""
        rows = (
            (split, row, window.piece.name, window.piece.label, window.start, window.shift)
            for split in SPLITS
            for row, window in enumerate(windows[split])
        )
        write_table(folder / ITEMS, ("split", "row", "path", "label", "first_step", "transposed"), rows)
        others = (LeftOut(name, OTHER, "its name is not that of a MIDI file") for name in self._collection.others)
        table = ((each.name, each.kind, each.reason) for each in (*self._left_out, *others))
        write_table(folder / LEFT_OUT, ("name", "kind", "reason"), table)
        write_json(folder / INTAKE, asdict(self._facts()))

    def _facts(self) -> Facts:
        examples = {OTHER: list(self._collection.others[:SHOWN])} if self._collection.others else {}
        for left_out in self._left_out:
            named = examples.setdefault(left_out.kind, [])
            if len(named) < SHOWN:
                named.append(left_out.name)
        return Facts(
            title=self._collection.title,
            candidates=len(self._collection.items),
            taken=sum(map(len, self._pieces.values())),
            set_aside=self._set_aside,
            others=len(self._collection.others),
            left_out=dict(Counter(left_out.kind for left_out in self._left_out)),
            examples=examples,
            notes=dict(self._notes),
            formats=dict(self._forms),
            sizes=[],
            labels_from=self._collection.labels_from,
        )

    def _leave_out(self, name: str, kind: str, reason: str) -> None:
        self._left_out.append(LeftOut(name, kind, reason))

    def _too_many_broken(self) -> UserError:
        unusable = [left for left in self._left_out if left.kind not in ("duplicate", "contradictory")]
        shown = "; ".join(f"{left.name} ({left.reason})" for left in unusable[:SHOWN])
        kind, count = Counter(left.kind for left in unusable).most_common(1)[0]
        cure = CURES.get(kind, "remove or repair them")
        return UserError(
            f"{self._collection.title}: more than {self._settings.max_broken:.1%} of {len(self._collection.items)} "
            f"files cannot be used, such as {shown}; {count} of the {len(unusable)} found so far are {kind}: {cure}, "
            "or raise dataset.max_broken in params.yaml."
        )


SOURCE = Midi()

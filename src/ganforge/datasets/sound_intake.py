"""Sorts windows of recordings into splits, leaves out duplicates, and stores them as signals for networks."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ganforge.datasets.collection import Collection, Item
from ganforge.datasets.decoding import Refusal
from ganforge.datasets.intake import split_of
from ganforge.datasets.recordings import Hearing, Window, hear
from ganforge.datasets.source import Progress, Source
from ganforge.errors import UserError
from ganforge.files import GrowingArray, read_blocks, write_array, write_blocks, write_json, write_table
from ganforge.prepared.columns import HEARD, LABELS, SIGNAL, SOUND, SPEAKERS, Kind
from ganforge.prepared.facts import INTAKE, ITEMS, LEFT_OUT, OTHER, SHOWN, Facts, LeftOut
from ganforge.prepared.meta import SPLITS, Meta, column_file, describe
from ganforge.signals.sound import SpectrogramSignal, WaveformSignal, about_sounds, loudest_of

if TYPE_CHECKING:
    from ganforge.datasets.sound_settings import RecordedSettings, SoundSettings

AT_ONCE = 256  # sounds in a block

Settings = TypeVar("Settings", bound="RecordedSettings", contravariant=True)
"""The section ``dataset`` of params.yaml of a source of recordings."""


class RecordingSource(Source[Settings], ABC):
    """A `ganforge.datasets.source.Source` of any number of recordings."""

    classes: Sequence[str] = ()
    """Names of the labels in order; empty: the sorted labels of the items."""

    @abstractmethod
    def collect(self, raw: Path, workspace: Path, settings: Settings) -> tuple[Collection, Iterator[bytes | Refusal]]:
        """The files, and the content of each, in their order.

        Args:
            raw: the folder of the remote files.
            workspace: an empty folder for unpacked archives; it is removed after all files are read.
            settings: section `dataset` of params.yaml.
        """

    def speaker(self, item: Item) -> str | None:  # noqa: ARG002
        """The speaker of a recording, if known."""
        return None

    def prepare(self, raw: Path, folder: Path, settings: Settings, progress: Progress) -> Meta:
        """Reads, splits and writes; see `ganforge.datasets.source.Source`."""
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".unpacked.", dir=folder) as workspace:
            collection, contents = self.collect(raw, Path(workspace), settings)
            intake, hearing = SoundIntake(folder, collection, settings), Hearing.of(settings)
            for done, (item, content) in enumerate(zip(collection.items, contents), start=1):
                outcome = content if isinstance(content, Refusal) else hear(content, hearing)
                intake.add(item, outcome, self.speaker(item))
                progress(done, len(collection.items))
        return intake.finish(self.origin, self.classes)


class SoundIntake:
    """Takes windows one by one and writes them to arrays.

    Args:
        folder: folder of the arrays.
        collection: the collection of the recordings.
        settings: section `dataset` of params.yaml.
    """

    def __init__(self, folder: Path, collection: Collection, settings: RecordedSettings) -> None:
        self._folder, self._collection, self._settings = folder, collection, settings
        for split in SPLITS:
            (folder / split).mkdir(exist_ok=True)
        self._sounds = {split: GrowingArray(column_file(folder, split, SOUND), np.int16) for split in SPLITS}
        self._rows: dict[str, list[tuple[Item, str | None]]] = {split: [] for split in SPLITS}
        self._seen: dict[bytes, Item] = {}
        self._left_out: list[LeftOut] = []
        self._formats, self._notes = Counter[str](), Counter[str]()
        self._broken = self._set_aside = 0

    def add(self, item: Item, outcome: Window | Refusal, speaker: str | None = None) -> None:
        """Takes a window, or notes why it is missing.

        Raises:
            UserError: too many files are broken.
        """
        if isinstance(outcome, Refusal):
            self._left_out.append(LeftOut(item.name, outcome.kind, outcome.reason))
            self._broken += 1
            self._check_broken()
            return
        split = split_of(item.split, outcome.digest, self._settings.share_held_out, self._settings.held_out)
        if split is None:
            self._set_aside += 1
            return
        first = self._seen.setdefault(outcome.sound_digest, item)
        if first is not item:
            contradicts = self._settings.labelled and first.label != item.label
            kind = "contradictory" if contradicts else "duplicate"
            whose = f", whose class is {first.label}" if contradicts else ""
            self._left_out.append(LeftOut(item.name, kind, f"the same sound as {first.name}{whose}"))
            return
        self._sounds[split].append(outcome.sound[None])
        self._rows[split].append((item, speaker))
        self._formats[outcome.format] += 1
        self._notes.update(outcome.notes)

    def finish(self, origin: str, classes: Sequence[str] = ()) -> Meta:
        """Writes all columns, tables and meta.json, and returns the contents of meta.json.

        Raises:
            UserError: a split is empty.
        """
        for array in self._sounds.values():
            array.close()
        settings = self._settings
        if settings.labelled:
            self._leave_out_unknown({item.label for item, _ in self._rows["train"]})
        self._check_splits()
        heard = {"loudness": settings.loudness, "placement": settings.placement}
        kinds = write_signals(self._folder, settings, settings.rate, heard)
        items = {split: [item for item, _ in rows] for split, rows in self._rows.items()}
        names = list(classes) or sorted({item.label for item in items["train"] if item.label is not None})
        if settings.labelled and len(names) > 1:
            kinds[LABELS] = Kind("labels", {"names": names})
            self._write_numbers(LABELS, names, {split: [item.label for item in items[split]] for split in SPLITS})
        speakers = {split: [speaker for _, speaker in rows] for split, rows in self._rows.items()}
        people = sorted({speaker for speaker in speakers["train"] if speaker is not None})
        if people:
            kinds[SPEAKERS] = Kind("labels", {"names": people})
            self._write_numbers(SPEAKERS, people, speakers)
        self._write_tables()
        origin = f"{self._collection.title}, {origin}"
        return describe(self._folder, kinds, dataset=settings.name, origin=origin, held_out=settings.held_out)

    def _write_numbers(self, column: str, names: Sequence[str], values: Mapping[str, Sequence[str | None]]) -> None:
        """Writes a column of each split as indices into a list of names."""
        for split in SPLITS:
            numbers = [names.index(value or "") for value in values[split]]
            write_array(column_file(self._folder, split, column), np.array(numbers, dtype=np.int64))

    def _write_tables(self) -> None:
        """items.csv, left_out.csv and intake.json."""
        rows = (
            (split, index, item.name, item.label, speaker)
            for split in SPLITS
            for index, (item, speaker) in enumerate(self._rows[split])
        )
        write_table(self._folder / ITEMS, ("split", "row", "path", "label", "speaker"), rows)
        others = (LeftOut(name, OTHER, "its name is not that of a sound") for name in self._collection.others)
        table = ((each.name, each.kind, each.reason) for each in (*self._left_out, *others))
        write_table(self._folder / LEFT_OUT, ("name", "kind", "reason"), table)
        write_json(self._folder / INTAKE, asdict(self._facts()))

    def _facts(self) -> Facts:
        examples = {OTHER: list(self._collection.others[:SHOWN])} if self._collection.others else {}
        for left_out in self._left_out:
            named = examples.setdefault(left_out.kind, [])
            if len(named) < SHOWN:
                named.append(left_out.name)
        return Facts(
            title=self._collection.title,
            candidates=len(self._collection.items),
            taken=sum(map(len, self._rows.values())),
            set_aside=self._set_aside,
            others=len(self._collection.others),
            left_out=dict(Counter(left_out.kind for left_out in self._left_out)),
            examples=examples,
            notes=dict(self._notes),
            formats=dict(self._formats),
            sizes=[],
            labels_from=self._collection.labels_from,
        )

    def _check_broken(self) -> None:
        most = self._settings.share_broken
        if self._broken <= most * len(self._collection.items):
            return
        broken = [f"{left.name} ({left.reason})" for left in self._left_out if left.kind != "duplicate"]
        cure = "remove or repair them, or raise dataset.max_broken in params.yaml"
        raise UserError(
            f"{self._collection.title}: more than {most:.1%} of {len(self._collection.items)} files cannot be used, "
            f"such as {'; '.join(broken[:SHOWN])}: {cure}."
        )

    def _check_splits(self) -> None:
        for split, name in (("train", "for training"), ("test", "to hold out")):
            if not self._rows[split]:
                raise UserError(
                    f"{self._collection.title} contains {len(self._collection.items)} files that may be sounds, but "
                    f"none is left {name}: add more sounds, or change dataset.test_share in params.yaml."
                )

    def _leave_out_unknown(self, learnt: set[str | None]) -> None:
        """Leaves out held-out sounds whose class is not in the training data."""
        stays = np.array([item.label in learnt for item, _ in self._rows["test"]], dtype=bool)
        if stays.all():
            return
        path = column_file(self._folder, "test", SOUND)
        blocks = [block[stays[start : start + AT_ONCE]] for start, block in _blocks_of(path)]
        write_array(path, np.concatenate(blocks))
        reason = "the training data have no sound of its class"
        for (item, _), stay in zip(self._rows["test"], stays):
            if not stay:
                self._left_out.append(LeftOut(item.name, "alone", reason))
        self._rows["test"] = [row for row, stay in zip(self._rows["test"], stays) if stay]


def _blocks_of(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Blocks of an array, each with the number of its first row."""
    start = 0
    for block in read_blocks(path, AT_ONCE):
        yield start, block
        start += len(block)


def write_signals(folder: Path, settings: SoundSettings, rate: int, more: Mapping[str, Any]) -> dict[str, Kind]:
    """Writes the signals of the sounds in the column ``sound``, and returns the kinds of the columns.

    Waveforms are these sounds themselves. With spectrograms, the original sounds and the spectrograms of the
    reconstructed sounds are stored too.

    Args:
        folder: folder of the columns.
        settings: section `dataset` of params.yaml.
        rate: samples per second.
        more: further facts about the signals.
    """
    about = about_sounds(rate, settings.samples, settings.fft, **more)
    recorded = WaveformSignal((1, settings.samples), about)
    if settings.representation == "waveform":
        for split in SPLITS:
            column_file(folder, split, SOUND).replace(column_file(folder, split, SIGNAL))
        return {SIGNAL: Kind(recorded.kind, about)}
    loudest = _loudest(column_file(folder, "train", SOUND), recorded)
    about = about_sounds(rate, settings.samples, settings.fft, **more, loudest=loudest, rounds=settings.griffin_lim)
    signal = SpectrogramSignal((1, recorded.analysis.bins, recorded.analysis.frames), about)
    for split in SPLITS:
        sounds, target = column_file(folder, split, SOUND), column_file(folder, split, SIGNAL)
        shape = (len(np.load(sounds, mmap_mode="r", allow_pickle=False)), *signal.shape)
        blocks = (signal.of_sounds(recorded.sounds(block)) for block in read_blocks(sounds, AT_ONCE))
        write_blocks(target, shape, blocks, signal.dtype)
        heard = (signal.rebuilt(block) for block in read_blocks(target, AT_ONCE))
        write_blocks(column_file(folder, split, HEARD), shape, heard, signal.dtype)
    kind = Kind(signal.kind, about)
    return {SIGNAL: kind, HEARD: kind, SOUND: Kind(recorded.kind, about_sounds(rate, settings.samples, settings.fft))}


def _loudest(sounds: Path, recorded: WaveformSignal) -> Sequence[float]:
    """The magnitude of each frequency that becomes 1, from mean, deviation and maximum over all audible frames."""
    import torch

    from ganforge.signals.spectrum import QUIETEST

    count, total, squares = 0, np.zeros(recorded.analysis.bins), np.zeros(recorded.analysis.bins)
    highest = np.full(recorded.analysis.bins, -np.inf)
    for block in read_blocks(sounds, AT_ONCE):
        magnitude = recorded.analysis.log_magnitude(torch.from_numpy(recorded.sounds(block))).transpose(1, 2).numpy()
        frames = magnitude[(magnitude > np.log(1.01 * QUIETEST)).any(2)].astype(np.float64)
        count, total, squares = count + len(frames), total + frames.sum(0), squares + (frames**2).sum(0)
        highest = np.maximum(highest, frames.max(0, initial=-np.inf))
    if not count:
        raise UserError(
            "the training sounds are silent: all of them are more than 80 dB below full scale; record "
            "louder, or set dataset.loudness to peak."
        )
    mean = total / count
    return loudest_of(mean, np.sqrt(np.maximum(squares / count - mean**2, 0)), highest)

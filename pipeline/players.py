"""Sounds for people to compare: recordings, the same rebuilt, and samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganforge.prepared.columns import LABELS, SIGNAL, SOUND
from ganforge.prepared.meta import Prepared
from ganforge.signals import Signal, signal_of
from ganforge.signals.players import Sounds, write_players

if TYPE_CHECKING:
    from ganforge.generator import Generator

MOST_ROWS = 20
REBUILT = "real, rebuilt"  # the head of a column
PLAYED = 4  # training signals of each row
DRAWS = 2  # samples of each row
LONGEST_WALK = 12.0  # seconds


def write_training_players(data: Prepared, lines: Sequence[np.ndarray], folder: Path) -> None:
    """Training signals of each line of a sheet, as recorded; nothing if they cannot be played."""
    signal = signal_of(data.meta.columns[SIGNAL])
    if not signal.rate:
        return
    train, names = data.splits["train"], data.meta.classes
    rows: dict[str, Sounds] = {}
    for line in lines[:MOST_ROWS]:
        title = names[int(train.required_labels()[line[0]])] if names else f"{len(rows) + 1}"
        shown = line[:PLAYED]
        rows[title] = [*(recorded(data, "train", row) for row in shown), *[None] * (PLAYED - len(shown))]
    write_players(folder, [f"{number + 1}" for number in range(PLAYED)], rows, signal.rate)


def recorded(data: Prepared, split: str, row: int) -> np.ndarray:
    """A signal as recorded, without loss."""
    column = SOUND if SOUND in data.meta.columns else SIGNAL
    return signal_of(data.meta.columns[column]).sound(np.array(data.splits[split].columns[column][row]))


def write_sample_players(
    generator: Generator, data: Prepared, titles: Sequence[str], grid: np.ndarray, walks: np.ndarray, folder: Path
) -> None:
    """A row for each condition: held-out sounds, the same rebuilt, samples, and a walk from one sample to another.

    Args:
        generator: generator of the samples.
        data: prepared data.
        titles: titles of the rows of the grid.
        grid: samples, stored (rows, columns, *shape).
        walks: stored (rows, steps, *shape), or without steps.
        folder: where to write; nothing is written if signals cannot be played.
    """
    signal = generator.signal
    if not signal.rate:
        return
    rebuilt = SOUND in data.meta.columns
    heads = ["real", *([REBUILT] if rebuilt else []), *["generated"] * DRAWS, "from one sample to another"]
    rows: dict[str, Sounds] = {}
    for number, title in enumerate(titles[:MOST_ROWS]):
        real = real_row(data, number, title)
        sounds = [None if real is None else recorded(data, "test", real)]
        if rebuilt:
            sounds.append(None if real is None else signal.sound(np.array(data.splits["test"].signal[real])))
        drawn = [signal.sound(sample) for sample in grid[number, :DRAWS]]
        rows[title] = [*sounds, *drawn, *[None] * (DRAWS - len(drawn)), walk_sound(signal, walks[number])]
    write_players(folder, heads, rows, signal.rate)


def real_row(data: Prepared, number: int, title: str) -> int | None:
    """The first held-out signal of the class with this title, if any; without classes, the one of this number."""
    test = data.splits["test"]
    if LABELS not in test.columns or title not in data.meta.classes:
        return number % len(test)
    rows = np.flatnonzero(test.required_labels() == data.meta.classes.index(title))
    return int(rows[0]) if len(rows) else None


def walk_sound(signal: Signal, steps: np.ndarray) -> np.ndarray | None:
    """Sounds of samples one after the other, of some steps if all would be too long; None if there are no steps."""
    if not len(steps):
        return None
    first = signal.sound(steps[0])
    count = min(len(steps), max(2, int(LONGEST_WALK * signal.rate / len(first))))
    places = np.linspace(0, len(steps) - 1, count).round().astype(int)
    return np.concatenate([first, *(signal.sound(steps[place]) for place in places[1:])])

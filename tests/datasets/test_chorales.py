"""Bach's chorales: which pieces are learnt from, and that windows of a piece never mix."""

import json
import shutil

import numpy as np
import pytest

from ganforge.datasets.chorales import FILE, SOURCE, read_chorales
from ganforge.datasets.pieces import window_starts
from ganforge.errors import UserError
from ganforge.evaluation.music import pitch_class_distance
from ganforge.prepared.meta import Prepared
from ganforge.signals import signal_of
from tests.conftest import MIRROR
from tests.datasets.sections import section


@pytest.fixture(scope="module")
def official():
    path = MIRROR / "chorales" / FILE
    if not path.exists():
        pytest.skip(f"no official {FILE} in {MIRROR}")
    return path


def prepare(path, folder, target="prepared", **changes):
    shutil.copyfile(path, folder / FILE)
    settings = section("chorales", **{"steps": 64, "stride": 16} | changes)
    SOURCE.prepare(folder, folder / target, settings, lambda *_: None)
    return Prepared.load(folder / target)


def rows_of(split):
    return {row.tobytes() for row in split.signal}


def made_up(folder, **parts):
    """A table in which every piece stays on four notes of its own."""
    pieces = {
        name: [[[60 + place, 50 + place, 45 + place, 40 + place]] * 80 for place in range(*numbers)]
        for name, numbers in {"train": (0, 4), "valid": (4, 6), "test": (6, 9), **parts}.items()
    }
    path = folder / "table.json"
    path.write_text(json.dumps(pieces))
    return path


def test_official_pieces_are_those_that_are_published(official, tmp_path):
    parts = read_chorales(official)
    assert {name: len(pieces) for name, pieces in parts.items()} == {"train": 229, "valid": 76, "test": 77}
    data = prepare(official, tmp_path, step_difference=0.1)
    assert sum(data.meta.count.values()) == 4558
    assert data.meta.shape == (4, 64)
    about = data.meta.columns["signal"].about
    assert (about["lowest"], about["pitches"], about["step_difference"]) == (36, 46, 0.1)
    assert data.splits["train"].signal.max() == 46


def test_the_windows_of_a_piece_begin_where_the_stride_says(official, tmp_path):
    numbers = read_chorales(official)["train"][0].numbers
    signal = prepare(official, tmp_path).splits["train"].signal
    for row, start in enumerate((0, 16, 32)):
        assert np.array_equal(signal[row] + 35, numbers[:, start : start + 64])


@pytest.mark.parametrize(
    ("held_out", "learnt", "tested"), [("test", range(6), (6, 7, 8)), ("validation", range(4), (4, 5))]
)
def test_a_piece_is_in_one_split(tmp_path, held_out, learnt, tested):
    data = prepare(made_up(tmp_path), tmp_path, held_out=held_out)
    for split, places in (("train", learnt), ("test", tested)):
        notes = data.splits[split].signal[:, 3, 0] + data.meta.columns["signal"].about["lowest"] - 1 - 40
        assert set(notes.tolist()) == set(places)
    assert not rows_of(data.splits["train"]) & rows_of(data.splits["test"])


def test_pieces_are_moved_as_far_as_their_voices_stay_within_their_ranges_in_training(tmp_path):
    data = prepare(made_up(tmp_path), tmp_path, transpose=3)
    notes, counts = np.unique(data.splits["train"].signal[:, 0, 0], return_counts=True)
    assert len(notes) == 6
    assert counts.sum() == 2 * sum(min(place, 3) + 1 + min(5 - place, 3) for place in range(6))
    held_out = data.splits["test"].signal[:, 0, 0]
    assert len(held_out) == 6  # two windows of three pieces, each once
    assert set(held_out) <= set(notes)


def test_real_music_of_both_splits_is_in_the_same_keys(official, tmp_path):
    data = prepare(official, tmp_path, transpose=3)
    plain = prepare(official, tmp_path, "plain")
    midi_numbers = signal_of(data.meta.columns["signal"]).midi_numbers
    numbers = {split: midi_numbers(data.splits[split].signal) for split in ("train", "test")}
    untouched = midi_numbers(plain.splits["test"].signal)
    assert len(numbers["test"]) == len(untouched)
    assert pitch_class_distance(untouched, numbers["train"]) > 0.1
    assert pitch_class_distance(numbers["test"], numbers["train"]) < 0.03


def test_the_end_of_a_piece_has_a_window_of_its_own():
    numbers = np.full((4, 102), 60)
    assert window_starts(numbers, 64, 64, 16) == [0, 32]
    assert window_starts(numbers, 64, 16, 16) == [0, 16, 32]
    assert window_starts(numbers[:, :70], 64, 64, 16) == [0]
    assert window_starts(numbers[:, :40], 64, 64, 16) == [0]


@pytest.mark.parametrize("content", ["no table", "[]", '{"train": [[[60, 50]]]}', '{"train": [[[200, 50, 40, 30]]]}'])
def test_a_damaged_table_is_named(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    with pytest.raises(UserError, match=rf"{FILE} is damaged .* run `dvc repro -f fetch`"):
        read_chorales(tmp_path / FILE)


@pytest.mark.parametrize("steps", [24, 100])
def test_windows_are_whole_bars(steps):
    with pytest.raises(ValueError, match=rf"dataset.steps is {steps}; it must be a multiple of 16"):
        section("chorales", steps=steps)

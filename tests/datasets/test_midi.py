"""Somebody's MIDI files: what becomes a piece, which split it goes to, and what is told of the others."""

import numpy as np
import pandas as pd
import pytest

from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.pictures import fill
from tests.datasets.sections import section, source
from tests.melodies import midi

PIECES = 30


def prepare(**changes):
    settings = section("midi", **{"labels": "use", "max_broken": 0.5} | changes)
    target = IMPORT.parent / "prepared"
    source("midi").prepare(IMPORT, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target), pd.read_csv(target / "items.csv")


def piece(number, bars=3):
    """Two voices that stay on notes of their own."""
    upper = [(60 + number % 12, 4), (62 + number // 12, 12)] * bars
    return midi([upper, [(48, 16)] * bars])


def album(folder, **more):
    names = {f"mine__{'ab'[i % 2]}__{i}.mid": piece(i) for i in range(PIECES)}
    fill(folder, **names | more)


def test_windows_are_those_of_the_notes_and_folders_are_classes(folder):
    album(folder)
    data, facts, items = prepare()
    about = data.meta.columns["signal"].about
    assert data.meta.shape == (2, 32)
    assert data.meta.classes == ("a", "b")
    assert (about["lowest"], about["steps_per_quarter"]) == (48, 4)
    assert (facts.taken, facts.candidates, facts.formats) == (PIECES, PIECES, {"MIDI 1": PIECES})
    assert len(items) == sum(data.meta.count.values()) == 2 * PIECES  # at 0 and 16 of 48 steps
    for _, row in items.iterrows():
        number = int(row.path.rpartition("/")[2].partition(".")[0])
        stored = data.splits[row.split].signal[row.row]
        assert (stored[0, :3] + 47 == 60 + number % 12).all()
        assert (stored[1, :15] + 47 == 48).all()
        assert stored[1, 15] == 0  # since the same note is struck again
        assert data.meta.classes[data.splits[row.split].labels[row.row]] == row.path[0] == row.label


def test_all_windows_of_a_piece_go_to_one_split_and_stay_there_when_others_are_added(folder):
    album(folder)
    _, _, items = prepare()
    assert (items.groupby("path").split.nunique() == 1).all()
    assert set(items.split) == {"train", "test"}
    before = dict(zip(items.path, items.split))
    album(folder, mine__a__new=piece(100))
    (IMPORT / "mine" / "a" / "new").rename(IMPORT / "mine" / "a" / "new.mid")
    _, _, items = prepare()
    after = dict(zip(items.path, items.split))
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1


def test_training_pieces_are_transposed_every_way_and_held_out_windows_once(folder):
    album(folder)
    _, _, items = prepare(transpose=2)
    assert set(items.transposed) == {0}  # the lower voice has one note alone
    low = {f"mine__a__low{pitch}.mid": midi([[(pitch + 5, 48)], [(pitch, 48)]]) for pitch in range(36, 48)}
    fill(folder, **low)
    _, _, items = prepare(transpose=2)
    training, held_out = (items[items.split == split] for split in ("train", "test"))
    assert set(training.transposed) == {-2, -1, 0, 1, 2}
    assert len(set(held_out.transposed)) > 1
    assert not held_out.duplicated(["path", "first_step"]).any()


def test_a_held_out_window_keeps_its_transposition_unless_a_newly_allowed_one_comes_first(folder):
    def transposed(semitones):
        """With pieces whose lower voice reaches so far around the 48 of the album."""
        wide = {
            f"mine__a__wide{semitones}{number}.mid": midi(
                [[(40, 16), (100, 16), (60 + number, 16)], [(48 - semitones, 16), (48 + semitones, 32)]]
            )
            for number in range(8)
        }
        fill(folder, **wide)
        _, _, items = prepare(transpose=2)
        held_out = items[(items.split == "test") & ~items.path.str.contains("wide")]
        return held_out.set_index(["path", "first_step"]).transposed

    album(folder)
    before, after = transposed(1), transposed(2)
    assert set(before) == {-1, 0, 1}
    assert set(after[before != after]) <= {-2, 2}
    assert set(after) & {-2, 2}


def test_halves_of_a_step_all_go_the_same_way(folder):
    run = midi([[(60 + number, 1) for number in range(16)] * 4])
    album(folder, **{"mine__a__run.mid": run})
    data, _, items = prepare(steps_per_quarter=2, voices=1, steps=16, stride=16)
    row = items[items.path == "a/run.mid"].iloc[0]
    stored = data.splits[row.split].signal[row.row, 0, :8]
    assert len(set(np.diff(stored[stored > 0].astype(int)))) == 1


def test_pieces_that_are_too_wide_are_told_of_with_their_cure(folder):
    album(folder, **{f"mine__a__wide{number}.mid": midi([[(20 + number, 48)], [(100, 48)]]) for number in range(9)})
    with pytest.raises(
        UserError,
        match=r"of the \d+ found so far are wide: raise dataset\.widest, which allows more pitches, or raise d",
    ):
        prepare(max_broken=0.05)


def test_what_does_not_fit_is_counted_and_named_with_the_reason(folder):
    album(
        folder,
        **{
            "mine__a__broken.mid": b"MThd nothing",
            "mine__a__empty.mid": midi([[(None, 16)]]),
            "mine__a__drums.mid": midi([[(36, 16)] * 4], channels=[9]),
            "mine__a__short.mid": midi([[(60, 4)]]),
            "mine__a__wide.mid": midi([[(20, 48)], [(100, 48)]]),
            "mine__b__twin.mid": piece(1),
            "mine__b__other.mid": piece(0),
            "mine__notes.txt": b"of mine",
        },
    )
    _, facts, _ = prepare()
    assert facts.left_out == {"broken": 1, "empty": 2, "short": 1, "wide": 1, "duplicate": 1, "contradictory": 1}
    assert facts.examples["broken"] == ["a/broken.mid"]
    assert facts.others == 1
    table = pd.read_csv(IMPORT.parent / "prepared" / "left_out.csv").set_index("name").reason
    assert table["a/wide.mid"] == "its notes span 80 semitones, but dataset.widest is 60"
    assert table["b/twin.mid"].startswith("the same notes as b/1.mid")
    with pytest.raises(UserError, match=r"mine: more than 1.0% of \d+ files cannot be used, such as a/broken.mid"):
        prepare(max_broken=0.01)


def test_a_short_piece_is_filled_up_with_rests_and_silent_bars_at_both_ends_are_dropped(folder):
    album(folder, mine__a__late=midi([[(None, 32), (72, 16), (None, 40)]]))
    (IMPORT / "mine" / "a" / "late").rename(IMPORT / "mine" / "a" / "late.mid")
    data, facts, items = prepare()
    assert facts.left_out == {}
    (late,) = items[items.path == "a/late.mid"].itertuples()
    stored = data.splits[late.split].signal[late.row]
    assert (stored[0, :16] > 0).all()
    assert not stored[0, 16:].any()
    assert facts.notes == {"shared": 1}


def test_files_without_a_suffix_and_archives_are_found(folder):
    fill(folder, **{f"no_suffix_{i}": piece(i) for i in range(PIECES)})
    _, facts, _ = prepare()
    assert facts.taken == PIECES


def test_without_classes_nothing_is_labelled(folder):
    album(folder)
    data, _, _ = prepare(labels="ignore")
    assert data.meta.classes == ()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "contains no music"),
        ({"song.mp3": b"ID3"}, "such as song.mp3, but no music.*run `ganforge recipe sounds`"),
        ({"letter.txt": b"Dear"}, "such as letter.txt, but no music[^`]*$"),
    ],
)
def test_an_import_without_music_is_refused(folder, files, sentence):
    fill(folder, **files)
    with pytest.raises(UserError, match=sentence):
        prepare()


def test_steps_have_to_be_whole_bars_of_the_resolution_that_is_asked_for():
    assert section("midi", steps=96, steps_per_quarter=12).steps == 96
    with pytest.raises(ValueError, match=r"dataset.steps is 64; it must be a multiple of 48"):
        section("midi", steps=64, steps_per_quarter=12)


def test_only_sixteenths_can_be_moved_towards_each_other():
    with pytest.raises(ValueError, match=r"dataset.step_difference is 0.1, .* there are 12 steps per quarter"):
        section("midi", steps=96, steps_per_quarter=12, step_difference=0.1)
    with pytest.raises(ValueError, match=r"a stride of 3: set it to 1"):
        section("midi", stride=3, step_difference=0.1)
    section("midi", steps=96, steps_per_quarter=12, stride=3, step_difference=1)


@pytest.mark.parametrize("event", [b"\xff\x59\x02\x09\x00", b"\xff\x59\x02\x00\x05"])
def test_a_key_that_there_is_not_is_no_traceback(folder, event):
    """Nine sharps, and a mode that is neither major nor minor."""
    content = piece(1)
    place = content.index(b"MTrk") + 8
    length = int.from_bytes(content[place - 4 : place], "big") + 1 + len(event)
    odd = content[: place - 4] + length.to_bytes(4, "big") + b"\0" + event + content[place:]
    album(folder, **{"mine__a__odd.mid": odd})
    _, facts, _ = prepare(max_broken=0.5)
    assert facts.left_out.get("broken", 0) == 1


def test_broken_files_never_stop_it_for_another_reason(folder):
    content, random = piece(1), np.random.default_rng(0)
    damaged = {}
    for number in range(200):
        broken = bytearray(content)
        for place in random.integers(8, len(content), 3):
            broken[place] = random.integers(256)
        damaged[f"mine__a__d{number}.mid"] = bytes(broken)
    album(folder, **damaged)
    _, facts, _ = prepare(max_broken=1.0)
    assert facts.taken >= PIECES - 1

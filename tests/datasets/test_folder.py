"""Somebody's images: how they are sorted, and what is left out and told of."""

import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from PIL import Image

from ganforge.cli import main
from ganforge.datasets.decoding import Framing, Picture
from ganforge.datasets.image_files import CHUNK, decode_files
from ganforge.datasets.intake import split_of
from ganforge.datasets.source import source_of
from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.pictures import fill, picture, put
from tests.datasets.sections import section
from tests.settings import settings_text


def prepare(**changes):
    """Prepares data/import into ./prepared, with other settings."""
    settings = section("folder", **changes)
    target = IMPORT.parent / "prepared"
    source_of(settings.name).prepare(IMPORT, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target), target


def test_files_that_are_no_images_are_named_where_there_are_no_others(folder):
    fill(folder, **{"live.heic": b"\0\0\0\x18ftypheic"})
    with pytest.raises(UserError, match=r"contains 1 files, such as live\.heic, but no image[^`]*$"):
        prepare()


def test_links_that_dvc_cannot_read_or_does_not_look_through_are_told_of(folder, tmp_path, capsys):
    Path("params.yaml").write_text(settings_text())
    put(tmp_path / "elsewhere", ["1.png"])
    (folder / "photos").symlink_to(tmp_path / "elsewhere")
    (folder / "one.png").symlink_to(tmp_path / "elsewhere" / "1.png")
    main(["check"])
    told = capsys.readouterr().out
    assert "data/import/photos links to a folder" in told
    assert "one.png" not in told
    (folder / "gone.png").symlink_to("nowhere.png")
    with pytest.raises(SystemExit, match=r"data/import/gone\.png is a link to nowhere\.png, which does not exist"):
        main(["check"])


def test_a_table_says_what_is_what(folder):
    put(folder, ["x/1.png", "x/2.png", "x/3.png", "x/4.png"])
    rows = ["File_Name,label,caption,split", "1.png,cat,a cat,train", "2.png,dog,,train", "./3.png,cat,the cat,TEST"]
    (folder / "x" / "metadata.csv").write_text("\ufeff" + "\n".join(rows))
    data, facts, prepared = prepare()
    assert data.meta.classes == ("cat", "dog")
    assert (facts.candidates, facts.others) == (3, 1)
    table = pd.read_csv(prepared / "items.csv")
    assert table[table.split == "test"].path.tolist() == ["3.png"]
    assert table[table.split == "test"].caption.tolist() == ["the cat"]


def test_a_zero_in_a_path_is_a_broken_file(folder):
    (outcome,) = decode_files(["a\0b.png"], Framing(8, "centre", (0, 0, 0), 3, 1, 10**6))
    assert outcome.kind == "broken"


def test_arrays_hold_the_images_and_the_table_says_which(folder):
    put(folder, [f"{'ab'[i % 2]}/{i}.png" for i in range(40)], size=(8, 8))
    data, facts, prepared = prepare()
    table = pd.read_csv(prepared / "items.csv")
    assert len(table) == facts.taken == 40
    for row in table.itertuples():
        original = np.asarray(Image.open(folder / row.path)).transpose(2, 0, 1)
        assert np.array_equal(data.splits[row.split].signal[row.row], original)
        assert data.meta.classes[data.splits[row.split].labels[row.row]] == row.label


def test_an_image_never_changes_sides_when_others_join(folder):
    put(folder, [f"{i}.png" for i in range(60)])
    sides = []
    for more in (0, 60):
        put(folder, [f"new-{i}.png" for i in range(more)], first=1000)
        _, _, prepared = prepare()
        table = pd.read_csv(prepared / "items.csv")
        sides.append(dict(zip(table.path, table.split, strict=True)))
    assert sides[0].items() <= sides[1].items()
    assert len(sides[1]) == 120


def test_shares_of_a_split_are_near_what_is_asked_for():
    digests = [os.urandom(32) for _ in range(20_000)]
    for held_out in ("test", "validation"):
        sides = [split_of(None, digest, 0.1, held_out) for digest in digests]
        assert abs(sides.count("test") / len(digests) - (0.1 if held_out == "test" else 0.09)) < 0.01
    assert abs(sides.count(None) / len(digests) - 0.1) < 0.01  # test images, which validation does not look at
    tested = [split_of(None, digest, 0.1, "test") for digest in digests]
    assert all(one == "train" for one, other in zip(tested, sides, strict=True) if other == "test")


def test_the_same_pixels_are_taken_once_and_stay_held_out(folder):
    put(folder, [f"train/a/{i}.png" for i in range(9)] + [f"val/a/{i}.png" for i in range(3)])
    put(folder, ["train/b/20.png"], first=20)
    (folder / "train/a/again.png").write_bytes((folder / "train/a/1.png").read_bytes())
    with Image.open(folder / "val/a/2.png") as image:
        image.save(folder / "train/a/0-leak.bmp")  # other bytes, the same pixels
    data, facts, prepared = prepare()
    assert data.meta.count == {"train": 10, "test": 3}
    left_out = pd.read_csv(prepared / "left_out.csv")
    assert left_out.name.tolist() == ["train/a/again.png", "train/a/0-leak.bmp"]
    assert left_out.reason.tolist()[1] == "prepared, it has the same pixels as val/a/2.png, which is held out"
    assert facts.left_out == {"duplicate": 2}


def test_the_mirror_image_of_what_is_held_out_goes_too(folder):
    put(folder, [f"train/{i}.png" for i in range(9)] + [f"val/{i}.png" for i in range(3)])
    with Image.open(folder / "val/2.png") as image:
        image.save(folder / "train/leak.bmp")
    _, _, prepared = prepare(mirror=True)
    assert "leak" not in (prepared / "items.csv").read_text()


def test_the_same_pixels_in_two_classes_are_told_of(folder):
    put(folder, [f"{label}/{label}{i}.png" for label in "ab" for i in range(10)])
    put(folder, ["a/same.png"], first=500)
    put(folder, ["b/same.png"], first=500)
    _, facts, prepared = prepare()
    assert facts.left_out["contradictory"] == 1
    assert "the same pixels as a/same.png, whose class is a" in (prepared / "left_out.csv").read_text()


def test_half_of_the_images_may_be_held_out_for_choosing(folder):
    put(folder, [f"{i}.png" for i in range(80)])
    data, facts, _ = prepare(held_out="validation", test_share=0.5)
    assert min(data.meta.count.values()) > 8
    assert facts.set_aside > 20


def test_mirrored_images_join_the_training_images_alone(folder):
    put(folder, [f"{i}.png" for i in range(20)])
    plain, _, _ = prepare()
    mirrored, facts, prepared = prepare(mirror=True)
    assert mirrored.meta.count == {"train": 2 * plain.meta.count["train"], "test": plain.meta.count["test"]}
    assert np.array_equal(mirrored.splits["train"].signal[1::2], plain.splits["train"].signal[..., ::-1])
    assert facts.taken == 20
    assert pd.read_csv(prepared / "items.csv").mirrored.sum() == plain.meta.count["train"]


def test_grey_images_get_one_channel_unless_another_is_asked_for(folder):
    put(folder, [f"{i}.png" for i in range(20)], colour=False)
    assert prepare()[0].meta.shape == (1, 8, 8)
    assert prepare(channels=3)[0].meta.shape == (3, 8, 8)
    put(folder, ["colour.png"], first=99)
    assert prepare()[0].meta.shape == (3, 8, 8)
    assert prepare(channels=1)[0].meta.shape == (1, 8, 8)


def test_what_is_broken_is_counted_and_named_and_too_much_of_it_stops(folder):
    put(folder, [f"{i:03}.png" for i in range(97)])
    fill(
        folder,
        **{"zero.png": b"", "cut.png": picture(5, (200, 200))[:3000], "report.pdf": b"%PDF-", "page.jpg": b"<h>"},
    )
    _, facts, prepared = prepare()
    assert (facts.candidates, facts.taken, facts.others) == (100, 97, 1)
    assert facts.left_out == {"broken": 1, "no image": 1, "empty": 1}
    told = facts.summary()
    for part in ("97 of 100 files used", "1 broken (cut.png)", "1 no image (page.jpg)", "1 empty (zero.png)"):
        assert part in told
    assert "1 other files ignored (report.pdf)" in told
    kinds = pd.read_csv(prepared / "left_out.csv").kind
    assert sorted(kinds) == ["broken", "empty", "no image", "other"]
    with pytest.raises(UserError, match=r"more than 2\.0% of 100 files cannot be used, such as cut\.png \("):
        prepare(max_broken=0.02)


def test_native_is_for_images_of_one_size(folder):
    put(folder, [f"{i}.png" for i in range(20)], size=(12, 10))
    assert prepare(resolution="native")[0].meta.shape == (3, 10, 12)
    put(folder, ["other.png"], first=99, size=(9, 9))
    with pytest.raises(UserError, match=r"0\.png has 12x10 pixels and other\.png 9x9"):
        prepare(resolution="native")


def test_a_class_that_is_only_held_out_is_left_out(folder):
    put(folder, ["train/a/1.png", "train/b/2.png", "val/a/3.png", "test/c/4.png"])
    data, facts, _ = prepare()
    assert data.meta.classes == ("a", "b")
    assert facts.left_out == {"alone": 1}


def test_classes_that_are_numbers_are_in_their_order(folder):
    put(folder, [f"train/{i}/{i}.png" for i in range(12)] + ["test/0/x.png"])
    assert prepare()[0].meta.classes == tuple(map(str, range(12)))


def test_classes_that_are_the_same_number_have_an_order_too(folder):
    put(folder, [f"train/{name}/{name}.png" for name in ("1", "01", "001", "2")] + ["test/1/x.png"])
    assert prepare()[0].meta.classes == ("001", "01", "1", "2")


def test_nothing_to_learn_from_is_told_in_a_sentence(folder):
    with pytest.raises(UserError, match="data/import contains no images: put a folder"):
        prepare()
    put(folder, ["1.png"])
    with pytest.raises(UserError, match=r"none is left (for training|to hold out)"):
        prepare()


def test_many_files_are_decoded_by_processes_in_their_order(folder):
    put(folder, [f"{i:04}.png" for i in range(3 * CHUNK + 5)], size=(8, 8))
    (folder / "0007.png").write_bytes(b"")
    paths = sorted(map(str, folder.iterdir()))
    outcomes = list(decode_files(paths, Framing(8, "centre", (0, 0, 0), 3, 1, 10**6)))
    assert len(outcomes) == len(paths)
    for path, outcome in zip(paths, outcomes, strict=True):
        if path.endswith("0007.png"):
            assert outcome.kind == "empty"
        else:
            assert isinstance(outcome, Picture)
            assert np.array_equal(np.moveaxis(outcome.pixels, 0, -1), np.asarray(Image.open(path)))


def test_a_decoder_that_is_killed_is_told_of_with_the_files_it_may_have_died_of(folder):
    put(folder, [f"{i:04}.png" for i in range(12 * CHUNK)], size=(8, 8))
    outcomes = decode_files(sorted(map(str, folder.iterdir())), Framing(8, "centre", (0, 0, 0), 3, 1, 10**6))
    next(outcomes)
    ours = psutil.Process()
    for child in ours.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.ppid() != ours.pid:  # of the server that forks them
                child.kill()
    with pytest.raises(
        UserError, match=r"killed at one of the files from data/import/\d+\.png to data/import/\d+\.png"
    ):
        list(outcomes)


def test_names_that_are_no_utf8_are_taken_and_shown_as_numbers(folder):
    put(folder, [f"{i}.png" for i in range(20)])
    (folder / "7.png").rename(folder / os.fsdecode(b"gr\xfcn.png"))
    _, facts, prepared = prepare()
    assert facts.taken == 20
    assert r"gr\udcfcn.png" in (prepared / "items.csv").read_text()


def test_a_pipe_among_the_files_does_not_hold_anything_up(folder):
    os.mkfifo(folder / "pipe.png")
    (outcome,) = decode_files([str(folder / "pipe.png")], Framing(8, "centre", (0, 0, 0), 3, 1, 10**6))
    assert outcome.kind == "broken"


def test_what_lies_there_gives_the_same_data_each_time(folder):
    put(folder, [f"{i % 3}/{i}.png" for i in range(30)])
    assert prepare()[0].meta.digest == prepare()[0].meta.digest
    assert json.loads((IMPORT.parent / "prepared" / "intake.json").read_text())["taken"] == 30

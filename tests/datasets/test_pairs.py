"""Somebody's pairs: how they lie, how they are framed, and what is left out and told of."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ganforge.datasets.decoding import Framing, decode
from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.pictures import fill, picture, put
from tests.datasets.sections import section, source

COUNT = 12


def prepare(**changes):
    """Prepares data/import into ./prepared, with other settings."""
    settings = section("pairs", **{"labels": "ignore", "resolution": 16} | changes)
    target = IMPORT.parent / "prepared"
    source("pairs").prepare(IMPORT, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target), pd.read_csv(target / "items.csv")


def pairs(folder, count=COUNT, size=(20, 20), **options):
    """Pairs in two folders: picture i belongs to picture 100 + i."""
    put(folder / "source", [f"{i}.png" for i in range(count)], first=0, size=size, **options)
    put(folder / "target", [f"{i}.png" for i in range(count)], first=100, size=size, **options)


def beside(left, right):
    """The content of a PNG that holds two others side by side."""
    images = [Image.open(io.BytesIO(content)) for content in (left, right)]
    both = np.concatenate([np.asarray(image) for image in images], axis=1)
    content = io.BytesIO()
    Image.fromarray(both).save(content, "PNG")
    return content.getvalue()


def framed(content, **changes):
    """The pixels that a file of its own would become."""
    return decode(content, Framing.of(section("folder", **{"resolution": 16} | changes))).pixels


def check_rows(data, items, expected, **changes):
    """Sees that every row holds the two files that ``expected`` names for its item: source and target."""
    assert len(items) == sum(data.meta.count.values())
    for _, row in items.iterrows():
        columns = data.splits[row.split].columns
        first, second = expected(row.path)
        assert np.array_equal(columns["source"][row.row], framed(first, **changes))
        assert np.array_equal(columns["signal"][row.row], framed(second, **changes))


def test_files_of_equal_names_are_pairs_whatever_their_suffixes(folder):
    put(folder / "set" / "source" / "a", [f"{i}.jpg" for i in range(COUNT)], size=(20, 20))
    put(folder / "set" / "Target" / "a", [f"{i}.png" for i in range(COUNT)], first=100, size=(40, 40))
    data, facts, items = prepare()
    assert data.meta.paired
    assert list(data.meta.columns) == ["signal", "source"]
    assert {column.shape for column in data.meta.columns.values()} == {(3, 16, 16)}
    number = lambda path: int(Path(path).stem)  # noqa: E731
    check_rows(data, items, lambda path: (picture(number(path), (20, 20)), picture(100 + number(path), (40, 40))))
    assert facts.taken == facts.candidates == COUNT
    assert items.path[0].startswith("set/Target/a/")


def test_what_is_left_out_is_counted_named_and_told(folder):
    pairs(folder)
    put(folder, ["source/only.png", "target/lonely.png"], first=500, size=(20, 20))
    fill(folder, **{"source__bad.png": b"\x89PNG\r\n nothing", "target__bad.png": picture(600, (20, 20))})
    fill(folder, **{"source__wide.png": picture(601, (40, 20)), "target__wide.png": picture(602, (20, 20))})
    fill(folder, **{"source__twin.png": picture(0, (20, 20)), "target__twin.png": picture(100, (20, 20))})
    fill(folder, **{"source__half.png": picture(1, (20, 20)), "target__half.png": picture(777, (20, 20))})
    fill(folder, **{"notes.txt": b"of mine"})
    _, facts, items = prepare(max_broken=0.5)
    assert facts.left_out == {"alone": 2, "no image": 1, "mismatched": 1, "duplicate": 2}
    assert (facts.taken, facts.candidates, facts.others) == (COUNT, COUNT + 6, 1)
    left_out = pd.read_csv(IMPORT.parent / "prepared" / "left_out.csv").set_index("name")
    assert left_out.reason["source/only.png"] == "it has no target"
    assert left_out.reason["target/lonely.png"] == "it has no source"
    assert "its source data/import/source/bad.png" in left_out.reason["target/bad.png"]
    assert "20x20 and 40x20 pixels" in left_out.reason["target/wide.png"]
    assert left_out.kind["notes.txt"] == "other"
    assert len({"target/half.png", "target/1.png"} & set(items.path)) == 1  # one is held out and shares its source
    assert json.loads((IMPORT.parent / "prepared" / "intake.json").read_text())["left_out"] == facts.left_out
    assert "2 alone (target/lonely.png, source/only.png)" in facts.summary()
    with pytest.raises(UserError, match=r"more than 10\.0% of 18 files cannot be used, such as .*lonely\.png"):
        prepare(max_broken=0.1)


def test_transparent_pixels_of_both_are_laid_on_the_background(folder):
    for side, seed in (("source", 0), ("target", 100)):
        for number in range(COUNT):
            pixels = np.random.default_rng(seed + number).integers(0, 256, (16, 16, 4), dtype=np.uint8)
            pixels[:8, :, 3] = 0
            path = folder / side / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(pixels).save(path)
    data, facts, _ = prepare(background="#ff0000")
    for column in ("signal", "source"):
        assert (data.splits["train"].columns[column][:, :, :8].transpose(0, 2, 3, 1) == (255, 0, 0)).all()
    assert facts.notes == {"transparent": COUNT}


@pytest.mark.parametrize(("grey", "shapes"), [("source", (3, 1)), ("target", (1, 3))])
def test_each_side_has_as_many_channels_as_it_needs(folder, grey, shapes):
    for side, first in (("source", 0), ("target", 100)):
        put(folder / side, [f"{i}.png" for i in range(COUNT)], first=first, colour=side != grey)
    data, _, _ = prepare()
    assert (data.meta.shape[0], data.meta.columns["source"].shape[0]) == shapes
    assert prepare(channels=3)[0].meta.columns["source"].shape == (3, 16, 16)
    assert prepare(channels=1)[0].meta.shape == (1, 16, 16)


def test_both_are_mirrored_together(folder):
    pairs(folder, size=(16, 16))
    data, _, items = prepare(mirror=True)
    rows = items[(items.split == "train") & items.mirrored].row.to_numpy()
    assert len(rows) == data.meta.count["train"] / 2
    for column in ("signal", "source"):
        array = data.splits["train"].columns[column]
        assert np.array_equal(array[rows], array[rows - 1][..., ::-1])


@pytest.mark.parametrize("resolution", [16, "native"])  # native: few at a time, so that several processes decode
@pytest.mark.parametrize("layout", ["auto", "left_right", "right_left"])
def test_halves_of_a_file_are_framed_like_files_of_their_own(folder, layout, resolution):
    for number in range(COUNT):
        content = beside(picture(number, (40, 40)), picture(100 + number, (40, 40)))
        fill(folder, **{f"{'val' if number < 3 else 'train'}__{number}.png": content})
    data, _, items = prepare(layout=layout, resolution=resolution)
    assert data.meta.count == {"train": COUNT - 3, "test": 3}
    number = lambda path: int(Path(path).stem)  # noqa: E731
    turn = -1 if layout == "right_left" else 1
    check_rows(
        data,
        items,
        lambda path: (picture(number(path), (40, 40)), picture(100 + number(path), (40, 40)))[::turn],
        resolution=resolution,
    )


def test_side_by_side_is_only_guessed_where_all_are_twice_as_wide_as_high(folder):
    put(folder, [f"{i}.png" for i in range(COUNT)], size=(40, 20))
    put(folder, ["other.png"], first=50, size=(36, 20))
    with pytest.raises(UserError, match=r"other\.png has 36x20 pixels; allowed are pictures twice as wide as high"):
        prepare()
    assert prepare(layout="left_right")[1].taken == COUNT + 1


def test_a_file_of_an_odd_width_has_no_halves(folder):
    put(folder, [f"{i}.png" for i in range(COUNT)], size=(40, 20))
    put(folder, ["odd.png"], first=50, size=(41, 20))
    assert prepare(layout="left_right")[1].left_out == {"mismatched": 1}


def test_a_table_says_what_belongs_together(folder):
    put(folder / "in", [f"photo_{i}.png" for i in range(COUNT)], size=(20, 20))
    put(folder / "out", [f"drawing_{i}.png" for i in range(COUNT)], first=100, size=(20, 20))
    rows = [f"in/photo_{i}.png,out/drawing_{i}.png,{'test' if i < 3 else 'train'}" for i in range(COUNT)]
    (folder / "list.csv").write_text("\n".join(["source,target,split", *rows, "in/photo_5.png,,train"]))
    data, facts, items = prepare()
    assert data.meta.count == {"train": COUNT - 3, "test": 3}
    number = lambda path: int(Path(path).stem.rpartition("_")[2])  # noqa: E731
    check_rows(data, items, lambda path: (picture(number(path), (20, 20)), picture(100 + number(path), (20, 20))))
    assert (facts.left_out, facts.others) == ({"alone": 1}, 0)


def test_a_table_has_both_columns(folder):
    pairs(folder)
    (folder / "list.csv").write_text("source,drawing\nsource/1.png,target/1.png")
    with pytest.raises(UserError, match=r"list\.csv has the columns source, drawing; two of them .* source and target"):
        prepare(layout="table")
    assert prepare(layout="auto")[1].taken == COUNT


@pytest.mark.parametrize(
    "names",
    [
        ("train/source/{}", "train/target/{}", "test/source/{}", "test/target/{}"),
        ("source/train/{}", "target/train/{}", "source/test/{}", "target/test/{}"),
    ],
)
def test_splits_are_named_by_folders_above_or_below(folder, names):
    for number, name in enumerate(names):
        put(folder, [name.format(f"{i}.png") for i in range(4)], first=100 * number)
    data, _, items = prepare()
    assert data.meta.count == {"train": 4, "test": 4}
    assert items[items.split == "test"].path.str.contains("test").all()


def test_a_pair_stays_in_its_split_when_others_are_added(folder):
    pairs(folder)
    before = prepare()[2].set_index("path").split
    put(folder / "source", [f"new_{i}.png" for i in range(COUNT)], first=300, size=(20, 20))
    put(folder / "target", [f"new_{i}.png" for i in range(COUNT)], first=400, size=(20, 20))
    after = prepare()[2].set_index("path").split
    assert after[before.index].equals(before)


def test_native_needs_one_size_but_no_square(folder):
    pairs(folder, size=(24, 18))
    assert prepare(resolution="native")[0].meta.columns["source"].shape == (3, 18, 24)
    put(folder, ["source/large.png"], first=700, size=(48, 36))
    put(folder, ["target/large.png"], first=701, size=(24, 18))
    _, facts, _ = prepare(resolution="native")
    assert facts.left_out == {"mismatched": 1}
    put(folder, ["target/large.png"], first=701, size=(48, 36))
    with pytest.raises(
        UserError, match=r"dataset\.resolution is native, but .* 24x18 pixels and target/large\.png 48x36"
    ):
        prepare(resolution="native")


def test_native_pictures_are_not_too_small_for_a_translator(folder):
    pairs(folder, size=(24, 12))
    with pytest.raises(UserError, match="one size of at least 16 pixels"):
        prepare(resolution="native")


@pytest.mark.parametrize(
    ("names", "layout", "sentence"),
    [
        ([], "auto", "contains no pairs; put images"),
        (["source/1.png"], "auto", "contains no images in a folder named target"),
        (["1.png"], "folders", "contains no images in a folder named source"),
        (["source/1.png", "source/1.jpg", "target/1.png"], "auto", "both match the same file"),
        (["1.png"], "table", "contains no CSV file"),
    ],
)
def test_what_is_no_set_of_pairs_is_refused(folder, names, layout, sentence):
    put(folder, names)
    with pytest.raises(UserError, match=sentence):
        prepare(layout=layout)


def test_a_held_out_pair_has_no_picture_that_is_learnt_from(folder):
    pairs(folder, 40)
    data, _, items = prepare(test_share=0.3)
    first = {split: items[items["split"] == split]["path"].iloc[0] for split in ("train", "test")}
    shutil.copy(folder / "source" / Path(first["train"]).name, folder / "source" / Path(first["test"]).name)
    again, facts, items = prepare(test_share=0.3)
    assert first["test"] not in set(items["path"])
    assert facts.left_out == {"duplicate": 1}
    assert again.meta.count == {"train": data.meta.count["train"], "test": data.meta.count["test"] - 1}

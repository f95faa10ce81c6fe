"""Data sets in Hugging Face's formats, written and read by its own library."""

import io
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ganforge.datasets.source import source_of
from ganforge.errors import UserError
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.sections import section

PREPARED = Path("prepared")  # in the folder that a test stands in


def png(seed):
    """The content of a PNG that no other seed has."""
    content = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(content, "PNG")
    return content.getvalue()


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content))).transpose(2, 0, 1)


def prepare(**changes):
    """Prepares the data set in ./set; returns it, what was found, and the table of its items by name."""
    settings = section("huggingface", **changes)
    source_of(settings.name).prepare(None, PREPARED, settings, lambda done, total: None)
    return Prepared.load(PREPARED), read_facts(PREPARED), pd.read_csv(PREPARED / "items.csv").set_index("path")


@pytest.fixture(autouse=True)
def place(own_folder):
    """A folder to stand in, in which ./set is to lie."""
    (own_folder / "set").mkdir()
    return own_folder


@pytest.fixture
def library(monkeypatch):
    """The library, kept from the network."""
    library = pytest.importorskip("datasets", reason="needs the extra huggingface")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("datasets.config.HF_HUB_OFFLINE", True)
    library.disable_progress_bars()
    return library


@pytest.fixture
def tables(library, place):
    """Twelve training and four test images as Parquet files with classes, and with columns of other kinds."""
    kinds = library.Features(
        {
            "image": library.Image(),
            "label": library.ClassLabel(names=["zebra", "ant"]),
            "weight": library.Value("float32"),
            "boxes": library.List(library.Value("int64")),
        }
    )
    for split, seeds in (("train", range(12)), ("test", range(12, 16))):
        rows = [{"image": {"bytes": png(i), "path": None}, "label": i % 2, "weight": 0.5, "boxes": [1]} for i in seeds]
        library.Dataset.from_list(rows, features=kinds).to_parquet(place / "set" / f"{split}-00000-of-00001.parquet")


def test_tables_give_their_images_classes_and_splits(tables):
    data, facts, items = prepare()
    assert data.meta.classes == ("ant", "zebra")
    assert data.meta.count == {"train": 12, "test": 4}
    assert facts.formats == {"PNG": 16}
    assert data.meta.origin == "set, read by Hugging Face datasets"
    for seed in range(16):
        item = items.loc[f"train/{seed}" if seed < 12 else f"test/{seed - 12}"]
        assert item.split == ("train" if seed < 12 else "test")
        assert item.label == ["zebra", "ant"][seed % 2]
        assert np.array_equal(data.splits[item.split].signal[item.row], pixels(png(seed)))
        assert data.meta.classes[data.splits[item.split].labels[item.row]] == item.label


def test_nothing_but_the_prepared_data_is_left(tables):
    prepare()
    assert {str(path.relative_to(PREPARED)) for path in PREPARED.rglob("*") if path.is_file()} == {
        *("train/signal.npy", "train/labels.npy", "test/signal.npy", "test/labels.npy"),
        *("meta.json", "items.csv", "left_out.csv", "intake.json"),
    }


def test_a_folder_of_images_is_read_where_it_lies(library, place):
    for seed in range(12):
        path = place / "set" / ("test" if seed % 3 == 0 else "train") / "ab"[seed % 2] / f"{seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(seed))
    data, _, _ = prepare()
    assert data.meta.classes == ("a", "b")
    assert data.meta.count == {"train": 8, "test": 4}


def test_a_table_of_bytes_and_texts_without_a_test_split_is_split_by_content(library, place):
    rows = [{"picture": png(seed), "kind": f"kind {seed % 2}"} for seed in range(40)]
    sides = []
    for order in (rows, rows[::-1]):
        pd.DataFrame(order).to_parquet(place / "one.parquet")
        data, _, items = prepare(path="one.parquet", image="picture", label="kind", test="none")
        assert data.meta.classes == ("kind 0", "kind 1")
        sides.append([items.loc[f"train/{row}"].split for row in range(40)])
    assert sides[0] == sides[1][::-1]
    assert set(sides[0]) == {"train", "test"}


def test_parts_of_a_split_and_images_without_classes(tables):
    data, facts, _ = prepare(label="none", train="train[:75%]", test="train[75%:]")
    assert data.meta.classes == ()
    assert data.meta.count == {"train": 9, "test": 3}
    assert facts.labels_from == "there are no classes: dataset.label is none"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"image": "img"}, "dataset.image is 'img', but set has the columns image, label, weight, boxes: name one"),
        ({"label": "lable"}, "dataset.label is 'lable', but set has the columns"),
        ({"image": "weight"}, "dataset.image is 'weight', a column of float32; allowed are images"),
        ({"label": "weight"}, "dataset.label is 'weight', a column of float32; allowed are class labels"),
        ({"label": "boxes"}, "dataset.label is 'boxes', a column of List; allowed are class labels"),
        ({"test": "dev"}, "dataset.path is set (revision main, train and dev), which cannot be read (Unknown spl"),
        (
            {"path": "/no/where"},
            "dataset.path is /no/where (revision main, train and test), which cannot be read (",
        ),
        ({"path": "a/b/c"}, "dataset.path is a/b/c (revision main, train and test), which cannot be read ("),
        ({"path": "ylecun/mnist"}, "which cannot be reached ("),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(tables, changes, told):
    with pytest.raises(UserError, match=re.escape(told)) as refused:
        prepare(**changes)
    assert str(refused.value).startswith("params.yaml: dataset.")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"<!doctype html>", b"PAR1" + bytes(40) + b"PAR1"])
def test_a_damaged_table_is_refused_by_name(tables, place, content):
    (place / "set" / "train-00000-of-00001.parquet").write_bytes(content)
    with pytest.raises(UserError, match=r"dataset\.path is set .* which cannot be read \("):
        prepare()


def test_a_split_whose_classes_are_kept_secret_is_refused_by_its_row(library, place):
    kinds = library.Features({"image": library.Image(), "label": library.ClassLabel(names=["a", "b"])})
    for split, label in (("train", 0), ("test", -1)):
        rows = [{"image": {"bytes": png(abs(label)), "path": None}, "label": label}]
        library.Dataset.from_list(rows, features=kinds).to_parquet(place / "set" / f"{split}.parquet")
    with pytest.raises(UserError, match="label is 'label', but row 0 of the split test has none"):
        prepare()


def test_images_that_are_broken_or_missing_are_left_out_by_row(library, place):
    rows = [{"image": {"bytes": png(seed), "path": None}} for seed in range(40)]
    rows[3], rows[5] = {"image": None}, {"image": {"bytes": b"no image", "path": "5.png"}}
    kinds = library.Features({"image": library.Image()})
    library.Dataset.from_list(rows, features=kinds).to_parquet(place / "set" / "train.parquet")
    _, facts, _ = prepare(label="none", test="none")
    assert facts.left_out == {"empty": 1, "no image": 1}
    assert facts.examples == {"empty": ["train/3"], "no image": ["train/5"]}


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match=r"run `\.venv/bin/pip install 'ganforge\[huggingface\]'`\.$"):
        prepare()

"""The page about the data, before anything is learnt."""

import re

import numpy as np
import pytest
from PIL import Image

from ganforge.figures.plots import plot_counts, plot_sizes
from ganforge.pages.data_report import (
    LARGEST_CELL,
    SHEET_COLUMNS,
    any_lines,
    class_lines,
    contact_sheet,
    draw_sheets,
    first_captions,
    render_data_report,
    shrunk,
    summary,
    warnings,
)
from ganforge.pages.page import Section, pictures
from ganforge.prepared.columns import Column, Kind, Split
from ganforge.prepared.facts import Facts
from ganforge.prepared.meta import Meta, Prepared, write_prepared
from ganforge.signals import SIGNALS, Signal

KINDS = ("empty", "broken", "no image", "tiny", "huge", "unsupported", "duplicate", "contradictory", "alone")
NOTES = ("animated", "blank", "dark", "deep", "enlarged", "rotated", "transparent")
RANDOM = np.random.default_rng(0)


class Steps(Signal):
    """A row of numbers from -1 to 1, drawn as a row of grey squares."""

    kind, plural, dtype, suffix, mime = "steps", "steps", "float32", ".png", "image/png"

    def to_network(self, stored):
        return stored

    def from_network(self, x):
        return x

    def output(self, x):
        return x.tanh()

    def picture(self, stored):
        return np.round((stored[:, None] + 1) * 127.5).astype(np.uint8)

    def encode(self, stored):
        return b""


@pytest.fixture(autouse=True)
def steps(monkeypatch):
    monkeypatch.setitem(SIGNALS, "steps", Steps)


def facts(**changes):
    values = {
        "title": "IMG & co",
        "candidates": 100,
        "taken": 60,
        "set_aside": 3,
        "others": 2,
        "left_out": dict.fromkeys(KINDS, 4),
        "examples": {kind: [f"<{kind}>.png"] for kind in (*KINDS, "other")},
        "notes": dict.fromkeys(NOTES, 20),
        "formats": {"PNG": 60},
        "sizes": [(10 * number, 9, 2) for number in range(1, 31)],
        "labels_from": "there are no classes: 1 images are not in a folder, such as IMG_1.PNG",
    }
    return Facts(**values | changes)


def meta(counts=(900, 30, 5), test_count=20, kind="image", shape=(3, 8, 8), **changes):
    count = {"train": sum(counts), "test": test_count}
    names = [f"class {number}" for number in range(len(counts))]
    columns = {
        "signal": Column(kind, "uint8", shape, count),
        "labels": Column("labels", "int64", (), count, {"names": names, "counts": list(counts)}),
    }
    return Meta(**{"dataset": "folder", "origin": "o", "columns": columns, "digest": "0" * 64} | changes)


def prepared(folder, kinds, **columns):
    """Data whose training and test splits are the same."""
    split = Split(columns)
    write_prepared(folder, {"train": split, "test": split}, kinds, dataset="toy", origin="toys")
    return Prepared.load(folder)


def images(count, channels=3, side=8):
    return RANDOM.integers(0, 256, (count, channels, side, side), dtype=np.uint8)


def test_whatever_happened_to_files_is_on_the_page():
    page = render_data_report(meta(), facts(), [Section("Images", [])], {"dataset.crop": "centre"})
    for kind in KINDS:
        assert f"<td>{kind}<td" in page
        assert f"&lt;{kind}&gt;.png" in page
    for note in NOTES:
        assert f"<td>{note}<td" in page
    assert "such as IMG_1.PNG" in page
    assert "such as &lt;other&gt;.png" in page
    assert "<h2>Images" not in page  # nothing is under it


def test_data_that_are_no_files_have_a_page_too():
    page = render_data_report(meta(), None, [], {})
    assert "<h2>Files" not in page
    assert "<h2>Captions" not in page
    assert "935 images to learn from" in page


def test_signals_are_called_what_they_are():
    data = meta(kind="steps", shape=(1, 64), held_out="validation")
    page = render_data_report(data, None, [], {})
    assert "935 steps to learn from, 20 held out" in page
    assert "training steps, to choose settings)" in page
    assert "1 x 64 each" in page
    assert "900 steps of class 0" in page
    assert "images" not in page.partition("<body>")[2]


def test_what_may_spoil_a_training_is_said():
    sentences = " ".join(warnings(meta(), facts(notes={"enlarged": 50}, left_out={"duplicate": 30})))
    for phrase in (
        "only 935 images to learn from, which a discriminator memorises: keep the augmentation of the recipe folder",
        "Only 20 images",
        "dataset.test_share",
        "classes are unequal: 900",
        "1 of 3 classes",
        "enlarged",
        "copies of others",
    ):
        assert phrase in sentences
    fine = meta(counts=(15_000, 15_000), test_count=3000)
    assert warnings(fine, facts(notes={}, left_out={})) == []
    assert summary(fine, facts())["classes"]["imbalance"] == 1


def test_pictures_of_one_colour_are_told_of_with_a_name():
    seen = facts(notes={"blank": 2}, left_out={}, examples={"blank": ["cats/7.png", "cats/9.png"]})
    assert "2 images show a single colour, such as cats/7.png: remove" in " ".join(warnings(meta(), seen))


def test_data_without_classes_have_nothing_said_of_classes(tmp_path):
    data = prepared(tmp_path, {"signal": Kind("image")}, signal=images(30))
    assert warnings(data.meta, None) == []
    assert "classes" not in summary(data.meta, None)


@pytest.mark.parametrize("side", [8, 96, 100, 1024])
def test_a_contact_sheet_stays_small(side):
    signal, labels = images(30, side=side), np.arange(30) % 3
    for classes in (0, 3, 4):  # of four, one has no image
        lines = class_lines(Split.of(signal, labels if classes else None), classes)
        sheet = contact_sheet(signal, lines, 128)
        assert max(sheet.shape[2:]) <= LARGEST_CELL
        assert len(sheet) == (len(lines) - 1) * SHEET_COLUMNS + len(lines[-1])
        assert sorted(np.concatenate(lines)) == list(range(30))


def test_a_line_holds_one_class_and_the_largest_is_first():
    labels = np.repeat([0, 1, 2], [5, 30, 9])
    lines = class_lines(Split.of(np.zeros((44, 1)), labels), 3)
    assert [set(labels[rows]) for rows in lines] == [{1}, {2}, {0}]
    assert [len(rows) for rows in lines] == [SHEET_COLUMNS, 9, 5]


def test_lines_without_classes_are_full_but_for_the_last():
    assert [len(rows) for rows in any_lines(30)] == [12, 12, 6]
    assert len(np.unique(np.concatenate(any_lines(10_000)))) == SHEET_COLUMNS**2


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [("float32", (1, 300)), ("int32", (12,)), ("uint8", (3, 5, 200, 200)), ("float16", (1, 99, 120))],
)
def test_signals_that_are_no_images_are_on_a_sheet_as_they_are(dtype, shape):
    signal = RANDOM.integers(1, 99, (9, *shape)).astype(dtype)
    sheet = contact_sheet(signal, [np.arange(4), np.arange(4, 9)], 0)
    assert sheet.dtype == dtype
    assert sheet.shape == (SHEET_COLUMNS + 5, *shape)
    assert np.array_equal(sheet[:4], signal[:4])
    assert not sheet[4:SHEET_COLUMNS].any()


def test_the_page_names_the_class_of_each_row(tmp_path):
    names = [f"kind {number}" for number in range(25)]
    labels = np.repeat(np.arange(25), np.arange(1, 26))
    kinds = {"signal": Kind("image"), "labels": Kind("labels", {"names": names})}
    (section,) = draw_sheets(prepared(tmp_path, kinds, signal=images(len(labels)), labels=labels), tmp_path)
    caption = section.pictures[0].caption
    assert "The rows are: kind 24, kind 23, kind 22," in caption
    assert caption.endswith("kind 6, kind 5. 5 others are not shown.")


def test_sources_stand_in_the_places_of_their_signals(tmp_path):
    signal = images(40)
    kinds = {"signal": Kind("image"), "source": Kind("image")}
    data = prepared(tmp_path, kinds, signal=signal, source=255 - signal)
    sections = draw_sheets(data, tmp_path)
    assert [section.heading for section in sections] == ["Images", "Sources"]
    signals, sources = (np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("contact_sheet", "sources"))
    gap = (signals == 128) & (sources == 128)
    assert ((sources == 255 - signals) | gap).all()


def test_sources_without_partners_have_a_sheet_of_their_own(tmp_path):
    kinds = {"signal": Kind("image"), "source": Kind("steps", {"unpaired": True})}
    source = RANDOM.uniform(-1, 1, (50, 1, 20)).astype(np.float32)
    _, section = draw_sheets(prepared(tmp_path, kinds, signal=images(20), source=source), tmp_path)
    assert section.pictures[0].caption == "Some of 50 sources. They are not paired with the images."
    assert Image.open(tmp_path / "sources.png").size[1] > 0


@pytest.mark.parametrize("labelled", [False, True])
def test_any_signal_is_drawn_with_labels_or_without(tmp_path, labelled):
    signal = RANDOM.uniform(-1, 1, (30, 1, 20)).astype(np.float32)
    kinds, columns = {"signal": Kind("steps")}, {"signal": signal}
    if labelled:
        kinds["labels"], columns["labels"] = Kind("labels", {"names": ["a", "b"]}), np.arange(30) % 2
    (section,) = draw_sheets(prepared(tmp_path, kinds, **columns), tmp_path)
    assert section.heading == "Steps"
    assert "Training steps" in section.pictures[0].caption
    assert not (tmp_path / "sources.png").exists()


def test_captions_of_the_first_line_are_on_the_page(tmp_path):
    vocabulary = Kind("tokens", {"vocabulary": ["", "<red>", "circle", *map(str, range(40))]})
    tokens = np.array([[1, 2, 3 + number, 0] for number in range(40)], dtype=np.int32)
    data = prepared(tmp_path, {"signal": Kind("image"), "tokens": vocabulary}, signal=images(40), tokens=tokens)
    (first, *_) = any_lines(40)
    captions = first_captions(data)
    assert captions == [f"<red> circle {row}" for row in first]
    page = render_data_report(data.meta, None, [], {}, captions)
    assert f"<li>&lt;red&gt; circle {first[0]}</li>" in page


def test_the_digits_are_drawn(digits, tmp_path):
    draw_sheets(digits, tmp_path)
    sheet = np.asarray(Image.open(tmp_path / "contact_sheet.png"))
    assert sheet.ndim == 2
    assert sheet.shape[1] > sheet.shape[0]  # ten classes, twelve columns


def test_shrinking_takes_the_mean():
    image = np.zeros((1, 1, 200, 200), dtype=np.uint8)
    image[..., ::2] = 90
    assert np.unique(shrunk(image)).tolist() in ([30, 60], [45], [30, 45, 60])


def test_pictures_of_numbers_and_sizes_are_drawn(tmp_path):
    plot_counts(np.array([3, 9]), ["a", "a long name"], tmp_path / "counts.png")
    plot_sizes(np.array([[10, 20, 3], [400, 300, 1]]), tmp_path / "sizes.png")
    assert all(path.stat().st_size > 2000 for path in tmp_path.iterdir())


def test_small_pictures_are_enlarged_pixel_by_pixel(tmp_path):
    for name, width in (("small", 33), ("large", 700)):
        Image.new("RGB", (width, 10)).save(tmp_path / f"{name}.png")
    section = Section("Images", pictures([(name, tmp_path / f"{name}.png") for name in ("small", "large")]))
    page = render_data_report(meta(), None, [section], {})
    small, large = re.findall("<img[^>]*>", page)
    assert 'class="pixels"' in small
    assert 'width="924" height="280"' in small
    assert 'class="pixels"' not in large
    assert 'width="700" height="10"' in large


def test_pictures_of_formats_that_are_not_read_are_told_of():
    given = facts(unread=2, examples={"other": ["a.svg", "notes.txt"]} | {kind: [] for kind in KINDS})
    assert any(
        "2 other files are pictures of formats that are not read, such as a.svg" in each
        for each in warnings(meta(), given)
    )
    assert not any("not read" in each for each in warnings(meta(), facts()))

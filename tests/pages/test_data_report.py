"""The page about the data, before anything is learnt."""

import numpy as np
import pytest

from ganforge.datasets.facts import Facts
from ganforge.datasets.source import Split
from ganforge.figures.plots import plot_counts, plot_sizes
from ganforge.pages.data_report import LARGEST_CELL, contact_sheet, render_data_report, shrunk, summary, warnings
from ganforge.pages.report import Section
from ganforge.prepared.meta import Meta

KINDS = ("empty", "broken", "no image", "tiny", "huge", "unsupported", "duplicate", "contradictory", "alone")
NOTES = ("animated", "deep", "enlarged", "rotated", "transparent")


def facts(**changes):
    values = {
        "title": "IMG & co",
        "found": 100,
        "taken": 60,
        "set_aside": 3,
        "others": 2,
        "left_out": dict.fromkeys(KINDS, 4),
        "examples": {kind: [f"<{kind}>.png"] for kind in (*KINDS, "other")},
        "notes": dict.fromkeys(NOTES, 20),
        "formats": {"PNG": 60},
        "sizes": [(10 * number, 9, 2) for number in range(1, 31)],
        "labels_from": "there are no classes: 1 images lie outside of any folder, IMG_1.PNG for one",
    }
    return Facts(**values | changes)


def meta(counts=(900, 30, 5), **changes):
    classes = tuple(f"class {number}" for number in range(len(counts)))
    values = {
        "dataset": "folder",
        "origin": "o",
        "signal": "image",
        "shape": (3, 8, 8),
        "classes": classes,
        "class_counts": counts,
        "count": {"train": sum(counts), "test": 20},
        "digest": "0" * 64,
    }
    return Meta(**values | changes)


def test_whatever_happened_to_files_is_on_the_page():
    page = render_data_report(meta(), facts(), [Section("Images", [])], {"images.crop": "centre"})
    for kind in KINDS:
        assert f"<td>{kind}<td" in page
        assert f"&lt;{kind}&gt;.png" in page
    for note in NOTES:
        assert f"<td>{note}<td" in page
    assert "IMG_1.PNG for one" in page
    assert "such as &lt;other&gt;.png" in page
    assert "<h2>Images" not in page  # nothing is under it


def test_data_that_are_no_files_have_a_page_too():
    page = render_data_report(meta(), None, [], {})
    assert "<h2>Files" not in page
    assert "935 images to learn from" in page


def test_what_may_spoil_a_training_is_said():
    told = " ".join(warnings(meta(), facts(notes={"enlarged": 50}, left_out={"duplicate": 30})))
    for part in (
        "only 935 images",
        "Only 20 images",
        "classes are unequal: 900",
        "1 of 3 classes",
        "enlarged",
        "repeat",
    ):
        assert part in told
    fine = meta(counts=(15_000, 15_000), count={"train": 30_000, "test": 3000})
    assert warnings(fine, facts(notes={}, left_out={})) == []
    assert summary(fine, facts())["classes"]["imbalance"] == 1


@pytest.mark.parametrize("side", [8, 96, 100, 1024])
def test_a_contact_sheet_stays_small(side):
    images = np.random.default_rng(0).integers(0, 256, (30, 3, side, side), dtype=np.uint8)
    labels = np.arange(30) % 3
    for classes in (0, 3, 4):  # of four, one has no image
        sheet, columns = contact_sheet(Split(images, labels if classes else None), classes)
        assert max(sheet.shape[2:]) <= LARGEST_CELL
        assert len(sheet) == (30 if not classes else classes * columns)


def test_shrinking_takes_the_mean():
    image = np.zeros((1, 1, 200, 200), dtype=np.uint8)
    image[..., ::2] = 90
    assert np.unique(shrunk(image)).tolist() in ([30, 60], [45], [30, 45, 60])


def test_pictures_of_numbers_and_sizes_are_drawn(tmp_path):
    plot_counts(np.array([3, 9]), ["a", "a long name"], tmp_path / "counts.png")
    plot_sizes(np.array([[10, 20, 3], [400, 300, 1]]), tmp_path / "sizes.png")
    assert all(path.stat().st_size > 2000 for path in tmp_path.iterdir())

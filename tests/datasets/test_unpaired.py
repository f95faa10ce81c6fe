"""Somebody's pictures of two kinds: what goes where, and what is told."""

import numpy as np
import pandas as pd
import pytest

from ganforge.errors import UserError
from ganforge.layout import IMPORT
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.datasets.pictures import fill, picture, put
from tests.datasets.sections import section, source
from tests.datasets.test_pairs import framed

SOURCES, TARGETS = 20, 50


def prepare(**changes):
    settings = section("unpaired", **{"labels": "use", "resolution": 16} | changes)
    target = IMPORT.parent / "prepared"
    source("unpaired").prepare(IMPORT, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target), pd.read_csv(target / "items.csv")


def two_kinds(folder):
    put(folder / "mine" / "Source", [f"{i}.png" for i in range(SOURCES)], size=(20, 30))
    put(folder / "mine" / "target", [f"{'ab'[i % 2]}/{i}.png" for i in range(TARGETS)], first=1000)


def test_every_picture_goes_to_its_side_and_has_no_partner(folder):
    two_kinds(folder)
    data, facts, items = prepare()
    assert (data.meta.paired, data.meta.tested_by_pairs) == (False, False)
    assert data.meta.classes == ("a", "b")
    counts = {name: sum(column.count.values()) for name, column in data.meta.columns.items()}
    assert counts == {"signal": TARGETS, "source": SOURCES, "labels": TARGETS}
    assert all(min(column.count.values()) > 0 for column in data.meta.columns.values())
    for _, row in items.iterrows():
        number = int(row.path.rpartition("/")[2].partition(".")[0])
        content = picture(number, (20, 30)) if row.column == "source" else picture(1000 + number)
        assert np.array_equal(data.splits[row.split].columns[row.column][row.row], framed(content))
        assert row.path.startswith("source/" if row.column == "source" else "target/")
    assert facts.taken == facts.candidates == SOURCES + TARGETS


def test_what_is_left_out_is_named_with_its_side(folder):
    two_kinds(folder)
    fill(folder, **{"mine__Source__bad.png": b"\x89PNG nothing", "mine__target__a__twin.png": picture(1000)})
    fill(
        folder, **{"mine__Source__both.png": picture(1001), "mine__notes.txt": b"of mine", "elsewhere.png": picture(7)}
    )
    _, facts, _ = prepare()
    assert facts.left_out == {"no image": 1, "duplicate": 1, "contradictory": 1}  # the last lies on both sides
    assert "source/bad.png" in facts.examples["no image"]
    assert facts.others == 2
    assert facts.candidates == SOURCES + TARGETS + 3


def test_both_sides_are_mirrored_and_have_as_many_channels(folder):
    put(folder / "source", [f"{i}.png" for i in range(SOURCES)], colour=False)
    put(folder / "target", [f"{i}.png" for i in range(TARGETS)], first=1000)
    data, _, _ = prepare(mirror=True)
    assert (data.meta.shape[0], data.meta.columns["source"].shape[0]) == (3, 3)
    for column in ("signal", "source"):
        array = data.splits["train"].columns[column]
        assert np.array_equal(array[1::2], array[::2][..., ::-1])


def test_a_side_that_is_missing_is_named(folder):
    put(folder / "target", ["1.png", "2.png"])
    with pytest.raises(UserError, match="no images in a folder named source; both folders source and target need"):
        prepare()
    put(folder / "source", ["1.png"], first=100)
    with pytest.raises(UserError, match=r"contains 3 files that may be images, but none in its folder \w+ is left"):
        prepare()


def test_folders_in_the_target_may_be_styles(folder):
    two_kinds(folder)
    data, _, _ = prepare(labels="styles")
    assert data.meta.styled
    assert data.meta.classes == ("a", "b")
    assert not prepare(labels="use")[0].meta.styled


def test_one_style_is_not_several(folder):
    put(folder / "source", [f"{i}.png" for i in range(SOURCES)])
    put(folder / "target", [f"a/{i}.png" for i in range(TARGETS)], first=1000)
    with pytest.raises(UserError, match=r"dataset.labels is styles, but .*target contains pictures of one style"):
        prepare(labels="styles")

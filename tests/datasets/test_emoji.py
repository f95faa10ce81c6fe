"""Emoji in two styles: what is a pair, and that nothing held out is learnt in another skin."""

import csv
import json

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from ganforge.datasets.emoji import BORDER, MD5, PITCH, SIDE, base_of, read_cells
from ganforge.errors import UserError
from ganforge.prepared.facts import read_facts
from ganforge.prepared.meta import Prepared
from tests.conftest import MIRROR
from tests.datasets.sections import section, source


def prepare(raw, target, **changes):
    """Prepares the files in ``raw``, the style twitter from the source google unless told otherwise."""
    settings = section("emoji", **{"resolution": "native", "source": "google"} | changes)
    source("emoji").prepare(raw, target, settings, lambda done, total: None)
    return Prepared.load(target), read_facts(target)


def entry(unified, place, category="Objects", *, google=True, variations=()):
    """What the table says of an emoji, its variations behind it in the same row."""
    drawn = {"unified": unified, "name": "A THING", "short_name": "thing", "category": category}
    drawn |= {"sheet_x": place[0], "sheet_y": place[1], "has_img_google": google, "has_img_twitter": True}
    tones = {
        tone: {**drawn, "unified": f"{unified}-{tone}", "sheet_x": place[0] + 1 + index}
        for index, tone in enumerate(variations)
    }
    return drawn | ({"skin_variations": tones} if tones else {})


@pytest.fixture
def made_up(tmp_path):
    """A folder with a table and two sheets of 6x6 cells: noise in each, with a transparent left half."""
    random = np.random.default_rng(0)
    for number, style in enumerate(("google", "twitter")):
        sheet = random.integers(0, 256, (6 * PITCH, 6 * PITCH, 4), dtype=np.uint8)
        sheet[..., 3] = 255
        for left in range(0, 6 * PITCH, PITCH):
            sheet[:, left : left + PITCH // 2, 3] = 0
        sheet[:PITCH, PITCH : 2 * PITCH] = sheet[:PITCH, :PITCH]  # the second cell looks like the first in both
        sheet[0, 0] = number
        Image.fromarray(sheet).save(tmp_path / f"sheet_{style}_64.png")
    table = [entry(f"1F4{number:02X}", (number % 6, number // 6)) for number in range(24)]
    table += [entry("1F44B", (0, 4), "People & Body", variations=("1F3FB", "1F3FD", "1F3FF"))]
    table += [
        entry("1F1E6", (0, 5), "Flags"),
        entry("1F3FB", (1, 5), "Component"),
        entry("1F9FF", (2, 5), google=False),
    ]
    (tmp_path / "emoji.json").write_text(json.dumps(table))
    return tmp_path


@pytest.fixture
def official():
    """The folder with the official files."""
    if not all((MIRROR / "emoji" / name).exists() for name in MD5):
        pytest.skip(f"no sheets of emoji in {MIRROR}")
    return MIRROR / "emoji"


def test_a_pair_is_one_emoji_in_both_styles_on_the_background(made_up, tmp_path):
    data, facts = prepare(made_up, tmp_path / "prepared", background="#0080ff", labels="use")
    rows = list(csv.DictReader((tmp_path / "prepared" / "items.csv").open()))
    cells = {cell.name: cell for cell in read_cells(made_up / "emoji.json")}
    for row in rows:
        for column, style in (("signal", "twitter"), ("source", "google")):
            stored = data.splits[row["split"]].columns[column][int(row["row"])]
            x, y = (PITCH * place + BORDER for place in cells[row["path"]].place)
            sheet = np.asarray(Image.open(made_up / f"sheet_{style}_64.png"))
            cell = sheet[y : y + SIDE, x : x + SIDE].transpose(2, 0, 1)
            visible = cell[3] == 255
            assert np.array_equal(stored[:, visible], cell[:3, visible])
            assert (stored[:, ~visible].T == (0, 128, 255)).all()
    assert data.meta.classes == ("Objects", "People & Body")
    assert cells.keys() - {row["path"] for row in rows} in ({"1F9FF", "1F400"}, {"1F9FF", "1F401"})
    assert facts.left_out == {"duplicate": 1, "alone": 1}
    assert facts.candidates == len(cells) == 29


def test_held_out_emoji_are_not_learnt_in_one_of_the_styles(made_up, tmp_path):
    data, _ = prepare(made_up, tmp_path / "first")
    held_out = next(csv.DictReader(line for line in (tmp_path / "first" / "items.csv").open() if "train" not in line))
    cells = {cell.name: cell for cell in read_cells(made_up / "emoji.json")}
    (x, y), (learnt_x, learnt_y) = (
        cells[held_out["path"]].place,
        next(
            cells[row["path"]].place
            for row in csv.DictReader((tmp_path / "first" / "items.csv").open())
            if row["split"] == "train"
        ),
    )
    sheet = np.asarray(Image.open(made_up / "sheet_google_64.png")).copy()
    learnt = sheet[PITCH * learnt_y :, PITCH * learnt_x :][:PITCH, :PITCH]
    sheet[PITCH * y : PITCH * (y + 1), PITCH * x : PITCH * (x + 1)] = learnt
    Image.fromarray(sheet).save(made_up / "sheet_google_64.png")
    after, facts = prepare(made_up, tmp_path / "second")
    assert after.meta.count == {"train": data.meta.count["train"], "test": data.meta.count["test"] - 1}
    assert held_out["path"] in facts.examples["duplicate"]


@pytest.mark.parametrize(("chosen", "columns"), [("none", ["signal"]), ("edges", ["signal"]), ("google", None)])
def test_a_source_is_the_other_style_or_is_left_to_be_derived(made_up, tmp_path, chosen, columns):
    data, _ = prepare(made_up, tmp_path / "prepared", source=chosen, labels="ignore", resolution=16)
    assert list(data.meta.columns) == (columns or ["signal", "source"])
    assert {column.shape for column in data.meta.columns.values()} == {(3, 16, 16)}
    assert {column.dtype for column in data.meta.columns.values()} == {"uint8"}
    assert section("emoji", source=chosen).derivation == (("edges", 0.1) if chosen == "edges" else None)


def test_withheld_partners_are_learnt_from_in_one_style_each_and_tested_by(made_up, tmp_path):
    shown, _ = prepare(made_up, tmp_path / "shown")
    data, facts = prepare(made_up, tmp_path / "withheld", partners="withheld")
    assert (data.meta.paired, data.meta.tested_by_pairs) == (False, True)
    for column in ("signal", "source"):
        assert np.array_equal(data.splits["test"].columns[column], shown.splits["test"].columns[column])
    train, pairs = data.splits["train"].columns, shown.splits["train"].columns
    assert len(train["signal"]) == len(train["labels"])
    partner = {source.tobytes(): signal.tobytes() for source, signal in zip(pairs["source"], pairs["signal"])}
    learnt = {signal.tobytes() for signal in train["signal"]}
    sources = {source.tobytes() for source in train["source"]}
    assert 0 < len(sources) == len(train["source"])
    assert sources <= partner.keys()
    assert not {partner[source] for source in sources} & learnt
    assert len(learnt) + len(sources) == len(pairs["signal"])
    rows = list(csv.DictReader((tmp_path / "withheld" / "items.csv").open()))
    cells = {cell.name: cell for cell in read_cells(made_up / "emoji.json")}
    sheets = {"signal": "twitter", "source": "google"}
    for row in rows:
        x, y = (PITCH * place + BORDER for place in cells[row["path"]].place)
        sheet = Image.open(made_up / f"sheet_{sheets[row['column']]}_64.png").convert("RGB")
        stored = data.splits[row["split"]].columns[row["column"]][int(row["row"])]
        drawn = np.asarray(sheet)[y : y + SIDE, x : x + SIDE].transpose(2, 0, 1)
        assert np.array_equal(stored[:, :, SIDE // 2 :], drawn[:, :, SIDE // 2 :])
    assert facts.taken == len(rows)
    with pytest.raises(ValidationError, match=r"withheld while dataset\.source is edges"):
        section("emoji", source="edges", partners="withheld")


def test_a_style_is_not_its_own_source():
    with pytest.raises(ValidationError, match="both twitter; the two must differ"):
        section("emoji", source="twitter")


def test_damaged_files_are_refused(made_up, tmp_path):
    (made_up / "sheet_google_64.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"sheet_google_64\.png is damaged .*dvc repro -f fetch"):
        prepare(made_up, tmp_path / "prepared")
    (made_up / "emoji.json").write_text('[{"name": "half"}]')
    with pytest.raises(UserError, match=r"emoji\.json is damaged .*dvc repro -f fetch"):
        prepare(made_up, tmp_path / "prepared")


@pytest.mark.parametrize(
    "alike",
    [
        ("1F44B", "1F44B-1F3FB", "1F44B-1F3FF"),  # waving hand
        ("1F3C3", "1F3C3-200D-2640-FE0F", "1F3C3-200D-2642-FE0F-200D-27A1-FE0F", "1F3C3-200D-27A1-FE0F"),  # runner
        ("1F468-200D-1F33E", "1F469-200D-1F33E", "1F9D1-1F3FB-200D-1F33E"),  # farmer
        ("1F468", "1F469", "1F9D1"),
        ("1F466", "1F467", "1F9D2"),
        ("1F46A", "1F468-200D-1F466", "1F9D1-200D-1F9D1-200D-1F9D2"),  # family
        ("1F46B", "1F46C", "1F46D", "1F9D1-200D-1F91D-200D-1F9D1"),  # holding hands
        ("1F491", "1F469-200D-2764-FE0F-200D-1F468"),  # couple with heart
        ("1F48F", "1F469-200D-2764-FE0F-200D-1F48B-200D-1F468"),  # kiss
        ("1F385", "1F936", "1F9D1-200D-1F384"),  # Santa
        ("2764-FE0F", "2764"),
    ],
)
def test_skin_tones_and_genders_have_one_base(alike):
    assert len({base_of(unified) for unified in alike}) == 1


def test_other_things_have_bases_of_their_own():
    things = [
        "1F9D1-200D-1F33E",
        "1F33E",
        "2764-FE0F",
        "1F499",
        "27A1-FE0F",
        "2640-FE0F",
        "2642-FE0F",
        "1F550",
        "1F551",
    ]
    assert len({base_of(unified) for unified in things}) == len(things)


def test_the_official_sheets_hold_as_many_pairs_as_documented(official, tmp_path):
    data, facts = prepare(official, tmp_path / "prepared", resolution=8, test_share=0.15, labels="use")
    assert data.meta.count == {"train": 2914, "test": 214}
    assert len(data.meta.classes) == 8
    assert facts.left_out == {"duplicate": 5, "variation": 378}
    base = {cell.name: cell.base for cell in read_cells(official / "emoji.json")}
    rows = list(csv.DictReader((tmp_path / "prepared" / "items.csv").open()))
    bases = {split: {base[row["path"]] for row in rows if row["split"] == split} for split in ("train", "test")}
    assert not bases["train"] & bases["test"]
    assert len(bases["test"]) == 214
    for column in ("signal", "source"):
        learnt = {picture.tobytes() for picture in data.splits["train"].columns[column]}
        assert not any(picture.tobytes() in learnt for picture in data.splits["test"].columns[column])


def test_a_part_of_the_emoji_to_learn_from_is_held_out_for_validation(made_up, tmp_path):
    tested, _ = prepare(made_up, tmp_path / "tested")
    data, facts = prepare(made_up, tmp_path / "validated", held_out="validation")
    learnt = {signal.tobytes() for signal in tested.splits["train"].signal}
    taken = [{signal.tobytes() for signal in data.splits[split].signal} for split in ("train", "test")]
    assert taken[0] and taken[1] and not taken[0] & taken[1]
    assert taken[0] | taken[1] == learnt
    assert facts.set_aside >= tested.meta.count["test"]

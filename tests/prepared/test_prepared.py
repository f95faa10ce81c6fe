"""The one format of prepared data."""

import json

import numpy as np
import pytest

from ganforge.errors import UserError
from ganforge.prepared.columns import Kind, Split
from ganforge.prepared.meta import Prepared, read_meta, write_prepared

KINDS = {"signal": Kind("image"), "labels": Kind("labels", {"names": ["a", "b"]})}


def splits(value=7):
    train = Split.of(np.full((4, 3, 8, 8), value, dtype=np.uint8), np.array([0, 1, 1, 1]))
    return {"train": train, "test": train.rows(np.arange(2))}


def write(folder, held_out="test", **changes):
    return write_prepared(folder, splits(**changes), KINDS, dataset="d", origin="o", held_out=held_out)


def test_arrays_come_back_mapped_with_what_describes_them(tmp_path):
    meta = write(tmp_path)
    data = Prepared.load(tmp_path)
    assert data.meta == meta
    assert meta.shape == (3, 8, 8)
    assert meta.classes == ("a", "b")
    assert meta.class_counts == (1, 3)
    assert meta.count == {"train": 4, "test": 2}
    assert isinstance(data.splits["train"].signal, np.memmap)
    assert np.array_equal(data.splits["train"].signal, splits()["train"].signal)
    assert data.splits["test"].labels.tolist() == [0, 1]


def test_what_is_held_out_is_described(tmp_path):
    assert write(tmp_path).held_out == "test"
    write(tmp_path, held_out="validation")
    assert read_meta(tmp_path).held_out == "validation"


def test_data_without_labels_have_no_classes(tmp_path):
    signals = {name: split.without("labels") for name, split in splits().items()}
    meta = write_prepared(tmp_path, signals, {"signal": Kind("image")}, dataset="d", origin="o")
    assert (meta.classes, meta.class_counts, meta.paired) == ((), (), False)
    assert Prepared.load(tmp_path).splits["train"].labels is None
    assert [path.name for path in (tmp_path / "train").iterdir()] == ["signal.npy"]


def test_the_digest_tells_data_apart(tmp_path):
    assert write(tmp_path / "a").digest == write(tmp_path / "b").digest
    assert write(tmp_path / "c", value=8).digest != write(tmp_path / "a").digest


def test_missing_data_say_which_stage_makes_them(tmp_path):
    with pytest.raises(UserError, match="`make repro` creates it"):
        read_meta(tmp_path)


HARMS = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "empty": lambda path: path.write_bytes(b""),
    "a web page": lambda path: path.write_bytes(b"<!doctype html>" * 40),
    "promising more": lambda path: path.write_bytes(path.read_bytes().replace(b"(4,", b"(9,")),
    "of another type": lambda path: np.save(path, np.zeros((4, 3, 8, 8), np.float64)),
    "of another shape": lambda path: np.save(path, np.zeros((4, 1, 8, 8), np.uint8)),
    "of fewer rows": lambda path: np.save(path, np.zeros((3, 3, 8, 8), np.uint8)),
    "a pickle": lambda path: np.save(path, np.array([Planted(path)], dtype=object), allow_pickle=True),
    "gone": lambda path: path.unlink(),
}


class Planted:
    """What writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path.with_name("harm"),))


@pytest.mark.parametrize("column", ["signal", "labels"])
@pytest.mark.parametrize("harm", HARMS)
def test_an_array_that_is_damaged_is_refused_by_name(tmp_path, harm, column):
    write(tmp_path)
    path = tmp_path / "train" / f"{column}.npy"
    HARMS[harm](path)
    with pytest.raises(UserError, match=rf"train/{column}\.npy"):
        Prepared.load(tmp_path)
    assert not list(tmp_path.rglob("harm"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"shape": 1}', "\x00", '{"columns": {"signal": {}}}'])
def test_a_damaged_description_is_refused_by_name(tmp_path, text):
    write(tmp_path)
    (tmp_path / "meta.json").write_text(text)
    with pytest.raises(UserError, match=r"meta\.json is damaged"):
        read_meta(tmp_path)


def test_a_description_of_before_is_refused(tmp_path):
    write(tmp_path)
    older = {"dataset": "d", "origin": "o", "signal": "image", "shape": [3, 8, 8], "classes": ["a", "b"]}
    (tmp_path / "meta.json").write_text(json.dumps(older))
    with pytest.raises(UserError, match=r"meta\.json is damaged .* `dvc repro -f preprocess`"):
        Prepared.load(tmp_path)

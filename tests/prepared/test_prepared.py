"""The one format of prepared data."""

import numpy as np
import pytest

from ganforge.datasets.source import Split
from ganforge.errors import UserError
from ganforge.prepared.meta import Prepared, read_meta, write_prepared

DESCRIBED = {"dataset": "d", "origin": "o", "signal": "image", "classes": ["a", "b"]}


def splits(value=7):
    train = Split(np.full((4, 3, 8, 8), value, dtype=np.uint8), np.array([0, 1, 1, 1]))
    return {"train": train, "test": Split(train.images[:2], train.labels[:2])}


def write(folder, **changes):
    return write_prepared(folder, splits(**changes), **DESCRIBED)


def test_arrays_come_back_mapped_with_what_describes_them(tmp_path):
    meta = write(tmp_path)
    data = Prepared.load(tmp_path)
    assert data.meta == meta
    assert meta.shape == (3, 8, 8)
    assert meta.class_counts == (1, 3)
    assert meta.count == {"train": 4, "test": 2}
    assert isinstance(data.splits["train"].images, np.memmap)
    assert np.array_equal(data.splits["train"].images, splits()["train"].images)


def test_what_is_held_out_and_the_parts_of_an_item_are_described(tmp_path):
    assert (write(tmp_path).held_out, write(tmp_path).parts) == ("test", 1)
    write_prepared(tmp_path, splits(), **DESCRIBED, held_out="validation", parts=3)
    meta = read_meta(tmp_path)
    assert (meta.held_out, meta.parts) == ("validation", 3)


def test_the_digest_tells_data_apart(tmp_path):
    assert write(tmp_path / "a").digest == write(tmp_path / "b").digest
    assert write(tmp_path / "c", value=8).digest != write(tmp_path / "a").digest


def test_missing_data_say_which_stage_makes_them(tmp_path):
    with pytest.raises(UserError, match="`make repro` makes it"):
        read_meta(tmp_path)


def shape_of_more(path):
    """An npy file whose header promises more rows than there are."""
    content = path.read_bytes()
    path.write_bytes(content.replace(b"(4, 3, 8, 8)", b"(9, 3, 8, 8)"))


HARMS = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:300]),
    "empty": lambda path: path.write_bytes(b""),
    "a web page": lambda path: path.write_bytes(b"<!doctype html>" * 40),
    "promising more": shape_of_more,
    "of another type": lambda path: np.save(path, np.zeros((4, 3, 8, 8), np.float64)),
    "of another shape": lambda path: np.save(path, np.zeros((4, 1, 8, 8), np.uint8)),
    "a pickle": lambda path: np.save(path, np.array([Planted(path)], dtype=object), allow_pickle=True),
    "gone": lambda path: path.unlink(),
}


class Planted:
    """What writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (type(self.path).touch, (self.path.with_name("harm"),))


@pytest.mark.parametrize("harm", HARMS)
def test_an_array_that_is_damaged_is_refused_by_name(tmp_path, harm):
    write(tmp_path)
    HARMS[harm](tmp_path / "train.npy")
    with pytest.raises(UserError, match=r"train\.npy"):
        Prepared.load(tmp_path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"shape": 1}', "\x00"])
def test_a_damaged_description_is_refused_by_name(tmp_path, text):
    write(tmp_path)
    (tmp_path / "meta.json").write_text(text)
    with pytest.raises(UserError, match=r"meta\.json is damaged"):
        read_meta(tmp_path)

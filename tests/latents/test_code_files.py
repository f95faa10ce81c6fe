"""code.json: a code that is written, read again, and refused where it cannot be taken."""

import json

import numpy as np
import pytest

from ganforge.commands.pictures import EncodedSignal, read_code, write_code
from ganforge.errors import UserError
from tests.latents.conftest import untrained


def written(space, path):
    """The code of a sample, as a file."""
    codes, asked = space.draw(1, seed=1)
    write_code(path, EncodedSignal(codes, asked, None, space.signals(codes), 0.25), space)
    return codes, asked


@pytest.mark.parametrize("classes", [0, 3])
def test_a_code_is_read_as_it_was_written(family, classes, tmp_path):
    space = untrained(family, classes)
    codes, asked = written(space, tmp_path / "code.json")
    read = read_code(tmp_path / "code.json", space)
    assert np.array_equal(read.code, codes)
    assert np.array_equal(read.reconstruction, space.signals(codes))
    assert {name: column.tolist() for name, column in read.asked.items()} == {
        name: column.tolist() for name, column in asked.items()
    }
    assert read.share_of_mean_error is read.given is None


def test_a_code_is_read_whose_condition_was_called_its_label(tmp_path):
    space, path = untrained("dcgan", 3), tmp_path / "code.json"
    codes, asked = written(space, path)
    contents = json.loads(path.read_text())
    path.write_text(json.dumps(contents | {"label": contents.pop("condition")}))
    read = read_code(path, space)
    assert np.array_equal(read.code, codes)
    assert read.asked["labels"].tolist() == asked["labels"].tolist()


def test_a_code_of_another_generator_of_the_same_size_is_refused(tmp_path):
    space, other = untrained("dcgan", 3), untrained("dcgan", 3)
    other.module.first_weight().data.mul_(1.5)
    written(other, tmp_path / "code.json")
    with pytest.raises(UserError, match=r"holds no code of this generator \(it belongs to another generator\)"):
        read_code(tmp_path / "code.json", space)


@pytest.mark.parametrize(
    ("key", "value"),
    [("code", [0.5]), ("code", [float("nan")] * 16), ("code", [10**400] * 16), ("code", "abc"), ("condition", "x")],
)
def test_a_damaged_code_is_refused_in_a_sentence(tmp_path, key, value):
    space = untrained("dcgan", 3)
    path = tmp_path / "code.json"
    written(space, path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(UserError, match=r"^\S+ holds no code of this generator \(.+\): project the picture again\.$"):
        read_code(path, space)


def test_a_code_that_names_no_generator_is_refused(tmp_path):
    (tmp_path / "code.json").write_text('{"code": [0.5], "condition": null}')
    with pytest.raises(UserError, match="it does not name its generator"):
        read_code(tmp_path / "code.json", untrained("dcgan", 3))

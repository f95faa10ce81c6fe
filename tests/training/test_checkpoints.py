"""Checkpoints: the newest whole one counts."""

import pytest
import torch

from ganforge.training.checkpoints import Checkpoints


def test_what_was_saved_comes_back(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    assert checkpoints.load() is None
    checkpoints.save(3, {"step": 3, "weights": torch.arange(4.0), "history": [{"images": 1}]})
    state = checkpoints.load()
    assert state["step"] == 3
    assert torch.equal(state["weights"], torch.arange(4.0))


def test_two_are_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path)
    for step in range(5):
        checkpoints.save(step, {"step": step})
    assert len(list(tmp_path.iterdir())) == 2
    assert checkpoints.load()["step"] == 4


@pytest.mark.parametrize("harm", ["truncate", "flip", "empty"])
def test_a_damaged_newest_one_falls_back_to_the_one_before(tmp_path, harm):
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, {"step": 1})
    newest = checkpoints.save(2, {"step": 2})
    content = bytearray(newest.read_bytes())
    if harm == "truncate":
        content = content[: len(content) // 2]
    elif harm == "flip":
        content[len(content) // 2] ^= 1
    else:
        content = bytearray()
    newest.write_bytes(content)
    with pytest.warns(UserWarning, match="damaged"):
        assert checkpoints.load()["step"] == 1
    checkpoints.save(2, {"step": 2})
    assert checkpoints.load()["step"] == 2

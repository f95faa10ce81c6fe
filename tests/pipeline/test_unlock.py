"""What a killed DVC leaves behind."""

from pipeline.unlock import RWLOCK, remove_broken_rwlock


def test_a_lock_of_dvc_that_was_cut_short_is_removed(tmp_path):
    path = tmp_path / RWLOCK
    path.parent.mkdir(parents=True)
    assert not remove_broken_rwlock(tmp_path)
    path.write_text("{}")
    assert not remove_broken_rwlock(tmp_path)
    path.write_text("")
    assert remove_broken_rwlock(tmp_path)
    assert not path.exists()

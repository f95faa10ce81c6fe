"""What keeps a run up to date, at work in a thread."""

import re

from ganforge.tracking import recorder as recorder_module
from ganforge.tracking.identity import Identity
from tests.server import wait_until
from tests.tracking.runs import Watched, metrics_of, picture, rows, steps


def test_a_recorder_sends_every_row_and_sheet_once(store, params):
    first = Watched(params, Identity.new())
    first.show([], [picture(store, 0)])
    first.show(rows(64), [])
    first.show(rows(128), [picture(store, 64)])
    first.close("KILLED")
    run = first.opened[0]
    assert steps(run) == [64, 128]
    assert run.grids_held() == {0, 64}
    again = Watched(params, run.identity)  # as after a kill: opened before it is told of any row
    wait_until(lambda: again.opened)
    again.show(rows(64, 128, 192), [picture(store, 0), picture(store, 64)])
    again.close("KILLED")
    assert steps(run) == [64, 128, 192]
    assert len([file for file in run.client.list_artifacts(run.run_id, "images") if file.path.endswith(".png")]) == 2
    assert run.client.get_run(run.run_id).info.status == "KILLED"


def test_a_recorder_shows_how_busy_the_machine_is(store, params, monkeypatch):
    monkeypatch.setattr(recorder_module, "MEASURE", 0.2)
    watched = Watched(params, Identity.new())
    wait_until(lambda: watched.opened and "system/cpu_utilization_percentage" in metrics_of(watched.opened[0]))
    watched.close()
    assert 0 < metrics_of(watched.opened[0])["system/system_memory_usage_percentage"] <= 100


def test_a_store_that_is_gone_is_told_once_and_filled_when_it_is_back(store, tmp_path, params, monkeypatch):
    monkeypatch.setattr(recorder_module, "RETRY", 0.1)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'not' / 'there' / 'mlflow.db'}")
    (tmp_path / "not").touch()
    watched = Watched(params, Identity.new())
    watched.show(rows(64), [])
    wait_until(lambda: watched.sentences)
    watched.show(rows(128), [])
    (tmp_path / "not").unlink()
    (tmp_path / "not" / "there").mkdir(parents=True)
    wait_until(lambda: watched.opened)
    watched.close()
    (sentence,) = watched.sentences
    assert re.match(r"MLflow at .* failed .*what is missing there\.$", sentence)
    assert steps(watched.opened[-1]) == [64, 128]

"""The store of runs: made, moved, broken."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from ganforge.errors import UserError
from ganforge.tracking.identity import Identity
from ganforge.tracking.run import recover_run
from ganforge.tracking.store import connect, store_needed
from tests.tracking.runs import META, Watched, picture, rows


def test_files_of_an_sqlite_store_lie_beside_it_wherever_one_stands(store, params, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere / 'runs.db'}")
    run = recover_run(params, META, Identity.new())
    run.log_grids([picture(store, 0)])
    assert list((elsewhere / "mlartifacts").rglob("*.png"))
    assert not (store / "mlruns").exists()


def open_store(_):
    connect().search_experiments()


def test_many_that_open_a_new_store_at_once_find_it_whole(store):
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(open_store, range(2)))
    assert [file.name for file in store.iterdir() if "mlflow.db" in file.name] == ["mlflow.db"]


def test_a_process_that_is_killed_while_it_makes_the_store_leaves_none(store):
    maker = multiprocessing.get_context("spawn").Process(target=open_store, args=(0,))
    maker.start()
    while maker.is_alive() and not list(store.glob(".mlflow.db.*/mlflow.db")):
        time.sleep(0.005)
    time.sleep(0.2)  # some of the tables are there
    maker.kill()
    maker.join()
    assert not (store / "mlflow.db").exists()
    open_store(0)
    assert (store / "mlflow.db").exists()


def test_an_experiment_that_was_deleted_is_restored(store, params):
    run = recover_run(params, META, Identity.new())
    run.client.delete_experiment(run.client.get_run(run.run_id).info.experiment_id)
    again = recover_run(params, META, Identity.new())
    assert again.client.get_run(again.run_id).info.lifecycle_stage == "active"


def test_a_store_that_was_moved_finds_its_pictures(store, params, tmp_path, monkeypatch):
    old, new = store / "one folder", store / "another ü"
    old.mkdir()
    monkeypatch.chdir(old)
    run = recover_run(params, META, Identity.new())
    run.log_grids([picture(store, 0)])
    old.rename(new)
    monkeypatch.chdir(new)
    again = recover_run(params, META, run.identity)
    assert again.run_id == run.run_id
    assert again.grids_held() == {0}
    assert again.client.get_run(run.run_id).info.artifact_uri.startswith((new / "mlartifacts").as_uri())
    loaded = again.client.list_artifacts(again.run_id, "images")[0]
    assert (tmp_path / again.client.download_artifacts(again.run_id, loaded.path, str(tmp_path))).exists()


def test_a_store_that_may_not_be_written_to_is_told_of(store, params, monkeypatch):
    identity = Identity.new()
    recover_run(params, META, identity)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///file:{store / 'mlflow.db'}?mode=ro&uri=true")
    with pytest.raises(UserError, match=r"readonly database.*no results are lost"), store_needed():
        recover_run(params, META, Identity.new())
    watched = Watched(params, Identity.new())
    watched.show(rows(64), [])
    watched.close("KILLED")
    assert "readonly database" in watched.sentences[0]


def test_a_dead_server_is_told_in_a_sentence(store, params, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    sentence = r"MLflow at http://127\.0\.0\.1:9 cannot be used .*no results are lost"
    with pytest.raises(UserError, match=sentence), store_needed():
        recover_run(params, META, Identity.new())


def test_the_client_gives_up_on_a_dead_server_quickly(store, monkeypatch):
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    connect()
    assert int(os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) <= 2

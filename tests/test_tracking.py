"""The MLflow run, in a real store."""

import json
import multiprocessing
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict

import numpy as np
import psutil
import pytest
from PIL import Image

from ganforge.datasets.prepared import Meta
from ganforge.errors import UserError
from ganforge.params import parse_params
from ganforge.tracking import SCORING_TAG, Identity, LiveRun, connect, recover_run, scoring_mark, store_needed
from ganforge.tracking import live as live_module
from ganforge.tracking import recorder as recorder_module
from ganforge.tracking.recorder import Recorder
from tests.project import ROOT, our_environment

META = Meta("digits", "somewhere", "image", (1, 8, 8), ("0", "1"), (5, 5), {"train": 10, "test": 2}, "ab" * 32)


@pytest.fixture
def params(defaults):
    return parse_params(defaults)


@pytest.fixture
def store(own_folder):
    """An empty default store in a folder of its own."""
    return own_folder


def rows(*images):
    return [{"images": count, "loss_generator": 0.5 + count, "gradient_real": float("nan")} for count in images]


def picture(folder, images):
    path = folder / f"{images:09d}.png"
    Image.fromarray(np.zeros((8, 8), dtype=np.uint8)).save(path)
    return path


def steps(run):
    return sorted(metric.step for metric in run.client.get_metric_history(run.run_id, "train/loss_generator"))


def test_files_of_an_sqlite_store_lie_beside_it_wherever_one_stands(store, params, tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{elsewhere / 'runs.db'}")
    run = recover_run(params, META, Identity.new())
    run.log_grids([picture(store, 0)])
    assert list((elsewhere / "mlartifacts").rglob("*.png"))
    assert not (store / "mlruns").exists()


def test_a_run_holds_params_data_and_code(store, params):
    run = recover_run(params, META, Identity.new())
    stored = run.client.get_run(run.run_id)
    assert stored.data.params["train.loss"] == "relativistic"
    assert "sample.count" not in stored.data.params
    assert stored.info.run_name.startswith("digits dcgan relativistic")
    assert stored.inputs.dataset_inputs[0].dataset.name == "digits"
    assert (store / "mlflow.db").exists()
    assert stored.info.artifact_uri.startswith((store / "mlartifacts").as_uri())


def test_a_killed_training_goes_on_in_its_run_and_no_step_is_recorded_twice(store, params):
    first = recover_run(params, META, Identity.new())
    first.log_rows(rows(64, 128))
    first.log_grids([picture(store, 0), picture(store, 64)])
    second = recover_run(params, META, first.identity)
    assert second.run_id == first.run_id
    second.log_history(rows(64, 128, 192))
    second.log_grids([picture(store, 0), picture(store, 64), picture(store, 192)])
    assert steps(second) == [64, 128, 192]
    assert second.grids_held() == {0, 64, 192}
    files = second.client.list_artifacts(second.run_id, "images")
    assert len([file for file in files if file.path.endswith(".png")]) == 3
    second.end("KILLED")
    assert second.client.get_run(second.run_id).info.status == "KILLED"
    third = recover_run(params, META, second.identity)
    third.end("FINISHED")
    ended = third.client.get_run(third.run_id).info
    third.end("FINISHED")
    assert third.client.get_run(third.run_id).info.end_time == ended.end_time
    assert ended.status == "FINISHED"


def test_a_row_that_is_sent_twice_is_there_once(store, params):
    """As when a server takes what its client has given up on."""
    run = recover_run(params, META, Identity.new())
    sent = [row | {"seconds": row["images"] / 100} for row in rows(64, 128)]
    run.log_rows(sent)
    run.log_rows(sent)
    assert steps(run) == [64, 128]


def test_a_run_that_is_gone_is_made_again_once(store, params):
    lost = Identity.new()
    gone = recover_run(params, META, lost)
    gone.client.delete_run(gone.run_id)
    again = recover_run(params, META, gone.identity)
    again.log_history(rows(64))
    assert again.run_id != gone.run_id
    third = recover_run(params, META, gone.identity)
    assert third.run_id == again.run_id
    third.log_history(rows(64, 128))
    assert steps(third) == [64, 128]


def test_a_store_that_never_saw_the_run_gets_it(store, params):
    elsewhere = Identity("f" * 32, "e" * 32, {"torch.version": "2.0"})
    run = recover_run(params, META, elsewhere)
    tags = run.client.get_run(run.run_id).data.tags
    assert tags["ganforge.training"] == "f" * 32
    assert tags["torch.version"] == "2.0"  # that of the training, not of today


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


def test_a_run_whose_maker_was_killed_gets_its_parameters(store, params):
    identity = Identity.new()
    client = connect()
    experiment = client.create_experiment("ganforge")
    made = client.create_run(experiment, tags={"ganforge.training": identity.training})
    run = recover_run(params, META, identity)
    assert run.run_id == made.info.run_id
    assert client.get_run(run.run_id).data.params["train.loss"] == "relativistic"


def test_scores_are_metrics_and_later_ones_replace_them(store, params):
    run = recover_run(params, META, Identity.new())
    run.log_scores({"quality": {"fd": 2.0}, "n": {"real": 3}})
    run.log_scores({"quality": {"fd": 1.5}})
    assert run.client.get_run(run.run_id).data.metrics == {"quality/fd": 1.5, "n/real": 3}


def test_a_generator_that_is_scored_in_another_way_gets_another_run(store, params, defaults):
    identity = Identity.new()
    defaults["sample"]["seeds"] = [7]
    other = parse_params(defaults)
    first, second = {"quality": {"fd": 2.0, "fd_std": 0.1}}, {"quality": {"fd": 3.0}}
    runs = {}
    for settings, scores in ((params, first), (other, second), (params, first), (other, second)):
        mark = scoring_mark(settings, scores)
        run = recover_run(settings, META, identity, mark)
        run.log_scores(scores)
        run.set_tags({SCORING_TAG: mark})
        run.end("FINISHED")
        identity = run.identity
        runs.setdefault(mark, set()).add(run.run_id)
        flat = {f"quality/{name}": value for name, value in scores["quality"].items()}
        assert run.client.get_run(run.run_id).data.metrics == flat
    assert [len(ids) for ids in runs.values()] == [1, 1]


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
    with pytest.raises(UserError, match=r"readonly database.*nothing made is lost"), store_needed():
        recover_run(params, META, Identity.new())
    watched = Watched(params, Identity.new())
    watched.show(rows(64), [])
    watched.close("KILLED")
    assert "readonly database" in watched.told[0]


def test_a_dead_server_is_told_in_a_sentence(store, params, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    sentence = r"MLflow at http://127\.0\.0\.1:9 cannot be used .*nothing made is lost"
    with pytest.raises(UserError, match=sentence), store_needed():
        recover_run(params, META, Identity.new())


class Watched:
    """A recorder at work in a thread of this process, where a test can change how long it waits.

    Attributes:
        opened: runs that it opened so far.
        told: sentences that it told.
    """

    def __init__(self, params, identity):
        self.opened, self.told = [], []

        def open_run():
            self.opened.append(recover_run(params, META, identity))
            return self.opened[-1]

        self.recorder = Recorder(open_run, self.told.append)
        self.thread = threading.Thread(target=self.recorder.run)
        self.thread.start()
        self.show = self.recorder.show

    def close(self, status=None):
        self.recorder.close(status)
        self.thread.join(30)


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


def metrics_of(run):
    return run.client.get_run(run.run_id).data.metrics


def test_a_store_that_is_gone_is_told_once_and_filled_when_it_is_back(store, tmp_path, params, monkeypatch):
    monkeypatch.setattr(recorder_module, "RETRY", 0.1)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'not' / 'there' / 'mlflow.db'}")
    (tmp_path / "not").touch()
    watched = Watched(params, Identity.new())
    watched.show(rows(64), [])
    wait_until(lambda: watched.told)
    watched.show(rows(128), [])
    (tmp_path / "not").unlink()
    (tmp_path / "not" / "there").mkdir(parents=True)
    wait_until(lambda: watched.opened)
    watched.close()
    (told,) = watched.told
    assert re.match(r"MLflow at .* failed .*what is missing there\.$", told)
    assert steps(watched.opened[-1]) == [64, 128]


def test_a_live_run_is_recorded_by_a_process_that_ends_with_it(store, params):
    (store / "run.json").write_text(Identity.new().to_json())
    live = LiveRun(params, META, store / "run.json")
    live.show(rows(64), [picture(store, 0)])
    live.show(rows(64, 128), [picture(store, 0), picture(store, 64)])
    live.close("FAILED")
    run = recover_run(params, META, Identity.load(store / "run.json"))
    assert run.identity.run_id == run.run_id
    assert steps(run) == [64, 128]
    assert run.grids_held() == {0, 64}
    assert run.client.get_run(run.run_id).info.status == "FAILED"


def test_a_server_that_never_answers_holds_up_the_end_only_for_a_while(store, params, monkeypatch):
    monkeypatch.setattr(live_module, "LONGEST_WAIT", 0.5)
    (store / "run.json").write_text(Identity.new().to_json())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{silent.getsockname()[1]}")
        live = LiveRun(params, META, store / "run.json")
        live.show(rows(64), [])
        wait_until(live._ready.is_set, 90)
        began = time.monotonic()
        with pytest.warns(UserWarning, match="no answer"):
            live.close()
        assert time.monotonic() - began < 2


def test_a_process_that_dies_is_told(store, params):
    (store / "run.json").write_text(Identity.new().to_json())
    live = LiveRun(params, META, store / "run.json")
    wait_until(live._ready.is_set, 90)
    live._process.kill()
    live.show(rows(64), [])
    with pytest.warns(UserWarning, match="ended with status -9.*what is missing there"):
        live.close()


def test_a_message_that_was_cut_short_ends_the_process(store, params):
    """As by a training that is killed while it writes."""
    (store / "run.json").write_text(Identity.new().to_json())
    training = {"params": params.model_dump(mode="json"), "meta": asdict(META), "identity_file": "run.json"}
    messages = f'{json.dumps(training)}\n{{"rows": [{{"ima'
    for cut in (messages, messages[:50]):
        done = subprocess.run([sys.executable, "-m", "ganforge.tracking.recorder"], input=cut, text=True, timeout=60)
        assert done.returncode == 1


TRAINING = """
import sys, time
from pathlib import Path
from ganforge.params import load_params
from ganforge.tracking import LiveRun
from tests.test_tracking import META, Identity
Path("run.json").write_text(Identity.new().to_json())
live = LiveRun(load_params(Path(sys.argv[1])), META, Path("run.json"))
live._ready.wait()
print(live._process.pid, flush=True)
time.sleep(60)
"""


def test_the_process_that_records_ends_when_its_training_is_killed(store):
    command = [sys.executable, "-c", TRAINING, str(ROOT / "params.yaml")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=our_environment() | {"PYTHONPATH": str(ROOT)}
    ) as training:
        recorder = int(training.stdout.readline())
        training.kill()
    wait_until(lambda: not psutil.pid_exists(recorder) or psutil.Process(recorder).status() == psutil.STATUS_ZOMBIE)


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_an_identity_survives_as_text(tmp_path):
    identity = Identity.new()
    (tmp_path / "run.json").write_text(identity.to_json())
    assert Identity.load(tmp_path / "run.json") == identity
    assert json.loads(identity.to_json())["run_id"] is None


def test_the_client_gives_up_on_a_dead_server_quickly(store, monkeypatch):
    import os

    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", raising=False)
    connect()
    assert int(os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) <= 2

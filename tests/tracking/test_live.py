"""The process that records a training."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import asdict

import psutil
import pytest

from ganforge.errors import UserError
from ganforge.tracking import live as live_module
from ganforge.tracking.identity import Identity
from ganforge.tracking.live import LiveRun
from ganforge.tracking.run import recover_run
from tests.project import ROOT, our_environment
from tests.server import wait_until
from tests.settings import settings_text
from tests.tracking.runs import META, picture, rows, steps


def test_a_live_run_is_recorded_by_a_process_that_ends_with_it(store, params):
    (store / "run.json").write_text(Identity.new().to_json())
    live = LiveRun()
    live.begin(params, META, store / "run.json")
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
        live = LiveRun()
        live.begin(params, META, store / "run.json")
        live.show(rows(64), [])
        wait_until(live._ready.is_set, 90)
        began = time.monotonic()
        with pytest.warns(UserWarning, match="no answer"):
            live.close()
        assert time.monotonic() - began < 2


def test_the_process_that_records_ends_with_a_training_that_was_refused(store):
    with pytest.raises(UserError), LiveRun() as live:
        raise UserError("no")
    assert live._process.returncode is not None
    assert not (store / "run.json").exists()


def test_a_process_that_dies_is_told(store, params):
    (store / "run.json").write_text(Identity.new().to_json())
    live = LiveRun()
    live.begin(params, META, store / "run.json")
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
    command = [sys.executable, "-m", "ganforge.tracking.recorder"]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(2)]
    for process, cut in zip(processes, (messages, messages[:50]), strict=True):
        process.stdin.write(cut)
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [1, 1]


TRAINING = """
import time
from pathlib import Path
from ganforge.params import load_params
from ganforge.tracking.identity import Identity
from ganforge.tracking.live import LiveRun
from tests.tracking.runs import META
Path("run.json").write_text(Identity.new().to_json())
live = LiveRun()
live.begin(load_params(), META, Path("run.json"))
live._ready.wait()
print(live._process.pid, flush=True)
time.sleep(60)
"""


def test_the_process_that_records_ends_when_its_training_is_killed(store):
    (store / "params.yaml").write_text(settings_text())
    command = [sys.executable, "-c", TRAINING]
    path = {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=our_environment() | path) as training:
        recorder = int(training.stdout.readline())
        training.kill()
    wait_until(lambda: not psutil.pid_exists(recorder) or psutil.Process(recorder).status() == psutil.STATUS_ZOMBIE)

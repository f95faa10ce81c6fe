"""`ganforge ui`: MLflow's pages open on the runs."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from ganforge.cli import main
from tests.browser import browser_at
from tests.project import our_environment
from tests.server import free_port, wait_until


def test_without_a_run_it_says_what_to_do(own_folder):
    with pytest.raises(SystemExit, match="nothing is recorded yet: run `make repro` first"):
        main(["ui"])


def test_a_taken_port_and_a_store_without_pages_here_are_refused(own_folder, monkeypatch):
    (own_folder / "mlflow.db").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit, match="cannot listen on"):
        main(["ui", "--port", str(taken.getsockname()[1])])
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "databricks")
    with pytest.raises(SystemExit, match="MLFLOW_TRACKING_URI is databricks, whose pages are elsewhere"):
        main(["ui"])


@pytest.mark.long
def test_the_address_that_it_prints_shows_the_columns_that_matter(finished, tmp_path):
    port, log = free_port(), tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "ganforge", "ui", "--port", str(port)],
            cwd=finished.root, env=our_environment() | {"BROWSER": "true"}, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"), 90)
        (address,) = set(re.findall(r"http://127\S+viewStateShareKey\S+", log.read_text()))
        with browser_at(address) as browser:
            text = "return document.body.innerText"
            wait_until(lambda: "quality/fd_ratio" in browser.execute_script(text), 60)
            assert "digits dcgan" in browser.execute_script(text)
    finally:
        server.send_signal(signal.SIGTERM)  # to it alone: nothing may be left
        server.wait(30)
        assert not answers(f"http://127.0.0.1:{port}/health")


def answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status == 200
    except OSError:
        return False

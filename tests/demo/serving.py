"""A demo that answers."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.project import our_environment
from tests.server import free_port, wait_until


@contextmanager
def demo_in(root, log) -> Iterator[str]:
    """Where the demo of the generator in a project answers."""
    pytest.importorskip("gradio", reason="needs ganforge[demo]")
    port = free_port()
    with log.open("w") as output:
        demo = subprocess.Popen(
            [sys.executable, "-m", "ganforge.cli", "demo", "--port", str(port)],
            cwd=root, env=our_environment(), stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: "can be reached" in log.read_text() or _answers(port) or demo.poll() is not None, 120)
        assert demo.poll() is None, log.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
        demo.wait()


def _answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False

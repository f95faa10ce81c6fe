"""A tracking server to record into, and to do harm to."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.project import our_environment


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Server:
    """A real ``mlflow server`` on loopback, with its files and, unless told otherwise, its database in a folder."""

    def __init__(self, folder: Path, database: str = "sqlite:///server.db") -> None:
        self.port = free_port()
        self.folder, self.database, self.uri = folder, database, f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, or again, and waits until it answers."""
        quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        command = ["mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        places = ["--backend-store-uri", self.database, "--artifacts-destination", str(self.folder / "files")]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *places],
                cwd=self.folder,
                env=our_environment() | quiet,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.answers, 120)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.uri}/health", timeout=2) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def send(self, number: signal.Signals) -> None:
        """To all of its processes."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait()


def wait_until(condition, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)

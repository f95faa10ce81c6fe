"""``ganforge ui``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import urllib.request
import webbrowser

from ganforge.errors import UserError

NAME, HELP = "ui", "open the recorded runs in MLflow"
LONGEST_START = 90  # seconds until the server answers
LOCAL, EVERYWHERE = "127.0.0.1", ("0.0.0.0", "::")
DATABASES = ("sqlite", "postgresql", "mysql", "mssql")  # that `mlflow server` can show
OPENER = "import sys; from ganforge.commands.ui import open_once_it_answers as open; open(*sys.argv[1:])"


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the address of the pages."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=5000, help="(default: 5000)")


def run(options: argparse.Namespace) -> None:
    """Opens the list of runs: on the tracking server if there is one, else on a server that this process becomes."""
    from ganforge.addresses import refuse_taken
    from ganforge.files import repository_root
    from ganforge.tracking.store import DATABASE, connect, store_needed, tracking_uri
    from ganforge.tracking.view import save_view

    if not os.environ.get("MLFLOW_TRACKING_URI") and not (repository_root() / DATABASE).exists():
        raise UserError("nothing is recorded yet: run `make repro` first.")
    remote = tracking_uri().startswith("http")
    if not remote:
        if not tracking_uri().startswith(DATABASES):
            raise UserError(f"MLFLOW_TRACKING_URI is {tracking_uri()}, whose pages are elsewhere: open them there.")
        refuse_taken(options.host, options.port)
    with store_needed():
        runs = save_view(connect())
    if remote:
        print(f"The runs: {tracking_uri().rstrip('/')}/{runs}", flush=True)
        webbrowser.open(f"{tracking_uri().rstrip('/')}/{runs}")
        return
    server = f"http://{LOCAL if options.host in EVERYWHERE else options.host}:{options.port}"
    print(f"MLflow starts in a few seconds; Ctrl-C ends it. The runs: {server}/{runs}", flush=True)
    subprocess.Popen([sys.executable, "-c", OPENER, server, runs], stdout=subprocess.DEVNULL)
    command = ["--backend-store-uri", tracking_uri(), "--host", options.host, "--port", str(options.port)]
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    os.execve(sys.executable, [sys.executable, "-m", "mlflow", "server", *command], os.environ | environment)


def open_once_it_answers(server: str, runs: str) -> None:
    """Opens the list of runs in a browser once the server answers, unless the process that became it has ended."""
    end, parent = time.monotonic() + LONGEST_START, os.getppid()
    while time.monotonic() < end and os.getppid() == parent:
        try:
            with urllib.request.urlopen(f"{server}/health", timeout=2):
                webbrowser.open(f"{server}/{runs}")
                return
        except OSError:
            time.sleep(0.5)

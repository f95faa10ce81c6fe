"""``ganforge ui``."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser

from ganforge.errors import UserError

NAME, HELP = "ui", "open the recorded runs in MLflow"
LONGEST_START = 90  # seconds until the server answers


def add(parser: argparse.ArgumentParser) -> None:
    """Defines the arguments: the address of the pages."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=int, default=5000, help="(default: 5000)")


def run(options: argparse.Namespace) -> None:
    """Serves MLflow's pages until Ctrl-C, and opens the list of runs. If a server already runs, it only opens that."""
    from ganforge.files import repository_root
    from ganforge.tracking.store import DATABASE, connect, store_needed, tracking_uri
    from ganforge.tracking.view import save_view

    if not 1 <= options.port <= 65535:
        raise UserError(f"--port is {options.port}; allowed is 1 to 65535.")
    ours = not os.environ.get("MLFLOW_TRACKING_URI")
    if ours and not (repository_root() / DATABASE).exists():
        raise UserError("nothing is recorded yet: run `make repro` first.")
    with store_needed():
        runs = save_view(connect())
    if tracking_uri().startswith("http"):
        open_page(f"{tracking_uri().rstrip('/')}/{runs}")
        return
    server = f"http://{options.host}:{options.port}"
    print(f"MLflow starts in a few seconds; Ctrl-C ends it. The runs: {server}/{runs}", flush=True)
    threading.Thread(target=open_once_it_answers, args=(server, runs), daemon=True).start()
    command = ["--backend-store-uri", tracking_uri(), "--host", options.host, "--port", str(options.port)]
    environment = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    ended = subprocess.run([sys.executable, "-m", "mlflow", "server", *command], env=os.environ | environment)
    if ended.returncode > 0:
        raise UserError(f"MLflow's server stopped; if port {options.port} is taken, choose another with --port.")


def open_once_it_answers(server: str, runs: str) -> None:
    """Opens the list of runs in a browser once the server answers."""
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{server}/health", timeout=2):
                webbrowser.open(f"{server}/{runs}")
                return
        except OSError:
            time.sleep(0.5)


def open_page(address: str) -> None:
    """Prints an address, and opens it in a browser."""
    print(f"The runs: {address}", flush=True)
    webbrowser.open(address)

"""Measures how fast a served champion answers on this machine.

    make repro && make register && python -m benchmarks.serving

It starts `ganforge serve` as `make serve` does, and sends HTTP requests from this process, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from statistics import median

import torch

from benchmarks.training import machine_name

LONGEST_START = 180  # seconds
ROUNDS = 50
COUNTS = (1, 64, 1000)  # samples in one request


def main() -> None:
    """Starts the server, sends requests, and prints a row for each size of request."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = time.perf_counter()
    command = [sys.executable, "-m", "ganforge.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        while not answers(port):
            if server.poll() is not None or time.perf_counter() - started > LONGEST_START:
                sys.exit("`ganforge serve` did not start: run it by hand to see why.")
            time.sleep(0.05)
        print(f"| {machine_name(torch.device('cpu'))} | |")
        print("|---|---|")
        print(f"| from the command to the first answer | {time.perf_counter() - started:.1f} s |")
        for count in COUNTS:
            seconds = [asked(port, count) for _ in range(ROUNDS)]
            taken = median(seconds)
            print(
                f"| {count} samples as PNG, median of {ROUNDS} | {1000 * taken:.1f} ms, {count / taken:,.0f} a second |"
            )
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def answers(port: int) -> bool:
    """Whether the server answers."""
    try:
        return asked(port, 1) > 0
    except OSError:
        return False


def asked(port: int, count: int) -> float:
    """Seconds of a request for so many samples."""
    body = json.dumps({"inputs": [{"n": count}]}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"})
    start = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as answer:
        drawn = json.load(answer)["predictions"]
    assert len(drawn) == count
    return time.perf_counter() - start


if __name__ == "__main__":
    main()

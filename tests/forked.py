"""A ``python`` that is forked from a process which has imported PyTorch and MLflow, and so starts at once.

What it runs is a process of its own, with its own folder, variables, arguments and output. The project's code is not
imported before the fork: every process takes it from the folder that it runs in.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

IMPORTED = (  # by the stages, sooner or later
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "mlflow.store.tracking.sqlalchemy_store",
    "pandas",
    "PIL.Image",
    "pyarrow",
    "ruamel.yaml",
    "safetensors.torch",
    "sklearn.cluster",
    "torchvision",
)
CLIENT = """#!/bin/sh
exec {python} -I -S {file} ask {address} "$@"
"""


@contextmanager
def forked_python(folder: Path) -> Iterator[Path]:
    """A folder for PATH with a ``python`` that starts at once, as long as the context lasts."""
    address = folder / "socket"
    with subprocess.Popen([sys.executable, __file__, "serve", str(address)], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        client = folder / "bin" / "python"
        client.parent.mkdir()
        places = {"python": sys.executable, "file": __file__, "address": str(address)}
        client.write_text(CLIENT.format(**{name: shlex.quote(place) for name, place in places.items()}))
        client.chmod(0o755)
        try:
            yield client.parent
        finally:
            server.terminate()


def serve(address: str) -> None:
    """Starts a process for every request, until it is told to end."""
    for name in IMPORTED:
        __import__(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for the processes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                answer(connection)
                os._exit(0)
            connection.close()


def answer(connection: socket.socket) -> None:
    """Runs the process that a request asks for, and tells its exit status; kills it where the asking one dies."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, outputs, _, _ = socket.recv_fds(connection, 8, 3)
    request = json.loads(connection.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL))
    process = multiprocessing.get_context("fork").Process(target=become, args=(connection, outputs), kwargs=request)
    process.start()

    def follow() -> None:
        connection.recv(1)
        process.kill()

    threading.Thread(target=follow, daemon=True).start()
    process.join()
    with suppress(BrokenPipeError):
        code = process.exitcode or 0
        connection.send((code if code >= 0 else 128 - code).to_bytes(1, "big"))


def become(
    connection: socket.socket, outputs: list[int], arguments: list[str], folder: str, environment: dict[str, str]
) -> None:
    """Goes on as ``python`` with these arguments, ``-m MODULE`` or ``-c CODE``."""
    connection.close()
    for number, output in enumerate(outputs):
        os.dup2(output, number)
        os.close(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    kind, what, *rest = arguments
    sys.argv[:] = [kind, *rest]
    sys.path[0] = folder
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


def ask(address: str, *arguments: str) -> int:
    """Asks for a process and waits for its exit status."""
    request = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
    content = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [len(content).to_bytes(8, "big")], [0, 1, 2])
        connection.sendall(content)
        return connection.recv(1)[0]


if __name__ == "__main__":
    sys.exit({"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:]))

"""Serves the champion over HTTP."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ganforge.addresses import refuse_taken
from ganforge.errors import UserError
from ganforge.publishing.registry import CHAMPION, find_champion
from ganforge.tracking.store import connect, store_needed, tracking_uri


@dataclass(frozen=True)
class Service:
    """`mlflow models serve`, ready to start.

    Attributes:
        name: name of the registered model.
        version: version of its champion.
        address: address for requests.
        command: arguments of the command.
        environment: variables that it needs.
    """

    name: str
    version: str
    address: str
    command: list[str]
    environment: dict[str, str]

    def become(self) -> NoReturn:
        """Replaces this process by the server."""
        os.execve(self.command[0], self.command, os.environ | self.environment)


def prepare_service(name: str, host: str, port: int) -> Service:
    """The server of the champion of ``name``.

    Raises:
        UserError: there is no champion, or the address or the store cannot be used.
    """
    refuse_taken(host, port)
    with store_needed():
        champion = find_champion(connect(), name)
    if champion is None:
        raise UserError(f"{name} has no {CHAMPION}: run `make register` after `make repro`, or give another --name.")
    model = f"models:/{name}@{CHAMPION}"
    serve = ["models", "serve", "--model-uri", model, "--env-manager", "local", "--host", host, "--port", str(port)]
    environment = {
        "MLFLOW_TRACKING_URI": tracking_uri(),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",  # for child processes
    }
    address = f"http://{host}:{port}/invocations"
    return Service(name, champion.version, address, [sys.executable, "-m", "mlflow", *serve], environment)

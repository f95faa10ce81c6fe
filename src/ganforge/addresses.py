"""Where servers of this machine listen."""

from __future__ import annotations

import socket

from ganforge.errors import UserError


def refuse_taken(host: str, port: int) -> None:
    """Checks that a server could listen somewhere.

    Raises:
        UserError: the port is out of range or taken, or the host is not this machine.
    """
    if not 1 <= port <= 65535:
        raise UserError(f"--port is {port}; allowed is 1 to 65535.")
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise UserError(
            f"the server cannot listen on {host}:{port} ({error.strerror or error}); choose another --port."
        ) from None

"""Places on this machine where a process may listen."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        return listener.getsockname()[1]

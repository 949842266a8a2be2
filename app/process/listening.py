"""Ports that a process will listen on."""

import errno
import os
import socket


def check_port(host: str, port: int) -> None:
    """Raise OSError, with a message that names the port, if nobody can listen there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise OSError(f"{_why(error, host, port)} --port names another.") from None


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken."
    return f"Nobody can listen on port {port} of {host}: {os.strerror(error.errno) if error.errno else error}."

"""Check a port before a server listens on it."""

import errno
import os
import socket


def check_port(host: str, port: int) -> None:
    """Raise OSError, with a message that names the port, if this process cannot listen there."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        raise OSError(f"{_why(error, host, port)} Choose another with --port.") from None


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is already in use."
    return f"Cannot listen on port {port} of {host}: {os.strerror(error.errno) if error.errno else error}."

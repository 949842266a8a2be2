"""Loopback ports for what is started here."""

import random
import socket

PORTS = (20_000, 32_000)
"""Below those that systems give to outgoing connections."""


def free_port(wanted: int = 0) -> int:
    """Answer the wanted loopback port if it is free, else another.

    Drawn by lot, and not asked of the system: it would hand the same one to another stack that is starting just now.
    """
    port = wanted or random.randrange(*PORTS)  # noqa: S311 - nobody has to be kept from guessing it
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
        return port

"""Loopback ports for the processes of a stack."""

import os
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.dev.locks import lock

PORTS = (20_000, 32_000)
"""Below the ports that operating systems give to outgoing connections."""


def free_port(wanted: int = 0) -> int:
    """Return the wanted loopback port if it is free, else another.

    Chosen at random, and not asked of the system: that would hand the same one to another stack that starts at the same
    time.
    """
    port = wanted or random.randrange(*PORTS)  # noqa: S311 - nobody has to be kept from guessing it
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
        return port


@contextmanager
def own_port(wanted: int) -> Iterator[int]:
    """Give the wanted port, or a free one: 0 is any, and so is one that is taken or promised to another stack.

    A port is taken seconds after it was found free. Without a lock two stacks that start at once would find the same
    one, and the second would take the first's service for its own.
    """
    with lock(Path(tempfile.gettempdir(), f"mass-reply-{os.getuid()}-{wanted}.lock")) as is_ours:
        yield free_port(wanted if is_ours else 0)

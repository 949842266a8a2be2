"""End the wait for a PostgreSQL server that has gone silent.

PostgreSQL limits its own work, but cannot report that when its machine is gone or the network drops packets. The kernel
notices that on a TCP connection. `Watch` notices the rest: a frozen server, or a pooler that answers in its place.
"""

import asyncio
import socket
from typing import Any, Final

import sqlalchemy as sa
import structlog

log = structlog.get_logger(__name__)

MARGIN: Final = 5.0
"""Seconds beyond PostgreSQL's own limit, in which it can report that it has ended a statement."""
LONGEST_ANSWER: Final = 1_800.0
"""Seconds that one statement may take if PostgreSQL limits neither it nor its transaction."""

_UNHEARD: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}
"""A machine that acknowledges nothing for 25 seconds is gone. TCP_USER_TIMEOUT is in milliseconds, and is about data
that was sent and not acknowledged: without it the kernel retransmits for a quarter of an hour. Not every system has all
four."""


class Watch:
    """Closes a connection whose server has been silent for longer than its own limits allow.

    The statement that waits fails like one whose connection was lost, so whether it was done is unknown. One timer
    serves a whole transaction.
    """

    __slots__ = ("_asked", "_driver", "_in_all", "_seconds", "_timer")

    def __init__(self, driver: Any, seconds: float, *, in_all: bool) -> None:
        """Allow `seconds` and a margin: for all statements together if `in_all`, otherwise for each of them."""
        self._driver, self._seconds, self._in_all = driver, seconds + MARGIN, in_all
        self._arm()

    def end(self) -> None:
        self._timer.cancel()

    def _arm(self) -> None:
        self._asked = _asked(self._driver)
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def _look(self) -> None:
        if self._driver.is_closed():
            return
        if self._in_all or _asked(self._driver) == self._asked:
            log.warning("database_silent", seconds=self._seconds)
            self._driver.terminate()
        else:
            self._arm()


def _asked(driver: Any) -> int:
    """Return how many statements a connection has begun. asyncpg counts them for its own pool."""
    return int(driver._protocol.queries_count)


def watch_sockets(pool: sa.Engine, connect_seconds: float) -> None:
    """Let the kernel notice when a server's machine is gone. Limit the time of SQLAlchemy's first queries on each new
    connection."""

    def opened(connection: Any, record: Any) -> None:
        driver = connection.driver_connection
        notice_absence(driver._transport.get_extra_info("socket"))
        record.info[Watch] = Watch(driver, connect_seconds, in_all=True)

    def ready(_: object, record: Any) -> None:
        record.info.pop(Watch).end()

    sa.event.listen(pool, "connect", opened, insert=True)  # before SQLAlchemy asks for versions and types
    sa.event.listen(pool, "connect", ready)


def notice_absence(connected: Any) -> None:
    """Make the kernel end a TCP connection whose other end no longer acknowledges."""
    if connected is None or connected.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _UNHEARD.items():
        if hasattr(socket, name):
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

"""Which failures of the database a caller may retry."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg
import sqlalchemy as sa

from app.domain.errors import Overloaded

_AWAY: Final = ("08", "25006", "25P03", "25P04", "53", "57P")
"""Beginnings of the SQLSTATEs of a database that is starting, stopping, failing over, or out of room.
https://www.postgresql.org/docs/18/errcodes-appendix.html"""
_STOPPED: Final = "57014"
"""A statement was ended by its time-out."""
_LOCKED: Final = "55P03"
_IN_THE_WAY: Final = ("40001", "40P01", _LOCKED)
"""Two transactions conflicted. Another try may succeed."""
_STARTING: Final = "57P03"

TROUBLE: Final = (sa.exc.SQLAlchemyError, OSError, TimeoutError)
"""What a failed statement or connection raises."""


class DatabaseAway(OSError):
    """PostgreSQL accepts no connections, or none that may store anything."""


@contextmanager
def connecting() -> Iterator[None]:
    """Raise DatabaseAway if nothing listens there, or only a standby. Raise DBAPIError if PostgreSQL refuses the
    login."""
    try:
        yield
    except OSError as error:
        raise DatabaseAway(str(error)) from error
    except (sa.exc.DBAPIError, sa.exc.EmulatedDBAPIException) as error:
        if isinstance(_drivers(error), asyncpg.TargetServerAttributeNotMatched):
            raise DatabaseAway("The server is a standby, which stores nothing.") from error
        if isinstance(error, sa.exc.EmulatedDBAPIException):  # `raw_connection` lets it out
            raise sa.exc.DBAPIError(None, None, error) from error
        raise


def _drivers(error: BaseException | None) -> BaseException | None:
    """Return the driver's own error, of which SQLAlchemy makes one or two."""
    while isinstance(error, sa.exc.DBAPIError | sa.exc.EmulatedDBAPIException):
        error = error.orig
    return error


def may_pass(error: BaseException) -> bool:
    """Return whether a failed statement or connection may succeed if it is tried again.

    Errors of a server that is starting, stopping, failing over or full may pass, like those of an absent one, and so
    may waits for locks. After any other error waiting does not help: its values are at fault, or a bug of ours.
    """
    return isinstance(error, Exception) and (isinstance(error, OSError) or overload_of(error) is not None)


def is_lost(error: BaseException | None) -> bool:
    """Return whether a statement's connection was lost."""
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


def is_locked_out(error: BaseException) -> bool:
    """Return whether a statement waited too long for a lock. Nothing of its transaction was committed."""
    return _sqlstate(error) == _LOCKED


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def is_starting(error: Exception) -> bool:
    """Return whether PostgreSQL reports that it is starting, as after a crash, or does not answer at all."""
    silent = isinstance(error, DatabaseAway) and isinstance(error.__cause__, TimeoutError)
    return silent or _sqlstate(error) == _STARTING


def overload_of(error: Exception) -> Overloaded | None:
    """Return the error for a caller who may retry, or None if the failure is a bug of ours."""
    if isinstance(error, sa.exc.TimeoutError):
        return Overloaded("All connections to the database are busy.", limit="connections")
    state = _sqlstate(error)
    if state == _STOPPED:
        return too_long()
    if state.startswith(_IN_THE_WAY):
        return Overloaded("Another change to the same objects was under way.", limit="locks")
    if _is_away(error) or state.startswith(_AWAY):
        return Overloaded("The database does not answer.", limit="database")
    return None


def too_long() -> Overloaded:
    return Overloaded("This took longer than a request may. Ask for less at once.", limit="statement_time")


def _is_away(error: Exception) -> bool:
    away = DatabaseAway | ConnectionError
    return is_lost(error) or isinstance(error, away) or isinstance(getattr(error, "orig", None), OSError)

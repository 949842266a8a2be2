"""The pool of connections to PostgreSQL: how each of them is opened, and when one is replaced."""

import json
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.store.silence import watch_sockets

CONNECT_SECONDS: Final = 5
LEFT_OPEN: Final = "10s"
"""PostgreSQL ends a transaction that is idle for longer. Otherwise a frozen process, or a machine that is gone, would
keep its rows locked until the network noticed."""

SESSION: Final = {
    "application_name": "mass-reply",
    "jit": "off",
    "idle_in_transaction_session_timeout": LEFT_OPEN,
    "timezone": "UTC",  # times within JSON are written in it
}


def async_url(url: str) -> sa.URL:
    """Return a `postgresql://` address as one for asyncpg. A unix socket as `?host=` works."""
    return make_url(url).set(drivername="postgresql+asyncpg")


def open_pool(url: str, size: int) -> AsyncEngine:
    """Return a pool of at most `size` connections. Each is opened when it is first needed."""
    engine = create_async_engine(
        async_url(url),
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        # The same few connections are used again, which have prepared and planned their statements.
        pool_use_lifo=True,
        hide_parameters=True,
        json_deserializer=_read_json,
        isolation_level="AUTOCOMMIT",  # transactions begin and end in `Database`
        connect_args={
            "server_settings": SESSION,
            "timeout": CONNECT_SECONDS,
            # After a failover a name may lead to a standby for a while. Who connects then would stay there.
            "target_session_attrs": "primary",
            "max_cached_statement_lifetime": 0,  # a plan is as good after five minutes
        },
    )
    sa.event.listen(engine.sync_engine, "checkout", _leave_out_closed)
    sa.event.listen(engine.sync_engine, "handle_error", _keep_the_others)
    watch_sockets(engine.sync_engine, CONNECT_SECONDS)
    return engine


def _read_json(text: str) -> Any:
    return {} if text == "{}" else json.loads(text)  # most custom fields and prices


def _leave_out_closed(dbapi_connection: Any, *_: object) -> None:
    """Called when a connection leaves the pool. Replace one that was closed in the meantime."""
    if dbapi_connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError("The connection was closed.")


def _keep_the_others(context: sa.ExceptionContext) -> None:
    """Called when a statement fails. Keep the other connections if this one is lost: they may be sound, and they have
    their plans.
    """
    context.invalidate_pool_on_disconnect = False

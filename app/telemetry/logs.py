"""Logs: one JSON object a line on standard error, from this program and its libraries alike.

Message texts, addresses and secrets never appear. An exception's message may quote any of them (PostgreSQL repeats the
values of a row), so only its class and its stack frames are logged.
"""

import logging
import re
import sys
import traceback
from contextlib import AbstractContextManager
from types import TracebackType
from uuid import UUID

import structlog
from structlog.typing import EventDict, WrappedLogger

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure_logging(level: str) -> None:
    """Configure the logging of this process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_quotations,
        where_it_failed,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    # httpx would log each call with its whole URL: a tenant typed it, and it may hold a token.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def about(**ids: UUID) -> AbstractContextManager[None]:
    """Add these ids to every line that is logged inside the block, also by the tasks that it starts."""
    return structlog.contextvars.bound_contextvars(**{name: str(id_) for name, id_ in ids.items()})


def without_quotations(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Cut what the event loop says of an exception that nobody caught, before it quotes that or a callback's arguments.

    It says `Exception in callback name('argument')` or `Task exception was never retrieved`, and goes on in lines that
    hold the exception's message.
    """
    if event.get("logger") == "asyncio" and event.get("exc_info"):
        event["event"] = re.split(r"\n|\(| <", str(event["event"]), maxsplit=1)[0]
    return event


def where_it_failed(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace an exception by its class and its frames."""
    info = _exception(event.pop("exc_info", None))
    if info is not None:
        kind, _value, trace = info
        event["error"] = f"{kind.__module__}.{kind.__qualname__}"
        event["frames"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
    return event


def _exception(info: object) -> ExceptionInfo | None:
    if isinstance(info, BaseException):
        return type(info), info, info.__traceback__
    if isinstance(info, tuple):
        return info if info[0] is not None else None
    current = sys.exc_info()
    return current if info and current[0] is not None else None

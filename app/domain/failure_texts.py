"""Why a connection failed, in words: the names of a program's errors mean nothing to people."""

import socket
import ssl
from collections.abc import Iterator

_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((TimeoutError,), "no answer in time"),
    ((ConnectionRefusedError,), "the connection was refused"),
    ((socket.gaierror,), "the host does not exist"),
    ((ssl.SSLCertVerificationError,), "its certificate is not trusted"),
    ((ssl.SSLError,), "no encrypted connection could be made"),
    ((ConnectionError, EOFError), "the connection was dropped"),
)
OTHERWISE = "the connection failed"


def in_words(error: BaseException) -> str:
    """Return what a connection's error means. Libraries wrap the most telling one in errors of their own."""
    inside_out = reversed(list(_wrapped(error)))
    found = (words for each in inside_out for kinds, words in _WORDS if isinstance(each, kinds))
    return next(found, OTHERWISE)


def _wrapped(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    inner: BaseException | None = error
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        yield inner
        inner = inner.__cause__ or inner.__context__

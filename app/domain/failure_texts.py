"""What ended a call, in words: the names that programs give to errors say nothing to whoever reads them."""

import socket
import ssl
from collections.abc import Iterator

_WORDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((TimeoutError,), "no answer in time"),
    ((ConnectionRefusedError,), "the connection was refused"),
    ((socket.gaierror,), "there is no such host"),
    ((ssl.SSLCertVerificationError,), "its certificate is not trusted"),
    ((ssl.SSLError,), "no encrypted connection could be made"),
    ((ConnectionError, EOFError), "the connection was dropped"),
)
OTHERWISE = "the connection failed"


def in_words(error: BaseException) -> str:
    """Say what an error of a connection means; libraries wrap the one that tells most in others of their own."""
    inside_out = reversed(list(_wrapped(error)))
    said = (words for each in inside_out for kinds, words in _WORDS if isinstance(each, kinds))
    return next(said, OTHERWISE)


def _wrapped(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    inner: BaseException | None = error
    while inner is not None and id(inner) not in seen:
        seen.add(id(inner))
        yield inner
        inner = inner.__cause__ or inner.__context__

"""Errors of connections in words: never by the name of a class."""

import asyncio
import socket
import ssl

import pytest

from app.domain.failure_texts import OTHERWISE, in_words


class OfALibrary(Exception):
    """What some library wraps another's error in."""


def wrapped(inner: BaseException) -> BaseException:
    error = OfALibrary("x")
    error.__cause__ = inner
    return error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TimeoutError(), "no answer in time"),
        (ConnectionRefusedError(111, "x"), "the connection was refused"),
        (ConnectionResetError(), "the connection was dropped"),
        (asyncio.IncompleteReadError(b"", 1), "the connection was dropped"),
        (socket.gaierror(-2, "x"), "the host does not exist"),
        (ssl.SSLCertVerificationError("x"), "its certificate is not trusted"),
        (OfALibrary("x"), OTHERWISE),
    ],
)
def test_an_error_is_told_by_what_lies_innermost(error: Exception, said: str) -> None:
    assert in_words(error) == in_words(wrapped(wrapped(error))) == said


async def test_a_deadline_that_passed_is_no_answer_in_time() -> None:
    with pytest.raises(TimeoutError) as passed:
        async with asyncio.timeout(0):
            await asyncio.sleep(1)
    assert isinstance(
        passed.value.__cause__ or passed.value.__context__, asyncio.CancelledError
    )  # no cause before 3.11.5
    assert in_words(wrapped(passed.value)) == "no answer in time"

"""Cutting an upload into its mails or lines as it comes in: one of them and one chunk in memory, whatever its size."""

import re
from codecs import BOM_UTF8
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

from app.domain.mail import MAX_MAIL_BYTES

MAX_LINE_BYTES = 1024 * 1024

_NEXT_MAIL = re.compile(rb"(\n\r?\n)From ")
_NEXT_LINE = re.compile(rb"(\n)")
"""An item ends with the group; the next one begins after the match."""
_LONGEST_MATCH = len(b"\n\r\nFrom ")

_ENVELOPE_BYTES = 1_000
"""Room for the rest of the `From ` line, which does not count."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Stands for an item that is over the limit and was passed over; the items after it follow."""

    size: int
    """In bytes."""


async def split_mbox(chunks: AsyncIterable[bytes], limit: int = MAX_MAIL_BYTES) -> AsyncIterator[bytes | TooLarge]:
    """Yield the mails of an mbox file in the mboxrd format (RFC 4155, https://www.qmail.org/man/man5/mbox.html).

    A mail begins at a `From ` line after an empty line; both are dropped, and one `>` of each `>From `. What stands
    before the first such line is a mail too, so that a single mail without one is read as well.
    """
    envelope = False
    async for item in _split(_after_empty_line(chunks), _NEXT_MAIL, limit + _ENVELOPE_BYTES):
        if isinstance(item, TooLarge):
            yield item
        elif envelope:
            yield _within(limit, _unquoted(_without_empty_end(item).partition(b"\n")[2]))
        elif item.strip():
            yield _within(limit, _unquoted(item.lstrip(b"\r\n")))
        envelope = True


async def without_mark(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield a text's bytes without the byte-order mark that some programs put before them."""
    held, begun = b"", False
    async for chunk in chunks:
        if begun:
            yield chunk
            continue
        held += chunk
        begun = len(held) >= len(BOM_UTF8)
        if begun:
            yield held.removeprefix(BOM_UTF8)
    if not begun:
        yield held


async def split_lines(chunks: AsyncIterable[bytes], limit: int = MAX_LINE_BYTES) -> AsyncIterator[bytes | TooLarge]:
    """Yield a text's lines without their ends; empty ones too, so that counting them gives a line's number."""
    async for item in _split(chunks, _NEXT_LINE, limit + len(b"\r\n")):
        yield item if isinstance(item, TooLarge) else _within(limit, item.removesuffix(b"\n").removesuffix(b"\r"))


async def _split(
    chunks: AsyncIterable[bytes], separator: re.Pattern[bytes], limit: int
) -> AsyncIterator[bytes | TooLarge]:
    held, passed_over, searched = bytearray(), 0, 0
    async for chunk in chunks:
        held += chunk
        while found := separator.search(held, searched):
            yield _item(held, found.end(1), passed_over, limit)
            del held[: found.end()]
            passed_over = searched = 0
        if len(held) > limit + _LONGEST_MATCH:
            passed_over += len(held) - _LONGEST_MATCH
            del held[:-_LONGEST_MATCH]
        searched = max(0, len(held) - _LONGEST_MATCH)
    if held:
        yield _item(held, len(held), passed_over, limit)


def _item(held: bytearray, end: int, passed_over: int, limit: int) -> bytes | TooLarge:
    if passed_over + end > limit:
        return TooLarge(passed_over + end)
    with memoryview(held) as view:
        return bytes(view[:end])


def _within(limit: int, item: bytes) -> bytes | TooLarge:
    return item if len(item) <= limit else TooLarge(len(item))


async def _after_empty_line(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Let a file's first `From ` line be found like every other."""
    yield b"\n\n"
    async for chunk in chunks:
        yield chunk


def _without_empty_end(item: bytes) -> bytes:
    for line_end in (b"\r\n", b"\n"):
        if item.endswith(b"\n" + line_end):
            return item.removesuffix(line_end)
    return item


def _unquoted(mail: bytes) -> bytes:
    return _QUOTED_FROM.sub(rb"\1", mail)

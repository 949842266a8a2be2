"""Split an upload into its mails or lines as it comes in: one of them and one chunk in memory, whatever its size."""

import re
from codecs import BOM_UTF8
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from app.mail.message import MAX_MAIL_BYTES
from app.mail.separators import KEPT_BEHIND, declared_end, separator_at

MAX_LINE_BYTES = 1024 * 1024

_FIRST_LINE_END = re.compile(rb"(?<!\r)(?:\r*+(?P<feed>\n)|\r++(?=[^\n]))")
"""Looks at many CRs in a row once, not once for each."""
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OversizedItem:
    """Stands for an item over the limit that was skipped. The items after it follow."""

    size: int
    """In bytes."""


async def split_mbox(chunks: AsyncIterable[bytes], limit: int = MAX_MAIL_BYTES) -> AsyncIterator[bytes | OversizedItem]:
    """Yield the mails of an mbox file of any kind (RFC 4155, https://www.qmail.org/man/man5/mbox.html).

    Each begins after a separator, which `app.mail.separators` tells from a line of text. One `>` of each `>From ` is
    dropped. Text before the first separator is a mail too, so that a single mail without one is read as well.
    """
    separated = False
    async for item in _split(_after_empty_line(chunks), _NextMail(limit), limit):
        if isinstance(item, OversizedItem):
            yield item
        elif separated or item.strip():
            mail = _without_empty_end(item) if separated else item.lstrip(b"\r\n")
            yield _within(limit, _QUOTED_FROM.sub(rb"\1", mail))
        separated = True


async def without_mark(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield a text's bytes without the byte-order mark that some programs write first."""
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


async def with_line_feeds(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Yield a text whose lines end with CR alone, as those of old Macs do, with LF in its place. Others stay.

    A CRLF stays one line end, if only the first line has lost its LF.
    """
    held, of_old_mac = b"", None
    async for chunk in chunks:
        held += chunk
        if of_old_mac is None:
            end = _FIRST_LINE_END.search(held)
            of_old_mac = end["feed"] is None if end else False if len(held) > MAX_LINE_BYTES else None
        if of_old_mac:
            cut = len(held) - held.endswith(b"\r")
            yield _LONE_RETURN.sub(b"\n", held[:cut])
            held = held[cut:]
        elif of_old_mac is not None:
            yield held
            held = b""
    yield _LONE_RETURN.sub(b"\n", held) if of_old_mac else held


async def split_lines(
    chunks: AsyncIterable[bytes], limit: int = MAX_LINE_BYTES
) -> AsyncIterator[bytes | OversizedItem]:
    """Yield a text's lines without their ends, empty ones too: so counting them gives a line's number."""
    async for item in _split(chunks, _NextLine(), limit):
        yield item if isinstance(item, OversizedItem) else _within(limit, item.removesuffix(b"\r"))


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an item ends, and where the next one begins."""

    end: int
    next: int


class Cutter(Protocol):
    slack: int
    """How much larger an item may be before its marks are removed."""

    def find(self, held: bytearray, start: int, *, last: bool) -> Cut | int:
        """Return the next cut from `start` on, or else the place to search from once more data has come."""


class _NextLine:
    slack = len(b"\r")

    def find(self, held: bytearray, start: int, *, last: bool) -> Cut | int:  # noqa: ARG002 - a line's end is enough
        at = held.find(b"\n", start)
        return len(held) if at < 0 else Cut(at, at + 1)


class _NextMail:
    slack = len(b"\r\n")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._begins = True
        """Whether the held data is searched for the first time."""

    def find(self, held: bytearray, start: int, *, last: bool) -> Cut | int:
        if self._begins:
            end = declared_end(held, self._limit, last=last)
            if end is None:
                return start
            self._begins, start = False, max(start, end)
        found = self._find(held, start, last=last)
        self._begins = isinstance(found, Cut)
        return found

    def _find(self, held: bytearray, start: int, *, last: bool) -> Cut | int:
        while (line := held.find(b"\nFrom ", start)) >= 0:
            found = separator_at(held, line + 1, last=last)
            if found is None:
                return line
            if found:
                return Cut(line + 1, found)
            start = line + 1
        return max(start, len(held) - len(b"\nFrom "))


async def _split(chunks: AsyncIterable[bytes], cutter: Cutter, limit: int) -> AsyncIterator[bytes | OversizedItem]:
    limit, held, passed_over, searched = limit + cutter.slack, bytearray(), 0, 0
    async for chunk in chunks:
        held += chunk
        while isinstance(found := cutter.find(held, searched, last=False), Cut):
            yield _item(held, found.end, passed_over, limit)
            del held[: found.next]
            passed_over = searched = 0
        searched = found
        if searched > limit:
            passed_over += searched - KEPT_BEHIND
            del held[: searched - KEPT_BEHIND]
            searched = KEPT_BEHIND
    while isinstance(found := cutter.find(held, searched, last=True), Cut):
        yield _item(held, found.end, passed_over, limit)
        del held[: found.next]
        passed_over = searched = 0
    if held:
        yield _item(held, len(held), passed_over, limit)


def _item(held: bytearray, end: int, passed_over: int, limit: int) -> bytes | OversizedItem:
    if passed_over + end > limit:
        return OversizedItem(passed_over + end)
    with memoryview(held) as view:
        return bytes(view[:end])


def _within(limit: int, item: bytes) -> bytes | OversizedItem:
    return item if len(item) <= limit else OversizedItem(len(item))


async def _after_empty_line(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Treat a file's first `From ` line like every other one."""
    yield b"\n\n"
    async for chunk in chunks:
        yield chunk


def _without_empty_end(item: bytes) -> bytes:
    for line_end in (b"\r\n", b"\n"):
        if item == line_end or item.endswith(b"\n" + line_end):
            return item.removesuffix(line_end)
    return item

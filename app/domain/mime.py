"""The body of a mail: a tree of MIME parts (RFC 2045, RFC 2046), its text and the names of its attachments.

The tree is split here and not by the email package, whose parser recurses once for every level and tests every line
against the boundaries of all of them. Parameters, with their continuations and charsets, are the email package's.
"""

import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import count, islice

from app.domain.html_text import html_to_text
from app.domain.mail_headers import Headers, decode_base64, decode_words, read_headers
from app.domain.plain_text import decode, storable

MAX_PARTS = 1_000
MAX_DEPTH = 20

NAMES_KEPT = 100
LONGEST_NAME = 255
"""Of the attachments' names, which the timeline shows."""

MAX_PARAMETER_CHARACTERS = 8_192
"""The email package takes quadratic time to split parameters."""


class TooComplex(Exception):
    """It has more than 1,000 parts, or parts inside parts more than 20 levels deep."""


@dataclass(frozen=True, slots=True)
class Part:
    content_type: str
    """In lower case, without parameters."""
    charset: str | None
    encoding: str
    """The Content-Transfer-Encoding, in lower case."""
    filename: str | None
    attached: bool
    body: bytes = field(repr=False)
    parts: tuple["Part", ...] = ()

    def leaves(self) -> Iterator["Part"]:
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def read_part(headers: Headers, body: bytes) -> Part:
    """Read a mail's body as a tree. Raises TooComplex."""
    return _read(headers, body, numbers=count(1), depth=0)


def _read(headers: Headers, body: bytes, numbers: Iterator[int], depth: int) -> Part:
    if next(numbers) > MAX_PARTS or depth > MAX_DEPTH:
        raise TooComplex
    message = _with_parameters(headers)
    content_type = message.get_content_type()
    if not content_type.startswith("multipart/"):
        return _leaf(headers, message, content_type, body)
    boundary = _or_none(message.get_boundary) or ""
    inside = split_parts(body, boundary.encode("utf-8", "replace"))
    if not inside:  # A boundary that is missing or never comes: a person can still read what is there.
        return _leaf(headers, message, "text/plain", body)
    parts = tuple(_read(*read_headers(part), numbers, depth + 1) for part in inside)
    return Part(content_type, None, "", None, False, b"", parts)


def _leaf(headers: Headers, message: Message, content_type: str, body: bytes) -> Part:
    filename = decode_words(_or_none(message.get_filename) or "").strip() or None
    return Part(
        content_type=content_type,
        charset=_or_none(message.get_content_charset),
        encoding=(headers.first("content-transfer-encoding") or "").lower(),
        filename=filename,
        attached=filename is not None or message.get_content_disposition() == "attachment",
        body=body,
    )


def _with_parameters(headers: Headers) -> Message:
    message = Message()
    for name in ("content-type", "content-disposition"):
        message[name] = (headers.first(name) or "")[:MAX_PARAMETER_CHARACTERS]
    return message


def _or_none(read: Callable[[], str | None]) -> str | None:
    try:
        return read()
    except (LookupError, TypeError, ValueError):  # Continuations out of order, charsets that are none.
        return None


def split_parts(body: bytes, boundary: bytes) -> list[bytes]:
    """Split a multipart body at its delimiter lines (RFC 2046 section 5.1.1); a missing last one ends with the body."""
    parts: list[bytes] = []
    start: int | None = None
    for line_start, line_end, is_last in _delimiters(body, boundary):
        if start is not None:
            parts.append(_without_line_end(body[start:line_start]))
        if is_last:
            return parts
        start = line_end
    return parts if start is None else [*parts, body[start:]]


def _delimiters(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    mark = b"--" + boundary
    at = body.find(mark) if boundary else -1
    while at >= 0:
        if at == 0 or body[at - 1 : at] == b"\n":
            end = body.find(b"\n", at) + 1 or len(body)
            rest = body[at + len(mark) : end].strip()
            if rest in (b"", b"--"):
                yield at, end, rest == b"--"
        at = body.find(mark, at + len(mark))


def _without_line_end(part: bytes) -> bytes:
    return part.removesuffix(b"\n").removesuffix(b"\r")


def text_of(part: Part) -> str:
    """Answer what a reader sees: plain text rather than HTML where both say the same, without the attachments."""
    if not part.parts:
        return _leaf_text(part)
    if part.content_type == "multipart/alternative":
        plain_first = sorted(part.parts, key=lambda one: not _has_plain_text(one))
        return next((text for one in plain_first if (text := text_of(one))), "")
    return "\n\n".join(text for one in part.parts if (text := text_of(one)))


def _has_plain_text(part: Part) -> bool:
    return any(leaf.content_type == "text/plain" and not leaf.attached for leaf in part.leaves())


def _leaf_text(part: Part) -> str:
    if part.attached or part.content_type not in {"text/plain", "text/html"}:
        return ""
    text = storable(decode(_content(part), part.charset))
    return html_to_text(text) if part.content_type == "text/html" else text.strip()


def _content(part: Part) -> bytes:
    match part.encoding:
        case "base64":
            return decode_base64(part.body)
        case "quoted-printable":
            return binascii.a2b_qp(part.body)
        case _:
            return part.body


def attachment_names(part: Part) -> tuple[str, ...]:
    names = (leaf.filename[:LONGEST_NAME] for leaf in part.leaves() if leaf.filename is not None)
    return tuple(islice(names, NAMES_KEPT))

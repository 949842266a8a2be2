"""The body of a mail: a tree of MIME parts (RFC 2045, RFC 2046), its text and the names of its attachments.

The tree is split here and not by the email package, whose parser recurses once for every level and tests every line
against the boundaries of all of them. The email package still reads parameters, with their continuations and charsets.
"""

import binascii
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email.message import Message
from itertools import count, islice, takewhile
from typing import TypeVar

from app.domain.storable import storable
from app.domain.text.plain_text import decode, decode_as_beside, one_line, says_something, unix_lines
from app.mail.headers import Headers, decode_base64, decode_words, read_headers, without_comments
from app.mail.html_text import declared_charset, html_to_text

_LOOKED_AT = 262_144
"""Bytes in which a mail declares its charset."""

T = TypeVar("T")

MAX_PARTS = 1_000
MAX_DEPTH = 20

NAMES_KEPT = 100
LONGEST_NAME = 255
"""Of the attachments' names, which the timeline shows."""

MAX_PARAMETER_CHARACTERS = 8_192
"""The email package takes quadratic time to split parameters."""


_UU_ENCODINGS = frozenset({"uue", "uuencode", "xuue", "xuuencode"})
_ENCODINGS = _UU_ENCODINGS | {"base64", "quotedprintable"}
_TEXTS = frozenset({"text/plain", "text/html"})
_NOT_TO_READ = frozenset({"text/calendar", "text/csv", "text/directory", "text/vcard", "text/x-vcard"})
_ENDINGS = {"message/rfc822": ".eml", "text/calendar": ".ics"}
_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
"""White space at a line's end was added in transit (RFC 2045 section 6.7)."""
_UU_FILE = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]+)\r?\n(?:[!-`][ -`]{1,80}\r?\n)+(?:[ `]?\r?\n)?end[ \t]*(?:\r?\n|\Z)", re.MULTILINE
)
"""A file inside a text, as programs sent it before MIME, and some still do."""
_CHARSET = re.compile(rb"^content-type[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*?;\s*charset\s*=\s*[\"']?([\w.:-]+)", re.I | re.M)
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} [^\n]*\n", re.MULTILINE)


class TooComplex(Exception):
    """It has more than 1,000 parts, or parts inside parts more than 20 levels deep."""


@dataclass(frozen=True, slots=True)
class Part:
    content_type: str
    """In lower case, without parameters."""
    charset: str | None
    encoding: str
    """The Content-Transfer-Encoding, in lower case, letters and digits only."""
    filename: str | None
    attached: bool
    """Not a part that a person reads in the mail."""
    body: bytes = field(repr=False)
    parts: tuple["Part", ...] = ()
    named_text: bool = False
    """Text that only its file name or its kind sets apart from the text to read: it is not marked as an attachment."""

    def leaves(self) -> Iterator["Part"]:
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def read_part(headers: Headers, body: bytes) -> Part:
    """Read a mail's body as a tree. Raise TooComplex."""
    whole = _read(headers, body, numbers=count(1), depth=0)
    written = any(_is_text(leaf) and leaf.body.strip() for leaf in whole.leaves())
    return whole if written else _with_named_text(whole)


def _is_text(leaf: Part) -> bool:
    return not leaf.attached and leaf.content_type in _TEXTS


def _with_named_text(whole: Part) -> Part:
    """Take a named text, or one of another kind, for the message if there is no other: some programs give every part a
    file name."""
    named = next((leaf for leaf in whole.leaves() if leaf.named_text and leaf.body.strip()), None)
    return whole if named is None else _shown(whole, named)


def _shown(part: Part, named: Part) -> Part:
    if part is named:
        read_as = part.content_type if part.content_type in _TEXTS else "text/plain"
        return replace(part, attached=False, content_type=read_as)
    if part.content_type == "multipart/alternative" and any(each is named for each in part.parts):
        return replace(part, parts=tuple(replace(each, attached=not each.named_text) for each in part.parts))
    return replace(part, parts=tuple(_shown(each, named) for each in part.parts))


def _read(headers: Headers, body: bytes, numbers: Iterator[int], depth: int) -> Part:
    if next(numbers) > MAX_PARTS or depth > MAX_DEPTH:
        raise TooComplex
    message = _with_parameters(headers)
    content_type = message.get_content_type()
    if not content_type.startswith("multipart/"):
        return _without_uu_files(_leaf(headers, message, content_type, body))
    boundary = (_or_none(message.get_boundary) or "").encode("utf-8", "replace")
    # No multipart may be encoded (RFC 2045 section 6.4), and some are.
    inside = split_parts(body, boundary) or split_parts(_decoded(_encoding(headers), body), boundary)
    if not inside:  # A boundary that is missing or never comes: show the text that there is.
        return _leaf(headers, message, "text/plain", body)
    parts = tuple(_read(*read_headers(part, headers.charset), numbers, depth + 1) for part in inside)
    return Part(
        content_type=content_type, charset=None, encoding="", filename=None, attached=False, body=b"", parts=parts
    )


def first_charset(raw: bytes) -> str | None:
    """Return the charset that a mail names first, for itself or for a part."""
    found = _CHARSET.search(raw, 0, _LOOKED_AT)
    return found[1].decode("ascii", "replace") if found else None


def _leaf(headers: Headers, message: Message, content_type: str, body: bytes) -> Part:
    filename = _filename(message)
    return Part(
        content_type=content_type,
        charset=_or_none(message.get_content_charset),
        encoding=_encoding(headers),
        filename=filename,
        attached=filename is not None or message.get_content_disposition() == "attachment",
        body=body,
        named_text=message.get_content_disposition() != "attachment"
        and (content_type in _TEXTS or (filename is None and _is_other_text(content_type))),
    )


def _is_other_text(content_type: str) -> bool:
    """Return whether to read it as plain text if there is no other (RFC 2046 section 4.1.4): `text/enriched`,
    `text/markdown`."""
    return content_type.startswith("text/") and content_type not in _NOT_TO_READ


def _without_uu_files(leaf: Part) -> Part:
    """Remove the files from a text that have neither parts nor an encoding of their own."""
    if leaf.content_type != "text/plain" or leaf.attached or leaf.encoding in _ENCODINGS:
        return leaf
    names = [one_line(decode_as_beside(found[1], leaf.charset)).strip() for found in _UU_FILE.finditer(leaf.body)]
    if not names:
        return leaf
    text = replace(leaf, body=_UU_FILE.sub(b"", leaf.body))
    files = (Part("application/octet-stream", None, "", name, True, b"") for name in names)
    return Part(
        content_type="multipart/mixed",
        charset=None,
        encoding="",
        filename=None,
        attached=False,
        body=b"",
        parts=(text, *files),
    )


def _filename(message: Message) -> str | None:
    """Return a file's name: in RFC 2231's form rather than the plain one, if a program wrote both for older readers."""
    candidates = [
        value
        for header, name in (("content-disposition", "filename"), ("content-type", "name"))
        for value in [*_parameters(message, header, f"{name}*"), *_parameters(message, header, name)]
    ]
    return next((name for value in candidates if (name := _named(value))), None)


def _parameters(message: Message, header: str, name: str) -> list[object]:
    """Return the values of this name: text, or charset, language and text that was percent-encoded."""
    found = _or_none(lambda: message.get_params(header=header)) or []
    plain = name.removesuffix("*")
    return [value for key, value in found if key == plain and isinstance(value, tuple) == name.endswith("*")]


def _named(value: object) -> str | None:
    return decode_words(_octets_read(*value) if isinstance(value, tuple) else str(value)).strip() or None


def _octets_read(charset: str | None, _: str | None, text: str) -> str:
    """Decode a percent-encoded value, of which the email package returns each octet as a character."""
    return decode_as_beside(text.encode("latin-1"), charset) if all(each <= "\xff" for each in text) else text


def _encoding(headers: Headers) -> str:
    """Read the transfer encoding out of `"base64"`, `quoted-printable;`, `8bit (a comment)` and `7bit, base64`."""
    written = without_comments(headers.first("content-transfer-encoding") or "").lower()
    named = [re.sub(r"[^a-z0-9]|\bx-(?=base64|quoted)", "", each) for each in re.split("[;,]", written)]
    return next((each for each in named if each in _ENCODINGS), named[0])


def _with_parameters(headers: Headers) -> Message:
    message = Message()
    for name in ("content-type", "content-disposition"):
        message[name] = (headers.first(name) or "")[:MAX_PARAMETER_CHARACTERS]
    return message


def _or_none(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except (LookupError, TypeError, ValueError):  # Continuations out of order, unknown charsets.
        return None


def split_parts(body: bytes, boundary: bytes) -> list[bytes]:
    """Split a multipart body at its delimiter lines (RFC 2046 section 5.1.1). A missing last one ends with the body."""
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
    """Return the text that a reader sees: plain text rather than HTML if both say the same, without the attachments."""
    if not part.parts:
        return _leaf_text(part)
    if part.content_type == "multipart/alternative":
        plain_first = sorted(part.parts, key=lambda one: not _has_plain_text(one))
        return next((text for one in plain_first if (text := text_of(one))), "")
    return "\n\n".join(text for one in part.parts if (text := text_of(one)))


def _has_plain_text(part: Part) -> bool:
    return any(leaf.content_type == "text/plain" and not leaf.attached for leaf in part.leaves())


def _leaf_text(part: Part) -> str:
    if not _is_text(part):
        return ""
    content = _decoded(part.encoding, part.body)
    if part.content_type == "text/plain":
        return storable(unix_lines(decode(content, part.charset))).strip()
    charset = part.charset if says_something(part.charset) else declared_charset(content)
    return html_to_text(storable(unix_lines(decode(content, charset))))


def _decoded(encoding: str, body: bytes) -> bytes:
    """Undo a transfer encoding. A body in an unknown one is read as it is."""
    match encoding:
        case "base64":
            return decode_base64(body)
        case "quotedprintable":
            return binascii.a2b_qp(_SOFT_BREAK.sub(b"=", body))
        case encoding if encoding in _UU_ENCODINGS:
            return _uudecoded(body)
        case _:
            return body


def _uudecoded(body: bytes) -> bytes:
    begin = _UU_BEGIN.search(body)
    if begin is None:
        return body
    lines = body[begin.end() :].splitlines()
    return b"".join(_uu_line(line) for line in takewhile(lambda line: line.strip() != b"end", lines))


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # Some encoders pad a line too much.
        return binascii.a2b_uu(line[: ((line[0] - 32) & 63) * 4 // 3 + 2]) if line else b""


def attachment_names(part: Part) -> tuple[str, ...]:
    """Return the names of a mail's attachments. One without a name is named by its type."""
    names = (_name(leaf)[:LONGEST_NAME] for leaf in part.leaves() if leaf.attached or leaf.content_type not in _TEXTS)
    return tuple(islice(names, NAMES_KEPT))


def _name(leaf: Part) -> str:
    return (
        leaf.filename
        or f"unnamed{_ENDINGS.get(leaf.content_type) or mimetypes.guess_extension(leaf.content_type) or ''}"
    )

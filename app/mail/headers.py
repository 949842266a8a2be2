"""The header fields of a mail, read leniently: a malformed field is lost alone, without its neighbours.

The email package stops reading headers at the first malformed line and may raise at any access. Real mail has such
lines (a third-party filter's, a bare `From `), and the sender often comes after them.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import groupby

from app.domain.text.plain_text import decode, decode_as_beside, one_line

MAX_HEADER_BYTES = 102_400
"""A longer header is cut, as Postfix does (header_size_limit, https://www.postfix.org/postconf.5.html)."""

MAX_ADDRESS_CHARACTERS = 254
"""RFC 5321 section 4.5.3.1.3: a path is at most 256 octets, its angle brackets included."""

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]", re.ASCII)
"""A date of ISO 8601, which programs write that are not mail programs."""

LAST_YEAR = 2100
"""A broken clock says 3609, and such a mail would be the newest message for ever."""

_ENVELOPE_LINE = re.compile(rb">?From (?![ \t]*:)[^\n]*(?:\n|\Z)")
"""An mbox's own line before a mail, which exporters leave there. `From  :` is the obsolete form of the field."""
_END_OF_HEADERS = re.compile(rb"(?:\A|\n)\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")

_OCTET_FOLLOWS = r"\?=(?=[0-9A-Fa-f]{2}(?:(?!=\?)\S)*?\?=)"
"""A `?` of the text before an encoded octet, as in `What?=20is?=`: programs forget to encode it."""
_ENCODED_WORD = re.compile(
    r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?"
    rf"((?:[^?=]|=(?!\?[^?\s]+\?[bBqQ]\?)|\?(?!=)|{_OCTET_FOLLOWS})*)\?="
)
"""Spaces and question marks inside are wrong, and frequent. The match stops before the next word begins."""
_ENCODED_RUN = re.compile(rf"{_ENCODED_WORD.pattern}(?:\s*{_ENCODED_WORD.pattern})*")
"""White space between encoded words is not shown (RFC 2047 section 6.2), and programs split characters there."""

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PADDED = re.compile(
    rb"=*\s*((?:[A-Za-z0-9+/]{4}\s*+)*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)|(?:[A-Za-z0-9+/]{4}\s*+)+\Z)"
)
"""The text after the padding, if every line was encoded alone. The last line may need no padding."""
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_ADDRESS_PIECE = re.compile(rf"(?:{_ENCODED_WORD.pattern})" rf'|\\.|{_QUOTED}|<[^<>]*+>|,|[^\\"<,=]++|.', re.DOTALL)
_COMMENT_PIECE = re.compile(rf'\\.|{_QUOTED}|[^\\"()]++|.', re.DOTALL)
_GROUP_LABEL = re.compile(
    rf'(?=(?P<label>(?:{_ENCODED_WORD.pattern}|{_QUOTED}|[^":])*))(?P=label):(?P<mailbox>.*\w.*|\s*\Z)', re.DOTALL
)
"""`Team:` before the mailboxes of a group (RFC 5322 section 3.4). A smiley's colon is none."""
_COMMENT_AFTER = re.compile(r"\s*>?\s*(\(.*)", re.DOTALL)
_ADDRESS = re.compile(
    r'(?<![^\s<>,;:()])(?:"(?!")[^"\\]*+(?:\\.[^"\\]*+)*"|[^\s"<>,;:()@]++)@(?:\[[^\[\]\s]++\]|[^\s"<>,;:()@\[\]]++)(?![^\s<>,;:()])'
)


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in their order: the name in lower case, the value as bytes, unfolded."""

    fields: tuple[tuple[str, bytes], ...]
    charset: str | None = None
    """The charset of values that were written without encoding them, and not in UTF-8."""

    def all(self, name: str) -> list[str]:
        """Return every value of this name, on one line each. Encoded words are still encoded."""
        return list(self._values(name))

    def first(self, name: str) -> str | None:
        return next(self._values(name), None)

    def firsts(self) -> dict[str, str]:
        """Return the first value of each name, which is the outermost."""
        return {name: self._text(value) for name, value in dict(reversed(self.fields)).items()}

    def _values(self, name: str) -> Iterator[str]:
        return (self._text(value) for key, value in self.fields if key == name)

    def _text(self, value: bytes) -> str:
        return one_line(decode_as_beside(value[:MAX_HEADER_BYTES], self.charset)).strip()


@dataclass(frozen=True, slots=True)
class Mailbox:
    address: str
    name: str | None


def read_headers(raw: bytes, charset: str | None = None) -> tuple[Headers, bytes]:
    """Split a mail or a MIME part into its header fields and its body.

    Text that does not begin with a field has none. A malformed line between fields is skipped with its continuation.
    After the last field it belongs to the body. `charset` is that of the text, for fields that are not encoded.
    """
    envelope = _ENVELOPE_LINE.match(raw)
    start = envelope.end() if envelope else 0
    end = _END_OF_HEADERS.search(raw, start)
    block, body = (raw[start : end.start()], raw[end.end() :]) if end else (raw[start:], b"")
    if block and not _FIELD.match(block):
        return Headers(()), raw
    fields, remainder = _read_fields(block)
    headers = Headers(tuple((name, b"".join(lines)) for name, lines in fields), charset)
    return headers, b"\n".join([*remainder, b"", body]) if remainder else body


def _read_fields(block: bytes) -> tuple[list[tuple[str, list[bytes]]], list[bytes]]:
    fields: list[tuple[str, list[bytes]]] = []
    malformed: list[bytes] = []
    for line in _LINE_END.split(block):
        if field := _FIELD.match(line):
            malformed.clear()
            fields.append((field[1].decode("ascii").lower(), [line[field.end() :]]))
        elif not malformed and line.startswith((b" ", b"\t")):
            fields[-1][1].append(line)
        elif line:
            malformed.append(line)
    return fields, malformed


def decode_words(value: str) -> str:
    """Decode the encoded words of a header (RFC 2047). Anything else stays as it is."""
    return one_line(_ENCODED_RUN.sub(_decode_run, value))


def _decode_run(run: re.Match[str]) -> str:
    words = _ENCODED_WORD.findall(run[0])
    return "".join(
        decode(b"".join(_word_bytes(encoding, text) for _, encoding, text in group), charset)
        for charset, group in groupby(words, key=lambda word: str(word[0]).lower())
    )


def _word_bytes(encoding: str, text: str) -> bytes:
    encoded = text.encode("utf-8")
    return decode_base64(encoded) if encoding in "bB" else binascii.a2b_qp(encoded, header=True)


def decode_base64(encoded: bytes) -> bytes:
    """Decode the base64 letters and skip anything else. A cut-off end loses only itself.

    The data ends at the padding, unless each line was encoded alone, as some programs do. What follows may be a mailing
    list's footer.
    """
    first, padding, _ = encoded.partition(b"=")
    pieces, end = [first], len(first) + 1
    while padding and (more := _PADDED.match(encoded, end)):
        pieces.append(more[1])
        end = more.end()
    return b"".join(map(_decode_piece, pieces))


def _decode_piece(encoded: bytes) -> bytes:
    letters = _NOT_BASE64.sub(b"", encoded)
    whole = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def read_mailbox(value: str) -> Mailbox | None:
    """Read the first mailbox of a From or Reply-To header, malformed ones too, and never invent an address.

    (`email.utils.parseaddr` reads `Ann Lee ann@example.com` as `AnnLeeann@example.com`.) An encoded word holds a name,
    whatever it looks like (RFC 2047 section 5).
    """
    pending = since_comma = ""
    for piece in [*(found[0] for found in _ADDRESS_PIECE.finditer(without_comments(value))), ","]:
        if piece.startswith("<") and (found := _find_address(_unfolded(piece))):
            return Mailbox(found, _display_name(pending) or _name_after(value, found))
        if piece == "," and (found := _find_address(since_comma)):
            return Mailbox(found, _display_name(pending.partition(found)[0]) or _name_after(value, found))
        pending += piece
        since_comma = "" if piece == "," else since_comma + piece
    return None


def _unfolded(piece: str) -> str:
    """Remove the white space that a broken fold leaves in an address.

    In the middle of the part before the @ it is none: `<Ann ann@example.com>` is not `Annann`.
    """
    local, at, domain = piece.rpartition("@")
    parts = (part.strip() for part in local.removeprefix("<").split("."))
    return ".".join(parts) + at + "".join(domain.split())


def _find_address(text: str) -> str | None:
    found = _ADDRESS.search(_ENCODED_WORD.sub(" ", text))
    return found[0] if found and len(found[0]) <= MAX_ADDRESS_CHARACTERS else None


def _display_name(written: str) -> str | None:
    label = _GROUP_LABEL.match(written)
    name = (label["mailbox"] if label else written).strip(" ,;<")
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    elif name.count('"') == 1:  # The other bracket is missing.
        name = name.replace('"', "")
    return decode_words(name).strip() or None


def _name_after(value: str, address: str) -> str | None:
    """Read the name in a comment: `ann@example.com (Ann Lee)`, the form from before there were display names."""
    after = _COMMENT_AFTER.match(value.partition(address)[2])
    comments = _take_apart(after[1])[1] if after else []
    return decode_words(re.sub(r"\\(.)", r"\1", comments[0])).strip() or None if comments else None


def without_comments(value: str) -> str:
    """Strip the comments, in round brackets and nested (RFC 5322 section 3.2.2). Unbalanced ones are text."""
    return _take_apart(value)[0]


def _take_apart(value: str) -> tuple[str, list[str]]:
    """Return the text without its comments, and the comments without their brackets."""
    kept, comments, depth = list[str](), list[list[str]](), 0
    for piece in _COMMENT_PIECE.findall(value):
        opens, closes = piece == "(", piece == ")" and depth > 0
        depth += opens - closes
        if opens and depth == 1:
            comments.append([])
        elif depth:
            comments[-1].append(piece)
        elif not closes:
            kept.append(piece)
    return (value, []) if depth else ("".join(kept), ["".join(comment) for comment in comments])


def read_date(value: str) -> datetime | None:
    """Read a Date header in UTC. Return None if it is not a date, or not one that a mail can have."""
    text = re.sub(" ?: ?", ":", " ".join(without_comments(value).split()))
    try:
        date = datetime.fromisoformat(text.replace(" +", "+")) if _ISO_DATE.match(text) else parsedate_to_datetime(text)
        aware = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
    return aware if aware.year < LAST_YEAR else None

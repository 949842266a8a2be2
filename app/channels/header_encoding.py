"""Text in mail headers (RFC 2047, RFC 2231), encoded so that every reader and library sees that text and nothing else.

A customer chooses the subject, and it may look like an encoded word. Until Python 3.12 the email package decodes such a
word when it writes the header, line breaks included (CVE-2024-6923). So headers that hold text are written here.
"""

import re
from email.header import Header
from email.utils import getaddresses
from typing import Final
from urllib.parse import quote

from app.channels.account_config import email_address

_LINE: Final = 76
"""The longest line that holds encoded words (RFC 2047 section 2)."""
_PLAIN: Final = re.compile(r"[!-~]+(?: +[!-~]+)*")
_ATOMS: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]+", re.ASCII)
_PARAMETER_PIECE: Final = 45
_OPENING: Final = re.compile(r"=\?(?=[^?]*\?[bBqQ]\?)")
_BREAKS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str | None) -> str:
    """Return the text with each run of line breaks and other control characters replaced by a space."""
    return _BREAKS.sub(" ", text or "").strip()


def unstructured(name: str, text: str) -> str:
    """Return a whole header field for a text such as a subject."""
    line = one_line(text)
    return f"{name}: {line if _fits(line, len(name) + 2) else _words(line, len(name) + 2)}\r\n"


def mailbox(name: str, value: str) -> str:
    """Return a whole header field for `Name <address>` or a bare address."""
    [(written, address)] = getaddresses([value])
    shown, where = one_line(written), email_address(address)
    if not shown:
        return f"{name}: {where}\r\n"
    phrase = _phrase(shown, len(name) + 2)
    gap = " " if len(name) + len(phrase) + len(where) + 5 <= _LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{where}>\r\n"


def filename(text: str) -> str:
    """Return the value of a Content-Disposition header for a file with this name."""
    line = one_line(text)
    if _fits(line, 24) and not set(line) & set('"\\'):
        return f'attachment; filename="{line}"'
    pieces = _percent_encoded(line)
    if len(pieces) == 1:
        return f"attachment;\r\n filename*=utf-8''{pieces[0]}"
    rest = "".join(f";\r\n filename*{number}*={piece}" for number, piece in enumerate(pieces[1:], 1))
    return f"attachment;\r\n filename*0*=utf-8''{pieces[0]}{rest}"


def unlike_encoded_words(text: str) -> str:
    """Return the text so that it looks the same but cannot be read as an encoded word.

    For providers that write the header themselves. An invisible word joiner separates the two characters that every
    encoded word begins with.
    """
    return _OPENING.sub("=\N{WORD JOINER}?", text)


def _fits(line: str, used: int) -> bool:
    """Whether the text fits on one line, is ASCII, and holds nothing that a reader would decode."""
    return used + len(line) <= _LINE and "=?" not in line and _PLAIN.fullmatch(line) is not None


def _words(line: str, used: int) -> str:
    return Header(line, "utf-8", maxlinelen=_LINE, header_name="x" * (used - 2)).encode(linesep="\r\n")


def _phrase(line: str, used: int) -> str:
    if not _fits(line, used + 2):
        return _words(line, used)
    quoted = line.replace("\\", "\\\\").replace('"', '\\"')
    return line if _ATOMS.fullmatch(line) else f'"{quoted}"'


def _percent_encoded(line: str) -> list[str]:
    """Return the encoded name in pieces of one line each. No character is split."""
    pieces = [""]
    for character in line:
        encoded = quote(character, safe="", errors="replace")
        if len(pieces[-1]) + len(encoded) > _PARAMETER_PIECE:
            pieces.append("")
        pieces[-1] += encoded
    return pieces

"""Text that can be stored and sent on, out of bytes whose charset is missing, wrong or unknown."""

import codecs
import re

_MEANT = {
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "shift_jis": "cp932",
}
"""Mail programs name the standard and write the vendor's superset (https://encoding.spec.whatwg.org/#names-and-labels)."""

_SAYS_NOTHING = frozenset({"ascii", "idna", "punycode", "raw-unicode-escape", "unicode-escape"})
"""`us-ascii` is what programs write when they do not know; the others are Python's, and some take quadratic time."""

_LONGEST_NAME = 40

_BREAKS_A_LINE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, all that `str.splitlines` (and so the email package) takes for a line's end, lone surrogates."""

_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")
"""PostgreSQL's text holds no NUL, UTF-8 no surrogates."""


def decode(content: bytes, charset: str | None) -> str:
    """Read bytes as their declared charset, else as UTF-8, else as Western text. What is none becomes U+FFFD."""
    declared = _codec(charset or "")
    for codec in (declared or "utf-8", "utf-8"):
        try:
            return content.decode(codec)
        except UnicodeError:
            continue
    return content.decode(declared or "cp1252", "replace")


def _codec(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset[:_LONGEST_NAME]).name
        b"\0\0\0\0".decode(name)  # An empty string would be decoded by anything.
    except (LookupError, ValueError):
        return None
    return None if name in _SAYS_NOTHING else _MEANT.get(name, name)


def one_line(text: str) -> str:
    """Strip what could end a header line, so that no text can add a header of its own; a tab becomes a space."""
    return _BREAKS_A_LINE.sub("", text.replace("\t", " "))


def storable(text: str) -> str:
    """Strip what a database refuses, with line ends as LF."""
    return _CANNOT_BE_STORED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))

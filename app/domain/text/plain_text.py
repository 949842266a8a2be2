"""Text that can be stored and sent, out of bytes whose charset is missing, wrong or unknown."""

import codecs
import re
from collections.abc import Callable, Iterator

import webencodings

from app.domain.text.japanese import EUC_JP, ISO_2022_JP, decode_euc_jp, decode_iso_2022_jp, uses_escapes

_MEANT = {
    "big5": ("big5hkscs", "cp950"),
    "gbk": ("gb18030",),
    "iso-8859-8-i": ("iso8859-8",),
}
"""Python's codecs for encodings of https://encoding.spec.whatwg.org/#names-and-labels that have another name there.

A label means what browsers take it for: the vendor's superset, even if programs name the standard.
"""

_SAYS_NOTHING = frozenset({"ascii", "idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "unicode-escape"})
"""`us-ascii` is what programs write if they do not know. The others are Python's own, and some take quadratic time."""

_NO_CHARSET = frozenset({"ascii", "us-ascii", "ansi_x3.4-1968", "x-user-defined"})

_PREFIXED = re.compile(r"^(?:x-)?(?:win-|cp-|windows)(?=\d)")
"""`windows-` as some programs write it."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_Decoder = Callable[[bytes], str]

_LONGEST_NAME = 40

_BREAKS_A_LINE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, everything that `str.splitlines` (and so the email package) takes for a line's end, lone
surrogates."""


def decode(content: bytes, charset: str | None) -> str:
    """Decode bytes by their declared charset, else as UTF-8, else as Western text. Invalid bytes become U+FFFD.

    A byte-order mark overrides the declaration.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    declared = _codecs((charset or "").strip(" \t'\"").lower()[:_LONGEST_NAME])
    for decoder in _decoders(content, declared):
        try:
            return decoder(content)
        except UnicodeError:
            continue
    return content.decode(_replacing(declared), "replace")


def decode_as_beside(content: bytes, charset: str | None) -> str:
    """Decode bytes that should have been ASCII: as UTF-8, else by the charset of what is beside them."""
    if charset is None or _is_utf8(content):
        return decode(content, None)
    text = decode(content, charset)
    return decode(content, None) if "\ufffd" in text else text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def says_something(charset: str | None) -> bool:
    """Return whether this is the name of a known charset, other than the one that stands for none."""
    return bool(_codecs((charset or "").strip(" \t'\"").lower()[:_LONGEST_NAME]))


def _codecs(label: str) -> tuple[str, ...]:
    """Return the codecs of a label, the likelier first."""
    if label in ISO_2022_JP or label in EUC_JP:
        return (label,)
    if label in _NO_CHARSET:
        return ()
    label = _PREFIXED.sub("windows-", label)
    names = (label, label.removeprefix("x-"), _PREFIXED.sub("windows-", label.removeprefix("cs")))
    known = next(filter(None, map(webencodings.lookup, names)), None)
    if known is None or known.name == "replacement":  # browsers refuse to read it, but mail is written in it
        return next(filter(None, map(_of_python, names)), ())
    return _MEANT.get(known.name, (known.codec_info.name,))


def _of_python(label: str) -> tuple[str, ...]:
    try:
        name = codecs.lookup(label).name
        b"\0\0\0\0".decode(name)  # An empty string would be decoded by anything.
    except (LookupError, ValueError):
        return ()
    return () if name in _SAYS_NOTHING else (name,)


def _decoder(name: str) -> _Decoder:
    if name in ISO_2022_JP:
        return decode_iso_2022_jp
    return decode_euc_jp if name in EUC_JP else lambda content: content.decode(name)


def _decoders(content: bytes, declared: tuple[str, ...]) -> Iterator[_Decoder]:
    if uses_escapes(content) and not any(name.startswith("iso2022") for name in declared):
        yield decode_iso_2022_jp
    yield from map(_decoder, declared)
    yield lambda content: content.decode("utf-8")


def _replacing(declared: tuple[str, ...]) -> str:
    """Return the codec that reads most of bytes that are not all in the declared charset."""
    name = declared[0] if declared else "cp1252"
    if name in ISO_2022_JP:
        return "cp932"
    return "euc_jp" if name in EUC_JP else name


def one_line(text: str) -> str:
    """Remove what could end a header line, so that no text can add a header of its own. A tab becomes a space."""
    return _BREAKS_A_LINE.sub("", text.replace("\t", " "))


def unix_lines(text: str) -> str:
    """Return the text with LF as its line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")

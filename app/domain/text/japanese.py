"""Japanese text as Windows writes it: ISO-2022-JP and EUC-JP with the vendors' characters, such as ① and ㈱.

Python's codecs of these names know only the standard's characters. Microsoft's (cp50220, cp51932) put those of code
page 932 into the same two-byte table, and so does https://encoding.spec.whatwg.org/#index-jis0208.
"""

import re

ISO_2022_JP = frozenset(
    {"cp50220", "cp50221", "cp50222", "csiso2022jp", "iso-2022-jp", "iso-2022-jp-1", "iso-2022-jp-ms", "x-iso-2022-jp"}
)
EUC_JP = frozenset({"cp51932", "cseucpkdfmtjapanese", "euc-jp", "eucjp", "eucjp-ms", "eucjpms", "x-euc-jp"})

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJIH])")
_CALLS = re.compile(rb"\x1b(?:\$[@B(]|\(I)")
_ENDS_LINE = re.compile(rb"[\r\n]")
_EUC = re.compile(rb"([\xa1-\xfe]{2})|\x8e([\xa1-\xdf])|\x8f[\xa1-\xfe]{2}|[\0-\x7f]+")


def uses_escapes(content: bytes) -> bool:
    """Return whether this is ISO-2022-JP, whatever charset is declared: nothing else in a mail has such escapes."""
    return b"\x1b$B" in content or b"\x1b$@" in content


def decode_iso_2022_jp(content: bytes) -> str:
    """Decode the text after each escape by the set that it selects. Invalid characters become U+FFFD.

    Raise UnicodeDecodeError for bytes beyond ASCII without any escape: they are in another charset.
    """
    if not _CALLS.search(content):
        return content.decode("ascii")
    marks = [(0, 0, b"(B"), *((found.start(), found.end(), found[1]) for found in _ESCAPE.finditer(content))]
    ends = [*(start for start, _, _ in marks[1:]), len(content)]
    return "".join(_section(mark, content[begin:end]) for (_, begin, mark), end in zip(marks, ends, strict=True))


def _section(mark: bytes, section: bytes) -> str:
    if mark in (b"$B", b"$@", b"$(D"):
        # A line's end selects ASCII again: programs that cut a line leave out the escape.
        ending = _ENDS_LINE.search(section)
        at = ending.start() if ending else len(section)
        return _two_bytes(mark, section[:at]) + section[at:].decode("cp932", "replace")
    if mark == b"(I":
        section = bytes(byte | 0x80 if byte > 0x20 else byte for byte in section)
    return section.decode("cp932", "replace")  # ASCII, and half-width katakana in eight bits


def _two_bytes(mark: bytes, section: bytes) -> str:
    pairs = [section[at : at + 2] for at in range(0, len(section) - 1, 2)]
    cut = "\ufffd" if len(section) % 2 else ""
    if mark == b"$(D":
        return b"".join(b"\x8f" + bytes((a | 0x80, b | 0x80)) for a, b in pairs).decode("euc_jp", "replace") + cut
    return b"".join(map(_shift_jis, pairs)).decode("cp932", "replace") + cut


def _shift_jis(pair: bytes) -> bytes:
    """Convert a place in the table of 94 rows to its two bytes in Shift_JIS."""
    row, cell = (pair[0] & 0x7F) - 0x21, (pair[1] & 0x7F) - 0x21
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + 0x40 + (cell >= 63)
    return bytes((lead & 0xFF, trail & 0xFF))


def decode_euc_jp(content: bytes) -> str:
    """Raise UnicodeDecodeError if the bytes are not EUC-JP."""
    text, read = [], 0
    for found in _EUC.finditer(content):
        if found.start() != read:
            break
        read = found.end()
        text.append(_euc(found))
    if read != len(content):
        raise UnicodeDecodeError("euc-jp", content, read, read + 1, "no character")
    return "".join(text)


def _euc(found: re.Match[bytes]) -> str:
    if found[1]:
        return _shift_jis(found[1]).decode("cp932")
    if found[2]:
        return found[2].decode("cp932")
    return found[0].decode("euc_jp")

"""Find the separators between the mails of an mbox file, among lines of text that begin with `From ` as well.

Programs differ: most put an empty line before a separator, some do not; most put `>` before such a line of text, some
do not. All write the time into it, and a header follows. This looks at both.
"""

import re

KEPT_BEHIND = len(b"\r\n\r\n")
"""The line before also matters."""

_LONGEST_LINE = 1_000
_MONTH = re.compile(rb"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_HOUR = re.compile(rb"\b\d{1,2}:\d\d")
_YEAR = re.compile(rb"\b(?:19|20)\d\d\b")
_ISO_TIME = re.compile(rb"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_HEADER = re.compile(rb"(?:>?From (?![ \t]*:)[^\n]*\n)?[!-9;-~]+[ \t]*:")
_USUAL_HEADER = re.compile(
    rb"(?:>From [^\n]*\n)?(?:from|to|date|received|return-path|delivered-to|message-id|subject|mime-version|reply-to"
    rb"|content-type|status|x-[a-z-]+):",
    re.IGNORECASE,
)


_LONGEST_HEAD = 102_400
_HEAD_ENDS = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,9})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


def declared_end(held: bytes | bytearray, longest: int, *, last: bool) -> int | None:
    """Return where the first mail ends by its own Content-Length, 0 if it has none that fits, None as above.

    Solaris and others write it instead of `>` before such lines (mboxcl2). A length counts if a separator follows it,
    or the file's end.
    """
    head = _HEAD_ENDS.search(held, 0, _LONGEST_HEAD)
    if head is None:
        return None if not last and len(held) < _LONGEST_HEAD else 0
    declared = _LENGTH.search(held, 0, head.start() + 1)
    end = head.end() + int(declared[1]) if declared else 0
    if not declared or end > longest or b"\nFrom " in held[: head.start()]:
        return 0
    if last and end <= len(held) and not held[end:].strip():
        return end
    for start in (end, end + 1, end + 2):
        if held[start - 1 : start] == b"\n" and held[start : start + 5] == b"From ":
            found = separator_at(held, start, last=last)
            return start - 1 if found else found
    return None if not last and len(held) < end + len(b"\r\nFrom ") else 0


def separator_at(held: bytes | bytearray, start: int, *, last: bool) -> int | None:
    """Return where the mail begins whose separator begins at `start`, 0 if it is none, None if more data is needed.

    `last`: no more data will come.
    """
    end = held.find(b"\n", start, start + _LONGEST_LINE)
    if end < 0 and len(held) - start >= _LONGEST_LINE:
        return 0
    if not last and (end < 0 or not _has_a_line(held, end + 1)):
        return None
    line, mail = bytes(held[start : end if end >= 0 else len(held)]), end + 1 if end >= 0 else len(held)
    follows = bytes(held[mail : mail + _LONGEST_LINE])
    before = bytes(held[max(0, start - KEPT_BEHIND) : start])
    after_empty = before.endswith((b"\n\n", b"\n\r\n")) or before in (b"\n", b"\r\n")  # The mail itself is empty.
    if _is_dated(line):
        return mail if after_empty or _HEADER.match(follows) else 0
    return mail if after_empty and _USUAL_HEADER.match(follows) else 0


def _is_dated(line: bytes) -> bool:
    """Return whether this is `asctime` or a variant: with a zone, in the order of RFC 5322, as ISO 8601."""
    return bool(_ISO_TIME.search(line) or all(part.search(line) for part in (_MONTH, _HOUR, _YEAR)))


def _has_a_line(held: bytes | bytearray, start: int) -> bool:
    return len(held) - start >= _LONGEST_LINE or held.find(b"\n", start) >= 0

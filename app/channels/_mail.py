"""Mail rules that hold for every e-mail provider: what goes into threading headers, and what comes out of them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]+>")
_AUTOMATIC_HEADERS: Final = ("x-autoreply", "x-autorespond")
_AUTOMATIC_PRECEDENCE: Final = frozenset({"auto_reply", "bulk", "junk"})


def message_ids(header: str) -> tuple[str, ...]:
    """The message ids in a header, in order, each with its angle brackets (RFC 5322 section 3.6.4).

    Whatever else stands there is left out, so that the result is safe to be written into a header again.
    """
    return tuple(_MESSAGE_ID.findall(header))


def references(ids: Iterable[str]) -> str:
    """One References value: ids apart by spaces, never encoded; whoever writes the mail folds it at the spaces."""
    return " ".join(message_ids(" ".join(ids)))


def answered(in_reply_to: str, reference_list: str) -> tuple[str, ...]:
    """The messages that a mail answers, nearest first."""
    return tuple(dict.fromkeys((*message_ids(in_reply_to), *reversed(message_ids(reference_list)))))


def subject_line(subject: str | None) -> str:
    """A subject without line breaks, which would let it write headers of its own."""
    return " ".join((subject or "").splitlines()).strip()


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Say whether a machine wrote a mail: out-of-office notes, bounces, list mail. Names are in lower case.

    RFC 3834 section 5 for Auto-Submitted; the others are what servers used before it, and still do.
    """
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    return (
        submitted != "no"
        or any(name in headers for name in _AUTOMATIC_HEADERS)
        or headers.get("precedence", "").strip().lower() in _AUTOMATIC_PRECEDENCE
        or headers.get("return-path", "").strip() == "<>"
        or headers.get("content-type", "").strip().lower().startswith("multipart/report")
    )


def mail_date(value: str | None) -> datetime | None:
    """Read a Date header; UTC where it names no zone, None where it is no date."""
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return date.replace(tzinfo=UTC) if date and date.tzinfo is None else date

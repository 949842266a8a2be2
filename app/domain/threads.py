"""What ties a reply to the mail that it answers: In-Reply-To, References (RFC 5322 section 3.6.4) and the subject."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.text.plain_text import one_line

MAX_ID_CHARACTERS = 985
"""`In-Reply-To: ` and the longest id fill a line of 998 octets, the most that RFC 5322 section 2.1.1 allows."""

KEPT_REFERENCES = 20
"""Of a long thread: its first message and the newest twenty. RFC 5537 section 3.4.4 asks for the first and three."""

NO_SUBJECT = "Re: your message"
"""The RFCs name no subject for the answer to a mail without one. An empty one looks like spam."""

_CLEAN_ID = re.compile(r"<[!-;=?-~]+>")
_WRITTEN_ID = re.compile(r"<([^<>]*)>")
_BARE_TOKEN = re.compile(r"[!-;=?-~]+")
_BARE_ID = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")

_REPLY = (
    r"(?:re|aw|sv|vs|antw|antwort|odp|res|rif|ynt|atb|bls|rép|réf|vá|odg|ats|tl|trả lời|απ|σχετ|отв|ответ|отг"
    r"|השב|תגובה|رد|回复|回覆|答复|答覆|返信|답장|회신)\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]"
)
"""`Re:` as mail programs write it in their languages (https://en.wikipedia.org/wiki/List_of_email_subject_abbreviations);
`RE[2]:` counts replies."""
_BEFORE_REPLY = r"(?:\[[^\]]*\]\s*|(?:fwd?|wg|vl|tr|rv|转发|轉寄)\s*[:：]\s*)*"
"""What may precede it: a mailing list's `[name]`, and the mark of a forwarded mail."""
_IS_REPLY = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*" + _BEFORE_REPLY + _REPLY, re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyHeaders:
    in_reply_to: str | None
    references: tuple[str, ...]
    """Oldest first, ending with `in_reply_to`. Empty if that is None."""


def reply_headers(
    parent_message_id: str | None, parent_references: tuple[str, ...], parent_in_reply_to: tuple[str, ...]
) -> ReplyHeaders:
    """Build the headers of the answer to a mail (RFC 5322 section 3.6.4).

    A parent without an id that a header can hold gives neither header: its mail program has nothing to match.
    """
    if parent_message_id is None or not is_clean_message_id(parent_message_id.strip()):
        return ReplyHeaders(None, ())
    parent = parent_message_id.strip()
    ancestors = parent_references or (parent_in_reply_to if len(parent_in_reply_to) == 1 else ())
    older = [one.strip() for one in ancestors if is_clean_message_id(one.strip()) and one.strip() != parent]
    return ReplyHeaders(parent, shortened([*older, parent]))


def is_clean_message_id(message_id: str) -> bool:
    """Return whether a header can hold this id as it is: one token in angle brackets, printable ASCII, on one line.

    An id that looks like an encoded word (RFC 2047) is not clean: readers would decode it into something else.
    """
    fits = len(message_id) <= MAX_ID_CHARACTERS and "=?" not in message_id
    return fits and _CLEAN_ID.fullmatch(message_id) is not None


def read_message_ids(value: str) -> tuple[str, ...]:
    """Read the ids of a header as they are written, each once, in angle brackets.

    The brackets are not part of the id (RFC 5322 section 3.6.4): an id that a mail program wrote without them gets
    them. An id that is too long to answer is dropped.
    """
    tokens = re.split(r"[\s,]+", value.strip())
    bare = tokens if all(_BARE_ID.fullmatch(token) for token in tokens) else None
    contents = bare or [inside.strip() for inside in _WRITTEN_ID.findall(value)]
    return tuple(dict.fromkeys(f"<{inside}>" for inside in contents if 0 < len(inside) <= MAX_ID_CHARACTERS - 2))


def read_message_id(value: str) -> str | None:
    """Read a mail's own id. A program may have forgotten the brackets, one of them, or the `@`."""
    found = read_message_ids(value)
    if found:
        return found[0]
    bare = value.strip(' \t<>"')
    return f"<{bare}>" if _BARE_TOKEN.fullmatch(bare) and len(bare) <= MAX_ID_CHARACTERS - 2 else None


def in_brackets(message_id: str) -> str:
    """Return a mail's id as its header has it. Providers and helpdesks may leave out the brackets."""
    return f"<{message_id}>" if _BARE_ID.fullmatch(message_id) else message_id


def answered(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """Return the messages that a mail answers, the nearest first."""
    return tuple(dict.fromkeys((*in_reply_to, *reversed(references))))


def shortened(message_ids: Iterable[str]) -> tuple[str, ...]:
    """Keep each id once, and of a long list the first and the last twenty."""
    unique = tuple(dict.fromkeys(message_ids))
    return unique if len(unique) <= KEPT_REFERENCES + 1 else (unique[0], *unique[-KEPT_REFERENCES:])


def reply_subject(subject: str | None) -> str:
    """Return the subject with one `Re: ` before it, unless it has a reply's mark already.

    Mail programs group by it as well. Line ends and control characters are stripped: a subject cannot add a header.
    """
    line = one_line(subject or "")
    if not line.strip():
        return NO_SUBJECT
    return line if _IS_REPLY.match(line) else f"Re: {line}"

"""Reading a customer's e-mail: any bytes become a `Mail`, or an `UnreadableMail` with a reason; nothing else escapes.

A mail of 25 MB takes up to some seconds of computing: read large ones in a thread.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.mail_headers import Headers, Mailbox, decode_words, read_date, read_headers, read_mailbox
from app.domain.mime import TooComplex, attachment_names, read_part, text_of
from app.domain.threads import read_message_ids, shortened

MAX_MAIL_BYTES = 25 * 1024 * 1024
"""As much as Gmail and most others accept."""


class UnreadableMail(Exception):
    """A mail that cannot become a conversation; `reason` is a sentence for the person who imports it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Mail:
    message_id: str | None
    """As written, in angle brackets; never made up."""
    sender: str = field(repr=False)
    """The address to answer: the first of Reply-To, else of From."""
    from_address: str | None = field(repr=False)
    from_name: str | None = field(repr=False)
    subject: str | None = field(repr=False)
    """Decoded, on one line; None where it is missing or blank."""
    references: tuple[str, ...]
    """The thread's messages, oldest first; of a long thread the first and the last twenty."""
    in_reply_to: tuple[str, ...]
    sent_at: datetime | None
    """By the sender's clock, which may be ahead of ours; in UTC."""
    text: str = field(repr=False)
    """What a person reads in it; empty where it holds attachments only."""
    automatic: bool
    """No person wrote it: an out-of-office answer, a bounce, bulk mail."""
    digest: str
    """SHA-256 of the file, in hex."""
    attachment_names: tuple[str, ...] = field(repr=False)


def parse_mail(raw: bytes) -> Mail:
    """Read one mail as it came over the wire or out of a file. Raises UnreadableMail."""
    if len(raw) > MAX_MAIL_BYTES:
        raise UnreadableMail(f"The e-mail is larger than {MAX_MAIL_BYTES // 1024**2} MB.")
    headers, body = read_headers(raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n"))
    if not headers.fields:
        raise UnreadableMail("This is no e-mail: it does not begin with header lines.")
    author, answer_to = _first_mailbox(headers, "from"), _first_mailbox(headers, "reply-to")
    sender = answer_to or author
    if sender is None:
        raise UnreadableMail("The e-mail has no sender address: neither Reply-To nor From holds one.")
    try:
        content = read_part(headers, body)
    except TooComplex as error:
        raise UnreadableMail(f"The e-mail cannot be taken apart. {TooComplex.__doc__}") from error
    return Mail(
        message_id=next(iter(_ids(headers, "message-id")), None),
        sender=sender.address,
        from_address=author.address if author else None,
        from_name=author.name if author else None,
        subject=decode_words(headers.first("subject") or "").strip() or None,
        references=shortened(_ids(headers, "references")),
        in_reply_to=shortened(_ids(headers, "in-reply-to")),
        sent_at=read_date(headers.first("date") or ""),
        text=text_of(content),
        automatic=is_automatic(headers.first),
        digest=hashlib.sha256(raw).hexdigest(),
        attachment_names=attachment_names(content),
    )


def _first_mailbox(headers: Headers, name: str) -> Mailbox | None:
    return next((mailbox for value in headers.all(name) if (mailbox := read_mailbox(value))), None)


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(one for value in headers.all(name) for one in read_message_ids(value))


def is_automatic(first: Callable[[str], str | None]) -> bool:
    """Say whether a machine wrote it (RFC 3834 section 5, and the older marks that mail programs still set).

    `first` answers the first header of a name in lower case.
    """
    auto_submitted = first("auto-submitted")
    return (
        (auto_submitted is not None and _keyword(auto_submitted) != "no")
        or first("x-autoreply") is not None
        or first("x-autorespond") is not None
        or _keyword(first("precedence") or "") in {"auto_reply", "bulk", "junk"}
        or "".join((first("return-path") or "").split()) == "<>"
        or _keyword(first("content-type") or "") == "multipart/report"
    )


def _keyword(value: str) -> str:
    """Read a header's keyword, without the parameters or the comment that may follow it."""
    return value.partition(";")[0].partition("(")[0].strip().lower()


def thread_ids(mail: Mail) -> tuple[str, ...]:
    """Answer the messages whose conversation this mail may belong to, the nearest first."""
    return tuple(dict.fromkeys((*mail.in_reply_to, *reversed(mail.references))))


def root_id(mail: Mail) -> str:
    """Answer the thread's first Message-ID: the name of the conversation that this mail would open.

    References lists a thread from its first message on; without it, In-Reply-To names an ancestor if it holds
    exactly one id (several are several threads, RFC 5322 section 3.6.4). Else the mail is itself the first, by its
    Message-ID or, without one, by its file's digest.
    """
    if mail.references:
        return mail.references[0]
    if len(mail.in_reply_to) == 1:
        return mail.in_reply_to[0]
    return mail.message_id or mail.digest

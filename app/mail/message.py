"""Read a customer's e-mail: any bytes become a `Mail`, or raise `UnreadableMail` with a reason, and nothing else.

A mail of 25 MB takes up to some seconds of computing: read large ones in a thread.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from app.domain.addresses import Address
from app.domain.own_addresses import OwnAddresses
from app.domain.threads import answered, read_message_id, read_message_ids, shortened
from app.domain.words import Channel
from app.mail.automatic import is_automatic
from app.mail.headers import Headers, Mailbox, decode_words, read_date, read_headers, read_mailbox
from app.mail.mime import TooComplex, attachment_names, first_charset, read_part, text_of

_MOZILLA_EXPUNGED = 0x0008
_EVOLUTION_DELETED = 0x0002
_TRASH = frozenset(
    {"trash", "bin", "papierkorb", "corbeille", "papelera", "lixeira", "lixo", "cestino", "prullenbak", "kosz"}
    | {"корзина", "ゴミ箱", "已删除邮件", "垃圾桶"}
)
"""Gmail's label for what is deleted, which an export writes in the person's language."""

MAX_MAIL_BYTES = 25 * 1024 * 1024
"""As much as Gmail and most others accept."""


class UnreadableMail(Exception):
    """A mail that cannot become a conversation. `reason` is a sentence for the person who imports it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Mail:
    message_id: str | None
    """As written, in angle brackets. Never invented."""
    senders: tuple[Mailbox, ...] = field(repr=False)
    """Who may have written it, the likeliest first: the first of Reply-To, of From, and what a group has replaced. Each
    with the name beside this address, if there is one."""
    subject: str | None = field(repr=False)
    """Decoded, on one line. None if it is missing or blank."""
    references: tuple[str, ...]
    """The thread's messages, oldest first. Of a long thread the first and the last twenty."""
    in_reply_to: tuple[str, ...]
    sent_at: datetime | None
    """By the sender's clock, which may be ahead of ours; in UTC."""
    text: str = field(repr=False)
    """The text that a person reads in it. Empty if it holds only attachments."""
    automatic: bool
    """No person wrote it: an out-of-office answer, a bounce, bulk mail."""
    digest: str
    """SHA-256 of the file, in hex."""
    attachment_names: tuple[str, ...] = field(repr=False)
    deleted: bool = False
    """The mail program only hides it until the folder is compacted."""
    mailbox_data: bool = False
    """Not a mail: a mail server keeps its own notes in it."""

    @property
    def sender(self) -> str:
        """The address to reply to."""
        return self.senders[0].address

    @property
    def sender_name(self) -> str | None:
        return self.senders[0].name

    def besides(self, own: OwnAddresses) -> Self | None:
        """Return the mail with its customer as sender, whichever own addresses it passed through, or None if it is our
        own."""
        left = tuple(each for each in self.senders if not own.hold(Channel.EMAIL, _key(each)))
        return replace(self, senders=left) if left else None


def parse_mail(raw: bytes) -> Mail:
    """Read one mail as it came over the wire or out of a file. Raise UnreadableMail."""
    if len(raw) > MAX_MAIL_BYTES:
        raise UnreadableMail(f"The e-mail is larger than {MAX_MAIL_BYTES // 1024**2} MB.")
    headers, body = read_headers(_in_lines(raw), first_charset(raw))
    if not headers.fields:
        raise UnreadableMail("This is no e-mail: it does not begin with header lines.")
    senders = tuple(_senders(headers))
    if not senders:
        raise UnreadableMail("The e-mail has no sender address: neither Reply-To nor From holds one.")
    try:
        content = read_part(headers, body)
    except TooComplex as error:
        raise UnreadableMail(f"The e-mail cannot be taken apart. {TooComplex.__doc__}") from error
    subject = decode_words(headers.first("subject") or "").strip() or None
    return Mail(
        message_id=read_message_id(decode_words(headers.first("message-id") or "")),
        senders=senders,
        subject=subject,
        references=shortened(_ids(headers, "references")),
        in_reply_to=shortened(_ids(headers, "in-reply-to")),
        sent_at=read_date(headers.first("date") or ""),
        text=text_of(content),
        automatic=is_automatic(headers.firsts() | {"subject": subject or ""}),
        digest=hashlib.sha256(raw).hexdigest(),
        attachment_names=attachment_names(content),
        deleted=_is_deleted(headers),
        mailbox_data=_is_mailbox_data(headers),
    )


def _in_lines(raw: bytes) -> bytes:
    """Return the mail from its first field on. Some old programs end lines with CR alone."""
    mail = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return mail if b"\n" in mail else mail.replace(b"\r", b"\n")


_SENDERS = ("reply-to", "from")
REPLACED_SENDERS = ("x-original-from", "x-google-original-from", "x-original-sender")
"""The headers in which groups put the author of a mail that they pass on as their own."""


def _senders(headers: Headers) -> Iterator[Mailbox]:
    named = [found for name in _SENDERS if (found := _first_mailbox(headers, name))]
    replaced = [found for name in REPLACED_SENDERS if (found := _first_mailbox(headers, name))]
    return senders_of(named, replaced)


def senders_of(named: Sequence[Mailbox], replaced: Sequence[Mailbox]) -> Iterator[Mailbox]:
    """Yield each address once. A name belongs to the address beside it: From's is not that of Reply-To's address."""
    if not named:
        return
    names = dict[str, str | None]()
    for each in (*named, *replaced):
        names[_key(each)] = names.get(_key(each)) or each.name
    for key, name in names.items():
        yield Mailbox(next(each.address for each in (*named, *replaced) if _key(each) == key), name)


def _key(mailbox: Mailbox) -> str:
    return Address.read(Channel.EMAIL, mailbox.address).key


def _first_mailbox(headers: Headers, name: str) -> Mailbox | None:
    return next((mailbox for value in headers.all(name) if (mailbox := read_mailbox(value))), None)


def _ids(headers: Headers, name: str) -> tuple[str, ...]:
    return tuple(one for value in headers.all(name) for one in read_message_ids(decode_words(value)))


def _is_deleted(headers: Headers) -> bool:
    """Read the marks of Unix mailboxes, and those of Mozilla, Evolution and Gmail."""
    if "D" in (headers.first("x-status") or "") or "D" in (headers.first("status") or ""):
        return True
    evolution = (headers.first("x-evolution") or "").rpartition("-")[2]
    if _flags(headers.first("x-mozilla-status")) & _MOZILLA_EXPUNGED or _flags(evolution) & _EVOLUTION_DELETED:
        return True
    labels = decode_words(headers.first("x-gmail-labels") or "").split(",")
    return not _TRASH.isdisjoint(label.strip(' "').casefold() for label in labels)


def _flags(written: str | None) -> int:
    try:
        return int(written or "0", 16)
    except ValueError:
        return 0


def _is_mailbox_data(headers: Headers) -> bool:
    """Return whether this is the first mail of a folder, in which UW IMAP, Dovecot and others keep their counters."""
    subject = headers.first("subject") or ""
    return "DON'T DELETE THIS MESSAGE" in subject and any(headers.first(name) for name in ("x-imap", "x-imapbase"))


def thread_ids(mail: Mail) -> tuple[str, ...]:
    """Return the messages whose conversation this mail may belong to, the nearest first."""
    return answered(mail.in_reply_to, mail.references)


def root_id(mail: Mail) -> str:
    """Return the thread's first Message-ID: the name of the conversation that this mail would open.

    References lists a thread from its first message on. Without it, In-Reply-To names an ancestor if it holds exactly
    one id (several are several threads, RFC 5322 section 3.6.4). Otherwise the mail is itself the first, by its
    Message-ID or, without one, by its file's digest.
    """
    if mail.references:
        return mail.references[0]
    if len(mail.in_reply_to) == 1:
        return mail.in_reply_to[0]
    return mail.message_id or mail.digest

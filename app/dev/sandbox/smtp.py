"""A mail server as a provider: its replies (RFC 5321, with the codes of RFC 3463), and how it reads a mail."""

import re
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, ClassVar
from uuid import uuid4

from app.dev.sandbox.accounts import ProviderAccount
from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.journal import ProviderError, ReceivedMessage
from app.dev.sandbox.provider import THREADING, Reading

CHANNEL = "email"

_OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>]+>")
"""A Message-ID with a delivery's id. It is the same for every attempt, so a mail that came twice is found."""


class Smtp:
    """An account is a sender's address, from MAIL FROM. Nothing is reported back."""

    name: ClassVar[str] = "smtp"
    problems: ClassVar[Mapping[InjectedFault, ProviderError]] = {
        InjectedFault.INVALID: ProviderError(550, "5.1.1", "There is no such mailbox here."),
        InjectedFault.OPTED_OUT: ProviderError(550, "5.7.1", "The recipient wants no mail from this sender."),
        InjectedFault.THROTTLED: ProviderError(451, "4.7.1", "Greylisted; try again later."),
        InjectedFault.BUSY: ProviderError(421, "4.3.2", "Too busy; closing the connection."),
        InjectedFault.BAD_TOKEN: ProviderError(530, "5.7.0", "Authentication required."),
        InjectedFault.ERROR_BEFORE: ProviderError(451, "4.3.0", "Local error in processing."),
    }

    def new_id(self) -> str:
        return uuid4().hex[:12].upper()

    def reading(self, message: ReceivedMessage) -> Reading:
        fields: Mapping[str, Any] = message.fields
        return Reading(
            sender=fields.get("From") or message.account.identity,
            text=fields.get("text") or fields.get("html") or "",
            subject=fields.get("Subject"),
            threading=[(name, fields[name]) for name in THREADING if name in fields],
        )

    def addressed(self, account: ProviderAccount, recipient: str) -> ReceivedMessage:
        """The envelope of a mail, known before its content."""
        return ReceivedMessage(account, CHANNEL, recipient, None, {}, {})

    def read(self, account: ProviderAccount, recipient: str, content: bytes) -> ReceivedMessage:
        mail = message_from_bytes(content, policy=default)
        ours = _OURS.fullmatch(mail.get("Message-ID", ""))
        return ReceivedMessage(account, CHANNEL, recipient, ours[1] if ours else None, _fields(mail), {})


def _fields(mail: EmailMessage) -> Mapping[str, object]:
    return {
        **{name: str(value) for name, value in mail.items()},
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "attachments": list(_attachments(mail)),
    }


def _body(mail: EmailMessage, subtype: str) -> str | None:
    part = mail.get_body((subtype,))
    return part.get_content() if part else None


def _attachments(mail: EmailMessage) -> Iterator[Mapping[str, object]]:
    """Leave contents out: they can be megabytes each, and the journal is in memory."""
    for part in mail.iter_attachments():
        content = part.get_payload(decode=True)
        size = len(content) if isinstance(content, bytes) else None
        yield {"filename": part.get_filename(), "content_type": part.get_content_type(), "size": size}

"""Rules for every e-mail provider: senders, subjects and threading headers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from app.channels.account_config import REPLY_PLACEHOLDER, AccountModel, Mailbox, ReplyAddress
from app.channels.header_encoding import one_line, unlike_encoded_words
from app.domain.outbound import Outbound, Rejected
from app.domain.words import ReasonCode

BAD_ADDRESS: Final = Rejected(ReasonCode.ADDRESS_INVALID, "The address is not one e-mail address.", own=True)

_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]+>")


class MailSettings(AccountModel):
    """The sender and the reply address, for every e-mail provider."""

    sender: Mailbox = Field(alias="from")
    reply_to: ReplyAddress | None = None

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2].rstrip(">")

    def answers_to(self, conversation: UUID) -> str | None:
        """Return the Reply-To of a mail in this conversation."""
        return self.reply_to.replace(REPLY_PLACEHOLDER, conversation.hex) if self.reply_to else None


def own_addresses(config: Mapping[str, Any]) -> Iterable[str]:
    """Return the addresses that an account writes from and receives replies at."""
    return [value for name in ("from", "reply_to") if isinstance(value := config.get(name), str)]


def message_id(outbound: Outbound, domain: str) -> str:
    """Return our own Message-ID. Every attempt at a delivery has the same one."""
    return f"<{outbound.delivery_id}@{domain}>"


def reply_headers(outbound: Outbound, domain: str) -> Iterator[tuple[str, str]]:
    """Return the headers that put a reply into its thread and ask machines not to answer it.

    There is no Auto-Submitted: a person wrote the reply (RFC 3834 section 5). Exchange reads the last header.
    """
    yield "Message-ID", message_id(outbound, domain)
    if parent := references([outbound.in_reply_to or ""]):
        yield "In-Reply-To", parent
    if thread := references(outbound.references):
        yield "References", thread
    yield "X-Auto-Response-Suppress", "OOF, AutoReply"


def message_ids(header: str) -> tuple[str, ...]:
    """Return the message ids in a header, in order, with their angle brackets (RFC 5322 section 3.6.4).

    Everything else is left out, so the result can safely be written into a header again.
    """
    return tuple(_MESSAGE_ID.findall(header))


def references(ids: Iterable[str]) -> str:
    """Return a References value: ids separated by spaces, never encoded. Whoever writes the mail folds it there."""
    return " ".join(message_ids(" ".join(ids)))


def header_text(text: str | None, longest: int | None = None) -> str:
    """Return a subject, or the name of a person or file, for a provider that writes the headers itself.

    It has no line break and nothing that might be decoded into more headers. Text that is longer than the provider
    allows ends with an ellipsis.
    """
    written = unlike_encoded_words(one_line(text))
    return written if longest is None or len(written) <= longest else f"{written[: longest - 1]}…"

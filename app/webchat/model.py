"""The web chat as a visitor sees it: a session, whose token is the only credential, and its conversation."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.words import AccountId, ConversationId, DeliveryId, TenantId

TOKEN_BYTES: Final = 32
MAX_MESSAGE_CHARACTERS: Final = 10_000
_TOKEN = re.compile(r"mc_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class ChatSession:
    """One visitor's access to one conversation. It never expires: a reply waits until the visitor comes back.

    It ends when the contact is erased or the account deleted.
    """

    tenant: TenantId
    conversation: ConversationId
    digest: bytes = field(repr=False)
    """The digest of its token."""


class Sender(StrEnum):
    VISITOR = "visitor"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The delivery of a reply that no page has fetched yet."""

    delivery: DeliveryId
    epoch: int
    account: AccountId
    mass_reply: UUID


@dataclass(frozen=True, slots=True)
class ChatMessage:
    id: UUID
    """Later messages of a conversation have greater ids."""
    sender: Sender
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    """Sanitised when it was rendered."""
    author_name: str | None = field(repr=False)
    attachments: Sequence[Mapping[str, object]] = field(repr=False)
    created_at: datetime
    undelivered: Undelivered | None = None


def token_hash(token: str) -> bytes | None:
    """Return a token's digest; None if it is not a token. It has 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest() if _TOKEN.fullmatch(token) else None

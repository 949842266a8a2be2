"""The audit log: who did what, to what, on whose authority. It never holds a message, only the message's digest."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from app.domain.outbound import Author
from app.domain.permissions import Caller, KeyIdentity, Role
from app.domain.words import MassReplyId


class AuditAction(StrEnum):
    MASS_REPLY_CREATED = "mass_reply.created"
    MASS_REPLY_CONFIRMED = "mass_reply.confirmed"
    MASS_REPLY_APPROVED = "mass_reply.approved"
    MASS_REPLY_REJECTED = "mass_reply.rejected"
    MASS_REPLY_PAUSED = "mass_reply.paused"
    LANE_STOPPED = "mass_reply.lane_stopped"
    MASS_REPLY_RESUMED = "mass_reply.resumed"
    MASS_REPLY_CANCELLED = "mass_reply.cancelled"
    MASS_REPLY_EXPIRED = "mass_reply.expired"
    MASS_REPLY_RETRIED = "mass_reply.retried"
    MASS_REPLY_RESOLVED = "mass_reply.resolved"
    MASS_REPLY_PURGED = "mass_reply.purged"
    CHANNEL_ACCOUNT_SAVED = "channel_account.saved"
    CHANNEL_ACCOUNT_PAUSED = "channel_account.paused"
    CHANNEL_ACCOUNT_CALLBACK_ROTATED = "channel_account.callback_rotated"
    CHANNEL_ACCOUNT_DELETED = "channel_account.deleted"
    API_KEY_ISSUED = "api_key.issued"
    API_KEY_REVOKED = "api_key.revoked"
    SETTINGS_CHANGED = "settings.changed"
    SNIPPET_SAVED = "snippet.saved"
    SNIPPET_DELETED = "snippet.deleted"
    AUTOMATION_RULE_SAVED = "automation_rule.saved"
    AUTOMATION_RULE_DELETED = "automation_rule.deleted"
    WEBHOOK_ENDPOINT_SAVED = "webhook_endpoint.saved"
    WEBHOOK_ENDPOINT_DELETED = "webhook_endpoint.deleted"
    WEBHOOK_ENDPOINT_REPLAYED = "webhook_endpoint.replayed"
    CONTACT_ERASED = "contact.erased"
    ADDRESS_UNBLOCKED = "blocked_address.lifted"
    PURGE_RAN = "purge.ran"
    ACCESS_FORBIDDEN = "access.forbidden"
    CREDENTIAL_REFUSED = "credential.refused"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, and their credential."""

    author: Author
    """In whose name: the caller's own, or the one that a caller with `mass_replies:act_as` gives."""
    key: KeyIdentity | None = None
    """The key of the request."""
    user: Author | None = None
    """The person that the credential names, if it names one. `author` may be somebody else."""
    roles: frozenset[Role] = frozenset()

    @classmethod
    def of(cls, caller: Caller, author: Author | None = None) -> Self:
        """Return the caller as actor, in an author's name if one is given."""
        return cls(author or caller.own_author, caller.key, caller.user, caller.roles)


SYSTEM: Final = Actor(Author("system", "system"))
"""The service itself: a lane that stops, a mass reply that expires."""
OPERATOR: Final = Actor(Author("operator", "operator"))
"""Anybody who may run commands on the machine. Commands know no person."""


NOBODY_KNOWN: Final = Actor(Author("unknown", "unknown"))
"""The holder of a credential that was refused: it may be anybody."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One action."""

    action: AuditAction
    object_id: str | None = None
    """The object: an id, a key or a shortcode, or None for the tenant itself."""
    mass_reply_id: MassReplyId | None = None
    recipient_count: int | None = None
    message_sha256: str | None = None
    reason: str | None = field(default=None, repr=False)
    """The reason, in the words of the person who decided."""
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """JSON: the selection as it was given, options, changes. Never a text to customers, never a secret."""

    @classmethod
    def on_mass_reply(cls, action: AuditAction, id_: MassReplyId, **rest: Any) -> Self:
        return cls(action, str(id_), id_, **rest)


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    id: UUID
    at: datetime
    actor: Actor
    entry: AuditEntry


def message_digest(
    text: str, html: str | None, attachment_ids: Sequence[UUID], whatsapp_template: Mapping[str, Any] | None
) -> str:
    """Return the SHA-256, in hex, of a message as its request gave it: whoever has the request can prove that it was
    this one.

    Over JSON with sorted keys, no spaces and no escapes beyond JSON's own, in UTF-8.
    """
    message = {
        "attachment_ids": [str(id_) for id_ in dict.fromkeys(attachment_ids)],
        "html": html,
        "text": text,
        "whatsapp_template": whatsapp_template,
    }
    written = json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()

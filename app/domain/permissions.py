"""Who may do what: five roles, six permissions, and the name under which a reply is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.outbound import Author
from app.domain.words import TenantId


class Permission(StrEnum):
    CONVERSATIONS_READ = "conversations:read"
    """Conversations, timelines, mass replies and their results."""
    CONVERSATIONS_WRITE = "conversations:write"
    """Import, customer messages."""
    MASS_REPLIES_SEND = "mass_replies:send"
    """Preview, create, confirm, every action but approve and reject, attachments."""
    MASS_REPLIES_APPROVE = "mass_replies:approve"
    """Approve, reject, confirm another's."""
    MASS_REPLIES_ACT_AS = "mass_replies:act_as"
    """Name another author in a request."""
    ADMIN = "admin"
    """Accounts, keys, settings, rules, endpoints, audit log."""


class Role(StrEnum):
    VIEWER = "viewer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    INTEGRATION = "integration"
    ADMIN = "admin"


_P = Permission

GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({_P.CONVERSATIONS_READ}),
    Role.AGENT: frozenset({_P.CONVERSATIONS_READ, _P.MASS_REPLIES_SEND}),
    Role.SUPERVISOR: frozenset({_P.CONVERSATIONS_READ, _P.MASS_REPLIES_SEND, _P.MASS_REPLIES_APPROVE}),
    Role.INTEGRATION: frozenset(
        {_P.CONVERSATIONS_READ, _P.CONVERSATIONS_WRITE, _P.MASS_REPLIES_SEND, _P.MASS_REPLIES_ACT_AS}
    ),
    Role.ADMIN: frozenset(_P),
}


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """The API key that a request came with."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a request: always of one tenant, known by a key, a person, or a key bound to a person."""

    tenant_id: TenantId
    key: KeyIdentity | None
    user: Author | None
    """The person: the one that a token names, or the agent that the key is bound to."""
    roles: frozenset[Role]
    until: datetime | None = None
    """When the credential ends by itself. For a key, its stored end is asked for again instead."""

    @property
    def permissions(self) -> frozenset[Permission]:
        return frozenset(permission for role in self.roles for permission in GRANTS[role])

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def identity(self) -> str:
        """The key, whatever it is bound to, or the person: each of their sign-ins is another token."""
        return f"key:{self.key.id}" if self.key is not None else f"user:{self.own_author.id}"

    @property
    def own_author(self) -> Author:
        """The name that the caller's own replies carry: the person's, else the key's."""
        if self.user is not None:
            return self.user
        if self.key is None:
            raise ValueError("A caller is known by a key or by a person.")
        return Author(id=str(self.key.id), name=self.key.name)

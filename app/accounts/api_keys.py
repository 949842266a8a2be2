"""Use cases of API keys: issue and revoke."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.accounts.sql import api_keys
from app.accounts.sql.api_keys import NewKey
from app.domain.api_keys import SECRET_BYTES, ApiKey, PresentedKey, digest
from app.domain.approval import actors_behind
from app.domain.audit import OPERATOR, Actor, AuditAction, AuditEntry
from app.domain.errors import Fault, InvalidRequest, NotFound
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.store import audit
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class KeyDraft:
    name: str
    roles: frozenset[Role]
    agent: Author | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    key: ApiKey
    presented: PresentedKey
    """The key itself. Only its hash is stored."""


async def issue_api_key(
    tx: TenantTx, draft: KeyDraft, by: Actor = OPERATOR, *, max_life: timedelta | None = None
) -> IssuedKey:
    """Issue a key. Raise InvalidRequest if it would live longer than this installation allows."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made_by = frozenset() if by is OPERATOR else actors_behind(by)
    made_with = None if by.key is None else by.key.id
    new = NewKey(
        name=draft.name,
        roles=draft.roles,
        agent=draft.agent,
        expires_at=_end(draft, max_life),
        digest=digest(secret),
        made_by=made_by,
        made_with=made_with,
    )
    key = await api_keys.insert_api_key(tx, new)
    details = {"name": key.name, "roles": sorted(key.roles), "agent_id": key.agent and key.agent.id}
    await audit.record(tx, by, AuditEntry(AuditAction.API_KEY_ISSUED, str(key.id), details=details))
    return IssuedKey(key, PresentedKey(key.id, secret))


def _end(draft: KeyDraft, max_life: timedelta | None) -> datetime | None:
    if max_life is None:
        return draft.expires_at
    latest = datetime.now(UTC) + max_life
    if draft.expires_at is not None and draft.expires_at > latest:
        why = (
            f"Here a key may live at most {max_life.days} days."
            if max_life.days
            else "That is longer than keys may live here."
        )
        raise InvalidRequest(faults=[Fault("/expires_at", "too_late", why)])
    return draft.expires_at or latest


async def revoke_api_key(tx: TenantTx, key_id: UUID, by: Actor = OPERATOR) -> None:
    """Revoke a key permanently. Raise NotFound."""
    name = await api_keys.revoke_api_key(tx, key_id)
    if name is None:
        raise NotFound
    await audit.record(tx, by, AuditEntry(AuditAction.API_KEY_REVOKED, str(key_id), details={"name": name}))

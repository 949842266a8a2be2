"""The audit log. The service may add to it and read it. Its database role can neither change nor delete a row."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.audit import Actor, AuditAction, AuditEntry, RecordedEntry
from app.domain.outbound import Author
from app.domain.permissions import KeyIdentity, Role
from app.domain.words import MassReplyId, TenantId
from app.store.transactions import TenantTx
from app.tables import audit_log

_RECORD = sa.text("""
    INSERT INTO audit_log (tenant_id, action, author_id, author_name, author_email, key_id, key_name, user_id,
                           user_name, user_email, roles, object_id, mass_reply_id, recipient_count, message_sha256,
                           reason, details)
    VALUES (:tenant, :action, :author_id, :author_name, :author_email, :key_id, :key_name, :user_id,
            :user_name, :user_email, CAST(:roles AS text[]), :object_id, :mass_reply_id, :recipient_count,
            :message_sha256, :reason, CAST(:details AS jsonb))
""")


async def record(tx: TenantTx, actor: Actor, entry: AuditEntry) -> None:
    """Record an action in the transaction that does it: neither is stored without the other."""
    await tx.rows(_RECORD, **_who(actor), **_what(entry))


def _who(actor: Actor) -> dict[str, Any]:
    key, user = actor.key, actor.user
    return {
        "author_id": actor.author.id,
        "author_name": actor.author.name,
        "author_email": actor.author.email,
        "key_id": key and key.id,
        "key_name": key and key.name,
        "user_id": user and user.id,
        "user_name": user and user.name,
        "user_email": user and user.email,
        "roles": sorted(actor.roles),
    }


def _what(entry: AuditEntry) -> dict[str, Any]:
    return {
        "action": entry.action,
        "object_id": entry.object_id,
        "mass_reply_id": entry.mass_reply_id,
        "recipient_count": entry.recipient_count,
        "message_sha256": entry.message_sha256,
        "reason": entry.reason,
        "details": json.dumps(entry.details, default=str),
    }


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries to list. None: no restriction. From inclusive, to exclusive."""

    action: AuditAction | None = None
    actor: str | None = None
    """The id of an author, of a credential's person, or of a key."""
    mass_reply: UUID | None = None
    start: datetime | None = None
    end: datetime | None = None


async def page(tx: TenantTx, query: AuditQuery, *, before: UUID | None, limit: int) -> Sequence[RecordedEntry]:
    """The newest first."""
    return [_read(row) for row in await tx.execute(select_page(tx.tenant, query, before, limit))]


def select_page(tenant: TenantId, query: AuditQuery, before: UUID | None, limit: int) -> sa.Select[Any]:
    log = audit_log.c
    conditions = [log.tenant_id == tenant, *_conditions(query), *([] if before is None else [log.id < before])]
    newest = log.id.desc()
    if query.actor is None:
        return sa.select(audit_log).where(*conditions).order_by(newest).limit(limit)
    # Each way of being the actor has an index of its own, which yields its newest entries without reading the others.
    ways = [
        sa.select(log.id).where(*conditions, way).order_by(newest).limit(limit).subquery().select()
        for way in _acting(query.actor)
    ]
    ids = sa.union(*ways)
    return sa.select(audit_log).where(log.tenant_id == tenant, log.id.in_(ids)).order_by(newest).limit(limit)


def _acting(actor: str) -> Iterator[sa.ColumnElement[bool]]:
    log = audit_log.c
    yield log.author_id == actor
    yield log.user_id == actor
    try:
        key = UUID(actor)
    except ValueError:
        return  # only what is a UUID may be a key
    yield log.key_id == key


def _conditions(query: AuditQuery) -> Iterator[sa.ColumnElement[bool]]:
    log = audit_log.c
    if query.action is not None:
        yield log.action == query.action
    if query.mass_reply is not None:
        yield log.mass_reply_id == query.mass_reply
    if query.start is not None:
        yield log.at >= query.start
    if query.end is not None:
        yield log.at < query.end


def _read(row: Any) -> RecordedEntry:
    actor = Actor(
        Author(row.author_id, row.author_name, row.author_email),
        None if row.key_id is None else KeyIdentity(row.key_id, row.key_name),
        None if row.user_name is None else Author(row.user_id, row.user_name, row.user_email),
        frozenset(map(Role, row.roles)),
    )
    entry = AuditEntry(
        action=AuditAction(row.action),
        object_id=row.object_id,
        mass_reply_id=None if row.mass_reply_id is None else MassReplyId(row.mass_reply_id),
        recipient_count=row.recipient_count,
        message_sha256=row.message_sha256,
        reason=row.reason,
        details=row.details,
    )
    return RecordedEntry(row.id, row.at, actor, entry)

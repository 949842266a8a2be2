"""Tickets to an event stream. Using one deletes it, so that it opens only one stream, whichever process gets it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from app.auth.stream_tickets import StreamTicket
from app.domain.permissions import Caller, Role
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class Holder:
    """Who got a ticket: a key, which is looked up again, or a person with the claims of their token."""

    key_id: UUID | None
    user_id: str | None
    roles: frozenset[Role]
    until: datetime | None
    """When the person's token expires."""


_FORGET = sa.text("DELETE FROM stream_tickets WHERE tenant_id = :tenant AND expires_at <= now()")
_KEEP = sa.text("""
    INSERT INTO stream_tickets (tenant_id, digest, key_id, user_id, roles, holder_until, expires_at)
    VALUES (:tenant, :digest, :key_id, :user_id, CAST(:roles AS text[]), :until, now() + CAST(:lifetime AS interval))
    RETURNING expires_at
""")


async def keep(tx: TenantTx, ticket: StreamTicket, caller: Caller, lifetime: timedelta) -> datetime:
    """Store a ticket, and delete expired ones. Return when it expires."""
    await tx.execute(_FORGET)
    values = {
        "digest": ticket.digest,
        "key_id": caller.key and caller.key.id,
        "user_id": None if caller.key else caller.own_author.id,
        "roles": sorted(caller.roles),
        "until": caller.until,
        "lifetime": lifetime,
    }
    expires_at: datetime = (await tx.execute(_KEEP, **values)).scalar_one()
    return expires_at


_TAKE = sa.text("""
    DELETE FROM stream_tickets WHERE tenant_id = :tenant AND digest = :digest
    RETURNING key_id, user_id, roles, holder_until, expires_at > now() AS valid
""")


async def take(tx: TenantTx, ticket: StreamTicket) -> Holder | None:
    """Use a ticket. Return its holder; None if it was used already, has expired or never existed."""
    row = (await tx.execute(_TAKE, digest=ticket.digest)).first()
    if row is None or not row.valid:
        return None
    return Holder(row.key_id, row.user_id, frozenset(map(Role, row.roles)), row.holder_until)

"""Tickets to an event stream. Taking one deletes it, so that it opens one stream whichever process is asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from app.auth.stream_tickets import StreamTicket
from app.domain.permissions import Caller, Role
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a ticket was given to: a key, which is looked up again, or a person with what their token said."""

    key_id: UUID | None
    user_id: str | None
    roles: frozenset[Role]
    until: datetime | None
    """When the person's token ends."""


_FORGET = sa.text("DELETE FROM stream_tickets WHERE tenant_id = :tenant AND expires_at <= now()")
_KEEP = sa.text("""
    INSERT INTO stream_tickets (tenant_id, digest, key_id, user_id, roles, holder_until, expires_at)
    VALUES (:tenant, :digest, :key_id, :user_id, CAST(:roles AS text[]), :until, now() + CAST(:lifetime AS interval))
    RETURNING expires_at
""")


async def keep(tx: TenantTx, ticket: StreamTicket, caller: Caller, lifetime: timedelta) -> datetime:
    """Remember who has a ticket, and forget those that nobody used; answers when it expires."""
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
    """Use a ticket up; None where it was used already, has expired or never was."""
    row = (await tx.execute(_TAKE, digest=ticket.digest)).first()
    if row is None or not row.valid:
        return None
    return Holder(row.key_id, row.user_id, frozenset(map(Role, row.roles)), row.holder_until)

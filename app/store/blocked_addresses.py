"""Addresses that may not be written to: blocked by a receipt, a refusal or a customer's STOP.

A row is one address on one channel with one reason. It stays when the block is lifted: reports come late and in any
order, and of an opt-out and an opt-in the later counts. People list and lift blocks in `app/compliance/`. A helpdesk's
own opt-out of a contact is `contacts.opted_out`, which an import sets.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.storable import storable
from app.domain.words import Channel, ReasonCode
from app.store.address_links import main_key
from app.store.transactions import TenantTx

LIFTED_BY_PERSON: Final = "CAST('-infinity' AS timestamptz)"
"""The time of a lift by a person. It lifts the report that they saw; whatever else is reported counts, because a
provider's clock may be behind."""

# A provider's clock that is ahead of ours would make its word count for longer than it should. One that was never set,
# and a field that was left empty, tell no time: it is now, as without any.
_REPORTED_AT: Final = "CAST(:at AS timestamptz)"
_AT: Final = f"least(CASE WHEN {_REPORTED_AT} > '2000-01-01' THEN {_REPORTED_AT} END, clock_timestamp())"

# Of two at the same moment the one that arrives later counts: many providers give no parts of a second. A block that
# stands moves on to the later report, so that nothing sent between the two lifts it. A new one is a new entry.
# A lift whose time is still to come is from before our clock stepped back.
_BLOCK = sa.text(f"""
    INSERT INTO blocked_addresses AS b (tenant_id, channel, address, reason, created_at)
    VALUES (:tenant, :channel, :address, :reason, {_AT})
    ON CONFLICT (tenant_id, channel, address, reason) DO UPDATE
    SET created_at = excluded.created_at, lifted_at = NULL,
        id = CASE WHEN b.lifted_at IS NULL THEN b.id ELSE excluded.id END
    WHERE CASE WHEN b.lifted_at IS NULL THEN excluded.created_at > b.created_at
               WHEN b.lifted_at = {LIFTED_BY_PERSON} THEN excluded.created_at <> b.created_at
               ELSE excluded.created_at >= b.lifted_at OR b.lifted_at > clock_timestamp() END
""")  # noqa: S608 - built from constants
# An opt-in is stored also if nothing is blocked: an older opt-out may come after it.
_REVOKE = sa.text(f"""
    INSERT INTO blocked_addresses AS b (tenant_id, channel, address, reason, created_at, lifted_at)
    VALUES (:tenant, :channel, :address, 'opted_out', {_AT}, {_AT})
    ON CONFLICT (tenant_id, channel, address, reason) DO UPDATE SET lifted_at = excluded.lifted_at
    WHERE excluded.lifted_at >= greatest(b.created_at, b.lifted_at)
""")  # noqa: S608 - built from constants


async def block(tx: TenantTx, channel: Channel, address: str, reason: ReasonCode, at: datetime | None = None) -> None:
    """Block this address on this channel, unless its owner opted in after this moment, or a person lifted this very
    block. None: now."""
    await tx.execute(_BLOCK, reason=reason, at=at, **await _place(tx, channel, address))


async def revoke_opt_out(tx: TenantTx, channel: Channel, address: str, at: datetime | None) -> None:
    """Lift an opt-out that its owner has revoked at this moment, unless they opted out after it. None: now."""
    await tx.execute(_REVOKE, at=at, **await _place(tx, channel, address))


async def _place(tx: TenantTx, channel: Channel, address: str) -> dict[str, object]:
    """Return the key of an address as a provider writes it."""
    key = Address.read(channel, storable(address)).key
    return {"channel": channel, "address": await main_key(tx, channel, key)}

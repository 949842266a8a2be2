"""Addresses that may not be written to: blocked by a receipt, a refusal or a customer's STOP.

A row is one address on one channel with one reason. People list and lift blocks in `app/compliance/`. A helpdesk's own
opt-out of a contact is `contacts.opted_out`, which an import sets.
"""

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.storable import storable
from app.domain.words import Channel, ReasonCode
from app.store.address_links import main_key
from app.store.transactions import TenantTx


async def block(tx: TenantTx, channel: Channel, address: str, reason: ReasonCode) -> None:
    """Block this address on this channel."""
    statement = sa.text("""
        INSERT INTO blocked_addresses (tenant_id, channel, address, reason)
        VALUES (:tenant, :channel, :address, :reason) ON CONFLICT DO NOTHING
    """)
    await tx.execute(statement, reason=reason, **await _place(tx, channel, address))


async def revoke_opt_out(tx: TenantTx, channel: Channel, address: str) -> None:
    """Remove an opt-out that its owner has revoked."""
    statement = sa.text("""
        DELETE FROM blocked_addresses
        WHERE tenant_id = :tenant AND channel = :channel AND address = :address AND reason = 'opted_out'
    """)
    await tx.execute(statement, **await _place(tx, channel, address))


async def _place(tx: TenantTx, channel: Channel, address: str) -> dict[str, object]:
    """Return the key of an address as a provider writes it."""
    key = Address.read(channel, storable(address)).key
    return {"channel": channel, "address": await main_key(tx, channel, key)}

"""Use cases of blocked addresses: list them, and lift a block."""

from collections.abc import Sequence
from uuid import UUID

from app.compliance.sql import blocked_addresses
from app.compliance.sql.blocked_addresses import BlockedAddress
from app.domain.addresses import Address
from app.domain.audit import Actor, AuditAction, AuditEntry
from app.domain.errors import NotFound
from app.domain.words import Channel
from app.store import audit
from app.store.transactions import TenantTx


async def list_blocked(
    tx: TenantTx, channel: Channel | None, address: str | None, *, before: UUID | None, limit: int
) -> Sequence[BlockedAddress]:
    """Return blocked addresses, newest first. An address is found in any spelling."""
    channels = list(Channel) if channel is None else [channel]
    keys = None if address is None else {Address.read(each, address).key for each in channels}
    return await blocked_addresses.page(tx, channel, keys, before=before, limit=limit)


async def lift_block(tx: TenantTx, id_: UUID, reason: str, by: Actor) -> None:
    """Lift one block. The audit log stores the reason, but not the address. Raise NotFound."""
    lifted = await blocked_addresses.lift(tx, id_)
    if lifted is None:
        raise NotFound
    details = {"channel": lifted.channel, "blocked_for": lifted.reason}
    entry = AuditEntry(AuditAction.ADDRESS_UNBLOCKED, str(id_), reason=reason, details=details)
    await audit.record(tx, by, entry)

"""Other names of an address, such as WhatsApp's id of a person whose number is known, and changes of address."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.words import Channel
from app.store.transactions import TenantTx

_LINK = sa.text("""
    INSERT INTO address_links (tenant_id, channel, alias, address_key) VALUES (:tenant, :channel, :alias, :key)
    ON CONFLICT (tenant_id, channel, alias) DO UPDATE SET address_key = excluded.address_key
    WHERE address_links.address_key <> excluded.address_key
    RETURNING alias
""")
BLOCK_ANYWAY: Final = """
    ON CONFLICT (tenant_id, channel, address, reason) DO UPDATE SET created_at = excluded.created_at, lifted_at = NULL
    WHERE blocked_addresses.lifted_at IS NOT NULL
"""
"""A block that comes from another name, or an erased one's digest, counts here too. Whoever lifted one on this name may
have been somebody else."""

# The block stays on the old address too. The next owner of the number may lift it.
_BLOCK_TOO = sa.text(f"""
    INSERT INTO blocked_addresses (tenant_id, channel, address, reason, created_at)
    SELECT tenant_id, channel, :key, reason, max(created_at) FROM blocked_addresses
    WHERE tenant_id = :tenant AND channel = :channel AND address = ANY (CAST(:names AS text[])) AND lifted_at IS NULL
    GROUP BY tenant_id, channel, reason
    {BLOCK_ANYWAY}
""")  # noqa: S608 - built from constants
_NAMES = sa.text("""
    SELECT DISTINCT unnest(ARRAY[l.alias, l.address_key]) FROM address_links l
    WHERE l.tenant_id = :tenant AND l.channel = :channel AND (l.alias = :key OR l.address_key = :key
        OR l.address_key = (SELECT address_key FROM address_links
                            WHERE tenant_id = :tenant AND channel = :channel AND alias = :key))
""")
_MOVE = sa.text("""
    UPDATE conversations SET address = :address, address_key = :key, updated_at = now()
    WHERE tenant_id = :tenant AND channel = :channel AND address_key = ANY (CAST(:names AS text[]))
""")


async def link(tx: TenantTx, alias: Address, address: Address) -> None:
    """Store that two names belong to one person. A block on one blocks the other."""
    values = {"channel": address.channel, "key": address.key}
    if await tx.scalar(_LINK, alias=alias.key, **values) is not None:
        await tx.execute(_BLOCK_TOO, names=[alias.key], **values)


async def names_of(tx: TenantTx, channel: Channel, key: str) -> Sequence[str]:
    """Return every key that the person behind a key is known by, this one included."""
    found = await tx.scalars(_NAMES, channel=channel, key=key)
    return sorted({key, *found})


async def main_key(tx: TenantTx, channel: Channel, key: str) -> str:
    """Return the key under which a person is blocked, whichever of their names this one is."""
    statement = sa.text(
        "SELECT address_key FROM address_links WHERE tenant_id = :tenant AND channel = :channel AND alias = :key"
    )
    found: str | None = await tx.scalar(statement, channel=channel, key=key)
    return found or key


async def move(tx: TenantTx, before: Sequence[Address], after: Address) -> None:
    """Move conversations to a person's other address."""
    channel = after.channel
    names = {name for each in before for name in await names_of(tx, channel, each.key)}
    values = {"channel": channel, "key": after.key, "names": sorted(names - {after.key})}
    await tx.execute(_MOVE, address=after.stored, **values)
    await tx.execute(_BLOCK_TOO, **values)

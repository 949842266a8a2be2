"""The keys of an account's national numbers, which depend on its region."""

# ruff: noqa: S608 - statements are built from the constants in here

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.words import AccountId, Channel
from app.store.address_links import BLOCK_ANYWAY
from app.store.transactions import TenantTx

PAGE: Final = 5_000

# A conversation without an account uses the only one of its channel. International numbers have the same key anywhere.
_NATIONAL = sa.text("""
    SELECT id, address, address_key FROM conversations c
    WHERE tenant_id = :tenant AND channel = :channel AND address !~ '^\\+' AND id > :after
      AND (account_id = :account OR account_id IS NULL AND NOT EXISTS (
          SELECT FROM channel_accounts a WHERE a.tenant_id = :tenant AND a.channel = :channel AND a.id <> :account))
    ORDER BY id LIMIT :page
""")
_MADE = "unnest(CAST(:ids AS uuid[]), CAST(:befores AS text[]), CAST(:keys AS text[])) AS v (id, before, key)"
_WRITE = (
    # The old block stays too: another account may read the same digits differently.
    f"""INSERT INTO blocked_addresses (tenant_id, channel, address, reason, created_at)
        SELECT b.tenant_id, b.channel, v.key, b.reason, max(b.created_at) FROM {_MADE}
        JOIN blocked_addresses b ON b.tenant_id = :tenant AND b.channel = :channel AND b.address = v.before
        WHERE b.lifted_at IS NULL GROUP BY b.tenant_id, b.channel, v.key, b.reason
        {BLOCK_ANYWAY}""",
    f"""UPDATE conversations c SET address_key = v.key FROM {_MADE}
        WHERE c.tenant_id = :tenant AND c.id = v.id AND c.id = ANY (CAST(:ids AS uuid[]))""",
    f"""UPDATE deliveries d SET address_key = v.key FROM {_MADE}
        WHERE d.tenant_id = :tenant AND d.conversation_id = v.id AND d.address_key = v.before
          AND d.status IN ('queued', 'sending', 'uncertain', 'failed')""",
)


async def rekey(tx: TenantTx, account: AccountId, channel: Channel, region: str | None) -> None:
    """Compute the keys of an account's national numbers again, and keep the blocks of the old ones."""
    values = {"account": account, "channel": channel}
    async for page in _pages(tx, values):
        keys = {row.id: Address.read(channel, row.address, region).key for row in page}
        changed = [row for row in page if keys[row.id] != row.address_key]
        if not changed:
            continue
        made = {
            "ids": [row.id for row in changed],
            "befores": [row.address_key for row in changed],
            "keys": [keys[row.id] for row in changed],
        }
        for statement in _WRITE:
            await tx.execute(sa.text(statement), **values, **made)


async def _pages(tx: TenantTx, values: Mapping[str, Any]) -> AsyncIterator[Sequence[Any]]:
    after = UUID(int=0)
    while page := (await tx.execute(_NATIONAL, after=after, page=PAGE, **values)).all():
        yield page
        after = page[-1].id

"""How PostgreSQL finds what a statement asks for, as the role and the tenant of a connection."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import sqlalchemy as sa

from app.store.transactions import Transaction


async def plan(tx: Transaction, statement: object, **values: object) -> str:
    return "\n".join(await tx.scalars(sa.text(f"EXPLAIN {statement}"), **values))


async def renew_statistics(owner_url: str, *tables: str) -> None:
    owner = await asyncpg.connect(owner_url)
    for table in tables:
        await owner.execute(f"ANALYZE {table}")
    await owner.close()


@asynccontextmanager
async def counting_rows(tx: Transaction) -> AsyncIterator[Counter[str]]:
    """Count the rows that are read in the block, by table; told when the block has ended."""
    read: Counter[str] = Counter()
    before = await _rows_read(tx)
    yield read
    read.update(await _rows_read(tx))
    read.subtract(before)


async def _rows_read(tx: Transaction) -> dict[str, int]:
    statement = "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) AS read FROM pg_stat_xact_user_tables"
    return {row.relname: row.read for row in await tx.execute(sa.text(statement))}

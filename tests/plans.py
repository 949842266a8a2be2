"""How PostgreSQL would find what a statement asks for, as the role and the tenant of a connection."""

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def plan(connection: AsyncConnection, statement: object, **values: object) -> str:
    return "\n".join(await connection.scalars(sa.text(f"EXPLAIN {statement}"), values))


async def renew_statistics(owner_url: str, *tables: str) -> None:
    owner = await asyncpg.connect(owner_url)
    for table in tables:
        await owner.execute(f"ANALYZE {table}")
    await owner.close()

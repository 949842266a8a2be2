"""When each account's callback address was last called. A table of its own: claims hold the account's row."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.account_check import CallbackTimes
from app.domain.model import AccountId, TenantId

_COLUMNS: Final = {True: "verified_at", False: "refused_at"}


def _note(column: str) -> sa.TextClause:
    """A statement that writes once a minute at most, however often somebody calls."""
    return sa.text(f"""
        INSERT INTO callback_sightings AS s (tenant_id, account_id, {column})
        SELECT :tenant, :account, now()
        WHERE NOT EXISTS (SELECT FROM callback_sightings seen
                          WHERE seen.tenant_id = :tenant AND seen.account_id = :account
                            AND seen.{column} > now() - interval '1 minute')
        ON CONFLICT (tenant_id, account_id) DO UPDATE SET {column} = excluded.{column}
    """)  # noqa: S608 - the name of a column, out of the table above


_NOTE: Final = {verified: _note(column) for verified, column in _COLUMNS.items()}


async def note(connection: AsyncConnection, tenant: TenantId, account: AccountId, *, verified: bool) -> None:
    await connection.execute(_NOTE[verified], {"tenant": tenant, "account": account})


async def times(connection: AsyncConnection, tenant: TenantId, account: AccountId) -> CallbackTimes:
    statement = sa.text("""
        SELECT verified_at, refused_at FROM callback_sightings WHERE tenant_id = :tenant AND account_id = :account
    """)
    row = (await connection.execute(statement, {"tenant": tenant, "account": account})).first()
    return CallbackTimes() if row is None else CallbackTimes(row.verified_at, row.refused_at)

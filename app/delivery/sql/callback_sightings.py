"""When each account's callback address was last called. This is a separate table because claims lock the account's
row."""

from typing import Final

import sqlalchemy as sa

from app.domain.account_check import CallbackTimes
from app.domain.words import AccountId
from app.store.transactions import TenantTx

_COLUMNS: Final = {True: "verified_at", False: "refused_at"}


def _note(column: str) -> sa.TextClause:
    """Return a statement that writes at most once a minute, however many calls come."""
    return sa.text(f"""
        INSERT INTO callback_sightings AS s (tenant_id, account_id, {column})
        SELECT :tenant, :account, now()
        WHERE NOT EXISTS (SELECT FROM callback_sightings seen
                          WHERE seen.tenant_id = :tenant AND seen.account_id = :account
                            AND seen.{column} > now() - interval '1 minute')
        ON CONFLICT (tenant_id, account_id) DO UPDATE SET {column} = excluded.{column}
    """)  # noqa: S608 - the name of a column, out of the table above


_NOTE: Final = {verified: _note(column) for verified, column in _COLUMNS.items()}


async def note(tx: TenantTx, account: AccountId, *, verified: bool) -> None:
    await tx.execute(_NOTE[verified], account=account)


async def times(tx: TenantTx, account: AccountId) -> CallbackTimes:
    statement = sa.text("""
        SELECT verified_at, refused_at FROM callback_sightings WHERE tenant_id = :tenant AND account_id = :account
    """)
    row = (await tx.execute(statement, account=account)).first()
    return CallbackTimes() if row is None else CallbackTimes(row.verified_at, row.refused_at)

"""What calls have taught us about a channel account: whether its provider answers, and how long it must rest."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.model import TenantId
from app.store import audit


async def note_silence(connection: AsyncConnection, tenant: TenantId, account: UUID, calls: int) -> int:
    """Count calls that the provider did not answer; answers how many that makes in a row."""
    statement = sa.text("""
        UPDATE channel_accounts SET failures_in_a_row = failures_in_a_row + :calls
        WHERE tenant_id = :tenant AND id = :account RETURNING failures_in_a_row
    """)
    values = {"tenant": tenant, "account": account, "calls": calls}
    return (await connection.scalar(statement, values)) or 0


# In the order of their ids, so that no two transactions wait for each other.
_NOTE_ANSWERS = sa.text("""
    UPDATE channel_accounts SET failures_in_a_row = 0
    WHERE tenant_id = :tenant AND id = ANY (ARRAY(
        SELECT id FROM channel_accounts
        WHERE tenant_id = :tenant AND id = ANY (CAST(:accounts AS uuid[])) AND failures_in_a_row > 0
        ORDER BY id FOR NO KEY UPDATE))
""")


async def note_answers(connection: AsyncConnection, tenant: TenantId, accounts: Iterable[UUID]) -> None:
    """Forget the calls that providers left without an answer; accounts without such are not held."""
    await connection.execute(_NOTE_ANSWERS, {"tenant": tenant, "accounts": list(accounts)})


async def cool(connection: AsyncConnection, tenant: TenantId, account: UUID, wait: timedelta) -> None:
    """Let the account rest, by the database's clock; a longer rest that was already ordered stands."""
    statement = sa.text("""
        UPDATE channel_accounts
        SET cool_until = greatest(CASE WHEN cooled_at > clock_timestamp() THEN NULL ELSE cool_until END,
                                  clock_timestamp() + CAST(:wait AS interval)),
            cooled_at = clock_timestamp()
        WHERE tenant_id = :tenant AND id = :account
    """)
    await connection.execute(statement, {"tenant": tenant, "account": account, "wait": wait})


async def pause(connection: AsyncConnection, tenant: TenantId, account: UUID, reason: str) -> None:
    """Stop the account until somebody saves it again or resumes a lane of it."""
    statement = sa.text("""
        UPDATE channel_accounts SET pause_reason = :reason
        WHERE tenant_id = :tenant AND id = :account AND pause_reason IS NULL
    """)
    paused = await connection.execute(statement, {"tenant": tenant, "account": account, "reason": reason})
    if paused.rowcount:
        # The reason quotes the provider, and stays on the account alone: a provider may quote a recipient.
        await audit.record(connection, tenant, SYSTEM, AuditEntry(AuditAction.CHANNEL_ACCOUNT_PAUSED, str(account)))

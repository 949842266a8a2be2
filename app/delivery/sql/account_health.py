"""A channel account's health: whether its provider answers, and until when the account cools down or is paused."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.outbound import Deferred
from app.store import audit
from app.store.newest import newest_account
from app.store.transactions import TenantTx


async def note_silence(tx: TenantTx, account: UUID, calls: int) -> int:
    """Count calls that the provider did not answer. Return how many that makes in a row."""
    statement = sa.text("""
        UPDATE channel_accounts SET failures_in_a_row = failures_in_a_row + :calls
        WHERE tenant_id = :tenant AND id = :account RETURNING failures_in_a_row
    """)
    return (await tx.scalar(statement, account=account, calls=calls)) or 0


# Locked in the order of their ids: no deadlock.
NOTE_ANSWERS: Final = f"""
    UPDATE channel_accounts SET failures_in_a_row = 0
    WHERE tenant_id = :tenant AND id = ANY (ARRAY(
        SELECT id FROM channel_accounts
        WHERE tenant_id = :tenant AND id = ANY (ARRAY(
            SELECT a.id FROM unnest(CAST(:accounts AS uuid[])) AS v (account)
            CROSS JOIN LATERAL ({newest_account("id, failures_in_a_row", "v.account")}) a
            WHERE a.failures_in_a_row > 0))
          AND failures_in_a_row > 0
        ORDER BY id FOR NO KEY UPDATE))
"""  # noqa: S608 - built from constants
"""Resets the count of unanswered calls, as part of a statement. Accounts whose count is zero are not locked."""


_COOL = sa.text("""
    WITH now AS (SELECT clock_timestamp() AS at),
    stands AS (
        SELECT a.id, now.at, now.at + CAST(:wait AS interval) AS until,
               CASE WHEN a.cooled_at <= now.at THEN a.cool_until END AS ordered
        FROM channel_accounts a, now
        WHERE a.tenant_id = :tenant AND a.id = :account
          -- The clock itself: `now` may be from before this waited for whoever fixed the account.
          AND (a.mended_at BETWEEN :begun AND clock_timestamp()) IS NOT TRUE
        FOR NO KEY UPDATE OF a)
    UPDATE channel_accounts a
    SET cool_until = greatest(s.ordered, s.until), cooled_at = s.at,
        cool_reason = CASE WHEN s.ordered > s.until THEN a.cool_reason ELSE :reason END
    FROM stands s WHERE a.tenant_id = :tenant AND a.id = s.id
""").bindparams(sa.bindparam("begun", type_=sa.TIMESTAMP(timezone=True)))


async def cool(tx: TenantTx, account: UUID, wait: timedelta, reason: str, begun: datetime | None = None) -> None:
    """Let the account cool down, by the database's clock. A longer cool-down that is already set stays, with its
    reason.

    `begun` is when the attempt began. An account that was fixed since then is left alone. A fix that lies in the future
    dates from before the clock stepped back: it says nothing about attempts that began after that.
    """
    await tx.execute(_COOL, account=account, wait=wait, reason=reason, begun=begun)


_PAUSE = sa.text("""
    UPDATE channel_accounts SET pause_reason = :reason
    WHERE tenant_id = :tenant AND id = :account AND pause_reason IS NULL
      AND (mended_at BETWEEN :begun AND clock_timestamp()) IS NOT TRUE
""").bindparams(sa.bindparam("begun", type_=sa.TIMESTAMP(timezone=True)))


async def pause(tx: TenantTx, account: UUID, reason: str, begun: datetime | None = None) -> None:
    """Pause the account until it is saved again or one of its lanes is resumed. `begun`: as in `cool`."""
    paused = await tx.execute(_PAUSE, account=account, reason=reason, begun=begun)
    if paused.rowcount:
        # The reason stays on the account alone: it quotes the provider, who may quote a recipient.
        await audit.record(tx, SYSTEM, AuditEntry(AuditAction.CHANNEL_ACCOUNT_PAUSED, str(account)))


async def stop(tx: TenantTx, account: UUID, deferral: Deferred, begun: datetime | None = None) -> None:
    """Stop the account: for the time that its provider names, otherwise until it is fixed."""
    if deferral.retry_after is None:
        await pause(tx, account, f"{deferral.code}: {deferral.detail}", begun)
    else:
        await cool(tx, account, deferral.retry_after, deferral.detail, begun)

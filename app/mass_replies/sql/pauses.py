"""Pause and resume lanes. Rows are locked in the order of claims: accounts, lanes, mass replies."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.domain.mass_reply_lifecycle import PauseReason
from app.domain.words import AccountId, MassReplyId
from app.store.transactions import TenantTx

_PAUSE_LANE = sa.text("""
    UPDATE lanes l SET pause_reason = :reason
    FROM channel_accounts a
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND l.pause_reason IS NULL
      AND a.tenant_id = :tenant AND a.id = l.account_id AND a.key = :key
""")


async def pause_lane(tx: TenantTx, id_: MassReplyId, account_key: str, reason: PauseReason) -> bool:
    """Pause one lane. Return False if that changes nothing. The first reason stays."""
    return (await tx.execute(_PAUSE_LANE, id=id_, key=account_key, reason=reason)).rowcount > 0


_RESUME_ACCOUNTS = sa.text("""
    UPDATE channel_accounts SET pause_reason = NULL, cool_until = NULL, failures_in_a_row = 0,
        mended_at = clock_timestamp()
    WHERE tenant_id = :tenant AND id = ANY (ARRAY(
        SELECT id FROM channel_accounts a
        WHERE tenant_id = :tenant AND (pause_reason IS NOT NULL OR cool_until > clock_timestamp())
          AND (CAST(:key AS text) IS NULL OR key = :key)
          AND EXISTS (SELECT FROM lanes l
                      WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND l.account_id = a.id)
        ORDER BY id FOR NO KEY UPDATE))
    RETURNING id
""")


async def resume_accounts(tx: TenantTx, id_: MassReplyId, account_key: str | None) -> Sequence[AccountId]:
    """End the pauses and cool-downs of this mass reply's accounts, or of the one named. Return those that had one."""
    return [AccountId(found) for found in await tx.scalars(_RESUME_ACCOUNTS, id=id_, key=account_key)]


_HOLD_LANES = sa.text("""
    SELECT FROM lanes l JOIN mass_replies m ON m.tenant_id = l.tenant_id AND m.id = l.mass_reply_id
    WHERE l.tenant_id = :tenant AND (m.id = :id OR (
        m.status = 'sending' AND m.finished_at IS NULL AND l.account_id = ANY (CAST(:accounts AS uuid[]))))
    ORDER BY l.mass_reply_id, l.channel, l.account_id FOR UPDATE OF l
""")


async def hold_lanes(tx: TenantTx, id_: MassReplyId, accounts: Sequence[AccountId]) -> None:
    """Lock the lanes of this mass reply, and those of others on these accounts, in the order in which records lock
    them."""
    await tx.execute(_HOLD_LANES, id=id_, accounts=accounts)


# Failures before a pause do not count after it. Without `pumped_at` the next sweep wakes the lane even if no wake-up
# arrives.
_RESUME_LANES = sa.text("""
    UPDATE lanes l
    SET pause_reason = NULL, pumped_at = NULL, watched_until = NULL,
        held_until = NULL, held_reason = NULL, held_times = 0,
        recent_size = CASE WHEN l.pause_reason IS NULL THEN l.recent_size ELSE 0 END,
        recent_failures = CASE WHEN l.pause_reason IS NULL THEN l.recent_failures ELSE 0 END
    FROM channel_accounts a
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id
      AND a.tenant_id = :tenant AND a.id = l.account_id AND (CAST(:key AS text) IS NULL OR a.key = :key)
""")


async def resume_lanes(tx: TenantTx, id_: MassReplyId, account_key: str | None) -> None:
    """Resume all lanes, or the one named."""
    await tx.execute(_RESUME_LANES, id=id_, key=account_key)


_PAUSE_OTHERS = sa.text("""
    UPDATE lanes l SET pause_reason = coalesce(l.pause_reason, :reason)
    FROM channel_accounts a
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = :id AND l.queued + l.sending > 0
      AND a.tenant_id = :tenant AND a.id = l.account_id AND a.key <> :key
""")


async def pause_other_lanes(tx: TenantTx, id_: MassReplyId, account_key: str, reason: str) -> None:
    """Pause every lane with work except the one named."""
    await tx.execute(_PAUSE_OTHERS, id=id_, key=account_key, reason=reason)

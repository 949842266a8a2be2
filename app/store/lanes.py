"""Lanes, as several features see them: why one is stopped, and how those of an account are resumed."""

from uuid import UUID

import sqlalchemy as sa

from app.domain.lanes import LaneKey, LanesToWake
from app.domain.pacing import BREAKER_THRESHOLD
from app.domain.words import AccountId, MassReplyId
from app.store.transactions import TenantTx


def lane_binds(lane: LaneKey) -> dict[str, UUID]:
    """Return the parameters by which a tenant's statement finds a lane."""
    return {"mass_reply": lane.mass_reply, "account": lane.account}


STOPPED = f"""
    CASE WHEN l.pause_reason IS NOT NULL THEN l.pause_reason
         WHEN NOT a.enabled THEN 'account_disabled'
         WHEN a.pause_reason IS NOT NULL THEN 'account_paused'
         WHEN a.cool_until > clock_timestamp() AND a.failures_in_a_row >= {BREAKER_THRESHOLD} THEN 'account_silent'
         WHEN a.cool_until > clock_timestamp() + interval '1 minute' THEN 'account_resting'
         WHEN l.held_times > 0 AND l.held_until > clock_timestamp() THEN 'held' END
"""
"""Why a lane `l` of an account `a` is stopped, or NULL if it can go on, even if only after a while."""


QUEUED = "d.status = 'queued' AND (d.not_before, d.id) >= (l.queue_from_at, l.queue_from_id)"
"""Whether a delivery `d` of a lane `l` is queued. Entries of the index that lie before the lane's queue are not read:
after hours they may be those of everything that has left it."""


# Locked in the order of the counters first: no deadlock.
_FREE = sa.text("""
    WITH held AS MATERIALIZED (
        SELECT l.mass_reply_id, l.channel, l.account_id FROM mass_replies m
        JOIN lanes l ON l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id
        WHERE m.tenant_id = :tenant AND m.status = 'sending' AND m.finished_at IS NULL
          AND l.account_id = :account AND l.queued > 0
        ORDER BY l.mass_reply_id, l.channel, l.account_id FOR NO KEY UPDATE OF l)
    UPDATE lanes l
    SET pumped_at = NULL, watched_until = NULL, held_until = NULL, held_reason = NULL, held_times = 0
    FROM held h
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = h.mass_reply_id AND l.channel = h.channel
      AND l.account_id = h.account_id
    RETURNING l.mass_reply_id, l.queued
""")


async def free_account(tx: TenantTx, account: AccountId) -> LanesToWake:
    """End every wait of an account's lanes. Return those to wake, each with the number of its queued deliveries."""
    rows = await tx.execute(_FREE, account=account)
    return [(LaneKey(tx.tenant, MassReplyId(row.mass_reply_id), account), row.queued) for row in rows]

"""Keep times right where the database's clock steps, as after a failover or a correction.

A time in the future was set at some moment. If even that moment lies in the future, it dates from before the step, and
a wait of seconds would last as long as the step. So the time is moved back together with that moment, but never by more
than the step, so that no wait ends too early.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from app.domain.words import DeliveryId, TenantId
from app.store.lanes import QUEUED
from app.store.transactions import SweepTx, TenantTx

TOLERANCE = timedelta(seconds=1)
"""Steps shorter than this need no correction."""

# One delivery tells for an open lane: the first one that is due. While that is on time, the lane is not stuck.
_AHEAD = sa.text(f"""
    WITH late AS (SELECT clock_timestamp() + CAST(:tolerance AS interval) AS at)
    SELECT tenant_id FROM channel_accounts, late WHERE cooled_at > late.at
    -- A lease ends after its claim. Others are not read: the index may hold everything that was claimed in hours.
    UNION SELECT tenant_id FROM deliveries
          WHERE status = 'sending' AND lease_until > (SELECT at FROM late) AND updated_at > (SELECT at FROM late)
    UNION SELECT tenant_id FROM deliveries, late
          WHERE status = 'uncertain' AND settles_after > late.at AND updated_at > late.at
    UNION SELECT l.tenant_id
          FROM late, mass_replies m JOIN lanes l ON l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id
          LEFT JOIN LATERAL (
              SELECT updated_at FROM deliveries d
              WHERE d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id AND d.account_id = l.account_id
                AND {QUEUED}
              ORDER BY d.not_before, d.id LIMIT 1) first ON true
          WHERE m.finished_at IS NULL AND m.status = 'sending' AND l.queued > 0
            AND (l.pumped_at > late.at OR first.updated_at > late.at)
""")  # noqa: S608 - built from constants


# `updated_at` is still the moment of the claim.
_RESTART = sa.text("""
    UPDATE deliveries SET settles_after = clock_timestamp() + (settles_after - updated_at)
    WHERE tenant_id = :tenant AND id = ANY (ARRAY(
        SELECT id FROM deliveries
        WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[]))
          AND status = 'sending' AND lease_until < clock_timestamp()
        ORDER BY id FOR UPDATE))
""")


async def restart_quarantine(tx: TenantTx, ids: Sequence[DeliveryId]) -> None:
    """Begin the time until these may be called not sent again, in full length.

    A lease that has run out by a clock that stepped ahead has perhaps just begun, and its holder may still send: it
    counts by its own clock.
    """
    await tx.execute(_RESTART, ids=ids)


async def tenants_ahead(tx: SweepTx) -> Sequence[TenantId]:
    """Return the tenants that have something set at a time which is still in the future."""
    return [TenantId(id_) for id_ in await tx.scalars(_AHEAD, tolerance=TOLERANCE)]


_ACCOUNTS = sa.text("""
    WITH late AS MATERIALIZED (
        SELECT id, cooled_at - clock_timestamp() AS step FROM channel_accounts
        WHERE tenant_id = :tenant AND cooled_at > clock_timestamp() + CAST(:tolerance AS interval)
        ORDER BY id FOR NO KEY UPDATE)
    UPDATE channel_accounts a SET cool_until = a.cool_until - late.step, cooled_at = a.cooled_at - late.step
    FROM late WHERE a.tenant_id = :tenant AND a.id = late.id
""")
# One whose process has died ends for nobody else. Whoever holds one now renews it.
_SHARES = sa.text("""
    WITH late AS MATERIALIZED (
        SELECT account_id, holder, renewed_at - clock_timestamp() AS step FROM call_shares
        WHERE tenant_id = :tenant AND renewed_at > clock_timestamp() + CAST(:tolerance AS interval)
        FOR UPDATE SKIP LOCKED)
    UPDATE call_shares s SET expires_at = s.expires_at - late.step, renewed_at = s.renewed_at - late.step
    FROM late WHERE s.tenant_id = :tenant AND s.account_id = late.account_id AND s.holder = late.holder
""")
# Their quarantine starts again in full length: only then have all holders of the attempt stopped for sure.
_DELIVERIES = sa.text("""
    WITH late AS MATERIALIZED (
        SELECT id, updated_at - clock_timestamp() AS step FROM deliveries
        WHERE tenant_id = :tenant AND status IN ('queued', 'sending', 'uncertain')
          AND updated_at > clock_timestamp() + CAST(:tolerance AS interval)
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE deliveries d
    SET lease_until = d.lease_until - late.step, settles_after = d.settles_after - late.step,
        not_before = d.not_before - late.step, updated_at = d.updated_at - late.step
    FROM late WHERE d.tenant_id = :tenant AND d.id = late.id
""")
_LANES = sa.text("""
    UPDATE lanes l
    SET pumped_at = NULL, held_until = NULL, watched_until = NULL, queue_from_at = DEFAULT, queue_from_id = DEFAULT
    FROM (SELECT mass_reply_id, channel, account_id FROM lanes
          WHERE tenant_id = :tenant AND queued > 0
          ORDER BY mass_reply_id, channel, account_id FOR NO KEY UPDATE) held
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = held.mass_reply_id AND l.channel = held.channel
      AND l.account_id IS NOT DISTINCT FROM held.account_id
""")


async def set_right(tx: TenantTx, limit: int) -> int:
    """Move back times from before the step. Return the number of deliveries changed, at most `limit`."""
    await tx.execute(_ACCOUNTS, tolerance=TOLERANCE)
    await tx.execute(_SHARES, tolerance=TOLERANCE)
    moved = await tx.execute(_DELIVERIES, tolerance=TOLERANCE, limit=limit)
    await tx.execute(_LANES)
    return moved.rowcount

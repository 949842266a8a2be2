"""Why lanes wait and for how long, stored where every process and every person sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.domain.lanes import LaneKey
from app.domain.pacing import back_off
from app.store.lanes import lane_binds
from app.store.transactions import TenantTx

_FAIL = sa.text("""
    UPDATE lanes SET held_times = held_times + 1, held_reason = :reason
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account RETURNING held_times
""")

_HOLD = sa.text("""
    UPDATE lanes SET held_until = coalesce(:until, clock_timestamp() + CAST(:wait AS interval)), held_reason = :reason
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
""")


async def hold_failing(tx: TenantTx, lane: LaneKey, reason: str) -> timedelta:
    """Hold a lane that cannot be worked, longer each time. The next claim that succeeds resets this."""
    times = await tx.scalar(_FAIL, reason=reason, **lane_binds(lane))
    wait = back_off(max(0, (times or 1) - 1))
    await tx.execute(_HOLD, reason=reason, until=None, wait=wait, **lane_binds(lane))
    return wait


async def hold_until(tx: TenantTx, lane: LaneKey, until: datetime, reason: str) -> None:
    """Show until when a lane waits, and why. It may be tried earlier."""
    await tx.execute(_HOLD, reason=reason, until=until, wait=None, **lane_binds(lane))


async def forget_hold(tx: TenantTx, lane: LaneKey) -> None:
    """Remove the hold: the lane can be worked again."""
    statement = sa.text("""
        UPDATE lanes SET held_until = NULL, held_reason = NULL, held_times = 0
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
    """)
    await tx.execute(statement, **lane_binds(lane))


# A lane locked right now is being worked and needs no watch. Skipping it, this waits for no lock: the order is free.
_WATCH = sa.text("""
    WITH promised AS (
        SELECT * FROM unnest(CAST(:mass_replies AS uuid[]), CAST(:accounts AS uuid[]), CAST(:seconds AS float8[]))
            AS v (mass_reply_id, account_id, seconds)),
    held AS MATERIALIZED (
        SELECT l.mass_reply_id, l.channel, l.account_id, p.seconds FROM lanes l JOIN promised p
          ON p.mass_reply_id = l.mass_reply_id AND p.account_id = l.account_id
        WHERE l.tenant_id = :tenant FOR NO KEY UPDATE OF l SKIP LOCKED)
    UPDATE lanes l SET watched_until = clock_timestamp() + make_interval(secs => h.seconds)
    FROM held h
    WHERE l.tenant_id = :tenant AND l.mass_reply_id = h.mass_reply_id AND l.channel = h.channel
      AND l.account_id = h.account_id
""")


@dataclass(frozen=True, slots=True)
class LaneWatch:
    """A lane that a process promises to come back to within these seconds."""

    lane: LaneKey
    seconds: float


async def watch(tx: TenantTx, promises: Sequence[LaneWatch]) -> None:
    """Keep other processes from these lanes of one tenant until then. Zero seconds releases them."""
    values = {
        "mass_replies": [each.lane.mass_reply for each in promises],
        "accounts": [each.lane.account for each in promises],
        "seconds": [each.seconds for each in promises],
    }
    await tx.execute(_WATCH, **values)

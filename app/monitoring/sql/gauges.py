"""The database's gauges for monitoring: of all tenants together, read through indexes and counters, so that they cost
the same with a million deliveries.
"""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from app.store.lanes import QUEUED, STOPPED
from app.store.transactions import SweepTx

MOST: Final = 10_000
"""Counting row by row stops at this number: an operator should look by then anyway."""


@dataclass(frozen=True, slots=True)
class Depth:
    """The lanes of one channel whose mass replies have not ended."""

    channel: str
    queued: int
    in_flight: int
    paused_lanes: int
    lag: float
    """Seconds: the age of the oldest due delivery on a lane that may send."""
    idle: float
    """Seconds: the longest time that such a lane has had due work and no pump."""


@dataclass(frozen=True, slots=True)
class StoppedLanes:
    """Lanes of mass replies under way whose work cannot continue."""

    channel: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class AccountCount:
    provider: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Webhook endpoints by state (`webhooks.model.EndpointState`)."""

    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Backlogs:
    """Each at most MOST."""

    uncertain: int
    receipts: int
    """Receipts whose delivery is unknown."""
    events: int
    """Events without a position yet, of tenants that have a webhook endpoint."""


@dataclass(frozen=True, slots=True)
class Figures:
    depths: tuple[Depth, ...]
    stopped: tuple[StoppedLanes, ...]
    accounts: tuple[AccountCount, ...]
    endpoints: tuple[Endpoints, ...]
    backlogs: Backlogs
    sweeper_lag: float | None
    """Seconds since a sweep last ended in any process; None if none has."""


# `oldest` looks up one row per lane that may send. ORDER BY keeps to the index whatever the statistics say.
DEPTHS: Final = f"""
    SELECT l.channel, sum(l.queued) AS queued, sum(l.sending) AS in_flight,
           count(*) FILTER (WHERE l.pause_reason IS NOT NULL) AS paused_lanes,
           coalesce(max(extract(epoch FROM clock_timestamp() - oldest.due)), 0) AS lag,
           greatest(0, max(extract(epoch FROM clock_timestamp() -
                               greatest(oldest.due, l.pumped_at, l.watched_until, l.held_until)))) AS idle
    FROM mass_replies m
    JOIN lanes l ON l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id
    LEFT JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    LEFT JOIN LATERAL (
        SELECT d.not_before AS due FROM deliveries d
        WHERE m.status = 'sending' AND NOT m.sampling AND l.queued > 0 AND l.pause_reason IS NULL
          AND a.enabled AND a.pause_reason IS NULL AND (a.cool_until IS NULL OR a.cool_until < clock_timestamp())
          AND d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id AND d.account_id = l.account_id
          AND {QUEUED} AND d.not_before < clock_timestamp()
        ORDER BY d.not_before LIMIT 1) oldest ON true
    WHERE m.finished_at IS NULL GROUP BY l.channel
"""  # noqa: S608 - built from constants

STOPPED_LANES: Final = f"""
    SELECT l.channel, {STOPPED} AS reason, count(*) AS lanes
    FROM mass_replies m
    JOIN lanes l ON l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id
    JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
    WHERE m.finished_at IS NULL AND m.status = 'sending' AND l.queued > 0 AND {STOPPED} IS NOT NULL GROUP BY 1, 2
"""  # noqa: S608 - built from constants

ACCOUNTS: Final = """
    SELECT provider, CASE WHEN NOT enabled THEN 'disabled' WHEN pause_reason IS NOT NULL THEN 'paused'
                          WHEN cool_until > clock_timestamp() THEN 'resting' ELSE 'ready' END AS state,
           count(*) AS accounts
    FROM channel_accounts GROUP BY 1, 2
"""

ENDPOINTS: Final = """
    SELECT CASE WHEN NOT enabled THEN 'off' WHEN disabled_reason IS NOT NULL THEN 'disabled'
                WHEN next_try_at > clock_timestamp() THEN 'retrying' ELSE 'active' END AS state,
           count(*) AS endpoints
    FROM webhook_endpoints GROUP BY 1
"""

BACKLOGS: Final = """
    SELECT (SELECT count(*) FROM (SELECT FROM deliveries WHERE status = 'uncertain'
                                  ORDER BY settles_after LIMIT :most) u) AS uncertain,
           (SELECT count(*) FROM (SELECT FROM receipts WHERE settled_at IS NULL
                                  ORDER BY tenant_id, received_at LIMIT :most) r) AS receipts,
           (SELECT count(*) FROM (
               SELECT FROM (SELECT DISTINCT tenant_id FROM webhook_endpoints
                            WHERE enabled AND disabled_reason IS NULL) t
               CROSS JOIN LATERAL (SELECT FROM outbound_events e WHERE e.tenant_id = t.tenant_id AND e.position IS NULL
                                   ORDER BY e.tenant_id LIMIT :most) unread
               LIMIT :most) e) AS events,
           (SELECT extract(epoch FROM clock_timestamp() - beat_at) FROM heartbeats
            WHERE name = 'sweeper') AS sweeper_lag
"""


async def read_figures(tx: SweepTx) -> Figures:
    """Read all gauges, as the sweeper's role."""
    depths = await tx.execute(sa.text(DEPTHS))
    stopped = await tx.execute(sa.text(STOPPED_LANES))
    accounts = await tx.execute(sa.text(ACCOUNTS))
    endpoints = await tx.execute(sa.text(ENDPOINTS))
    found = (await tx.execute(sa.text(BACKLOGS), most=MOST)).one()
    return Figures(
        tuple(
            Depth(row.channel, int(row.queued), int(row.in_flight), row.paused_lanes, float(row.lag), float(row.idle))
            for row in depths
        ),
        tuple(StoppedLanes(row.channel, row.reason, row.lanes) for row in stopped),
        tuple(AccountCount(row.provider, row.state, row.accounts) for row in accounts),
        tuple(Endpoints(row.state, row.endpoints) for row in endpoints),
        Backlogs(found.uncertain, found.receipts, found.events),
        None if found.sweeper_lag is None else float(found.sweeper_lag),
    )

"""What the sweeper reads: ids, statuses and times of every tenant, under a role that sees nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.approval import ApprovalStatus
from app.domain.lanes import LaneKey
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import AccountId, DeliveryId, MassReplyId, TenantId
from app.store.lanes import QUEUED, STOPPED
from app.store.newest import newest_account, newest_lanes
from app.store.transactions import RoutingTx, SweepTx

TURN = timedelta(seconds=4)
"""Longer than a slow tick, so that no retry is missed."""

LONGEST_PIECE = "60s"
"""A sweeper that is silent for longer counts as frozen, and loses the lock to another process."""
ADVISORY_LOCK = 0x6D617373_7265706C  # "massrepl": one sweeper at a time, first come, first served


async def try_lock(tx: SweepTx) -> bool:
    """Become the sweeper until the transaction ends. Return False if another process is.

    The transaction may idle for longer than others, as all work is done on other connections meanwhile.
    """
    statement = sa.text("SELECT pg_try_advisory_xact_lock(:key), set_config(:setting, :longest, true)")
    setting = {"setting": "idle_in_transaction_session_timeout", "longest": LONGEST_PIECE}
    return bool(await tx.scalar(statement, key=ADVISORY_LOCK, **setting))


async def still_there(tx: SweepTx) -> None:
    """Show between two pieces of work that the sweeper is alive."""
    await tx.execute(sa.text("SELECT 1"))


async def beat(tx: RoutingTx) -> None:
    """Store that a sweep has just ended. Not in the sweeper's role, which only reads."""
    statement = sa.text("""
        INSERT INTO heartbeats (name, beat_at) VALUES ('sweeper', clock_timestamp())
        ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
    """)
    await tx.execute(statement)


def _in_turns(found: str, order: str) -> sa.TextClause:
    """Return a query of the first `:limit` rows, in this order, of those that another query finds.

    Tenants take turns: work that cannot be done for one of them, however much it is, does not crowd out the others'.
    """
    return sa.text(f"""
        SELECT * FROM ({found}) AS found
        ORDER BY row_number() OVER (PARTITION BY tenant_id ORDER BY {order}), {order} LIMIT :limit
    """)  # noqa: S608 - built from constants


@dataclass(frozen=True, slots=True)
class ExpiredClaim:
    tenant: TenantId
    delivery: DeliveryId
    epoch: int


async def expired_claims(tx: SweepTx, limit: int, within: timedelta | None = None) -> list[ExpiredClaim]:
    """Return claims whose lease has run out, at any time or within this long.

    While an old transaction of another database user is open, the index keeps an entry for everything claimed since.
    A look at recent leases alone does not visit those.
    """
    found = """
        SELECT tenant_id, id, epoch, lease_until FROM deliveries
        -- Sub-selects: the bare clock differs at each row, so it would be compared only after reading the row.
        WHERE status = 'sending' AND lease_until < (SELECT clock_timestamp())
          AND lease_until >= (SELECT coalesce(clock_timestamp() - CAST(:within AS interval), '-infinity'))
    """
    statement = _in_turns(found, "lease_until")
    rows = await tx.execute(statement, limit=limit, within=within)
    return [ExpiredClaim(row.tenant_id, row.id, row.epoch) for row in rows]


_CAN_GO_ON = """
    m.finished_at IS NULL AND m.status = 'sending' AND l.pause_reason IS NULL
    AND (l.watched_until IS NULL OR l.watched_until < clock_timestamp())
    AND (l.held_until IS NULL OR l.held_until < clock_timestamp())
    AND a.enabled AND a.pause_reason IS NULL
    AND (a.cool_until IS NULL OR a.cool_until < clock_timestamp())
"""
"""Whether a process may work lane `l` of mass reply `m` and account `a`: it is open, and no other process watches
it."""

_OF_A_LANE = "queued, pause_reason, pumped_at, watched_until, held_until, held_times"
_OF_AN_ACCOUNT = "enabled, pause_reason, cool_until, failures_in_a_row"
_WITH_LANES = f"""
    FROM mass_replies m CROSS JOIN LATERAL ({newest_lanes(_OF_A_LANE)}) l
    CROSS JOIN LATERAL ({newest_account(_OF_AN_ACCOUNT, "l.account_id", "l.tenant_id")}) a
"""
_LANES = f"SELECT l.tenant_id, l.mass_reply_id, l.account_id {_WITH_LANES}"
_IDLE = sa.text(f"""
    {_LANES} WHERE {_CAN_GO_ON} AND l.queued > 0
      AND (l.pumped_at IS NULL OR l.pumped_at < clock_timestamp() - CAST(:idle AS interval))
""")
_LONG = sa.text(f"{_LANES} WHERE {_CAN_GO_ON} AND l.queued > :queued ORDER BY random() LIMIT :limit")


async def idle_lanes(tx: SweepTx, idle: timedelta) -> list[LaneKey]:
    """Return lanes that have work, no live pump and no process that watches them, and whose account may send."""
    return [_lane(row) for row in await tx.execute(_IDLE, idle=idle)]


async def long_lanes(tx: SweepTx, queued: int, limit: int) -> list[LaneKey]:
    """Return some open lanes with more than this many queued deliveries."""
    return [_lane(row) for row in await tx.execute(_LONG, queued=queued, limit=limit)]


def _lane(row: Any) -> LaneKey:
    return LaneKey(row.tenant_id, MassReplyId(row.mass_reply_id), AccountId(row.account_id))


_STOPPED_LANES = sa.text(f"""
    SELECT l.tenant_id, l.mass_reply_id, l.account_id, {STOPPED} AS why
    {_WITH_LANES}
    WHERE m.finished_at IS NULL AND m.status = 'sending' AND l.queued > 0 AND {STOPPED} IS NOT NULL
""")


async def stopped_lanes(tx: SweepTx) -> dict[LaneKey, str]:
    """Return the lanes of mass replies under way that have work and cannot go on, each with the reason."""
    return {_lane(row): row.why for row in await tx.execute(_STOPPED_LANES)}


@dataclass(frozen=True, slots=True)
class OpenMassReply:
    """A mass reply that is not finished, with the values that decide what it needs."""

    tenant: TenantId
    id: MassReplyId
    status: MassReplyStatus
    now: datetime
    updated_at: datetime
    expires_at: datetime | None
    dispatch_at: datetime | None
    not_after: datetime | None
    """When the first queued delivery becomes too late to send."""
    queued: int
    sending: int
    sample_over: bool
    """Whether there was a sample and none of it is queued or under way any more."""
    sample_stuck: bool = False
    """Whether part of the sample is queued on lanes that cannot go on."""
    approval: ApprovalStatus | None = None
    """A second person's decision, if one was made."""


HEAD = 1_000
"""Deliveries at the head of a lane's queue."""

_OPEN = sa.text(f"""
        SELECT m.tenant_id, m.id, m.status, clock_timestamp() AS now, m.updated_at, m.expires_at, m.dispatch_at,
               CASE WHEN m.again_until IS NULL THEN m.not_after ELSE least(
                   -- Only the head of each queue is looked at, every second. What was never sent again is older, and
                   -- if some of it waits behind the rest it cannot be sent either, and comes to the head later.
                   CASE WHEN m.not_after > clock_timestamp() OR EXISTS (
                       SELECT FROM lanes l CROSS JOIN LATERAL (
                           SELECT d.not_after FROM deliveries d
                           WHERE d.tenant_id = m.tenant_id AND d.mass_reply_id = m.id AND d.account_id = l.account_id
                             AND {QUEUED}
                           ORDER BY d.not_before, d.id LIMIT :head) d
                       WHERE l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id AND d.not_after IS NULL
                   ) THEN m.not_after END,
                   (SELECT min(d.not_after) FROM deliveries d WHERE d.tenant_id = m.tenant_id
                       AND d.mass_reply_id = m.id AND d.status = 'queued' AND d.not_after IS NOT NULL))
               END AS not_after,
               coalesce(sum(l.queued), 0) AS queued, coalesce(sum(l.sending), 0) AS sending,
               m.sampling AND NOT EXISTS (
                   SELECT FROM deliveries d WHERE d.tenant_id = m.tenant_id AND d.mass_reply_id = m.id AND d.sampled
                      AND d.status IN ('queued', 'sending')) AS sample_over,
               m.sampling AND m.status = 'sending' AND EXISTS (
                   SELECT FROM lanes l JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
                   JOIN deliveries d ON d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id
                                    AND d.account_id = l.account_id AND d.sampled AND d.status = 'queued'
                   WHERE l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id AND {STOPPED} IS NOT NULL
               ) AS sample_stuck, m.approval
        FROM mass_replies m LEFT JOIN LATERAL ({newest_lanes("queued, sending")}) l ON true
        WHERE m.finished_at IS NULL
        GROUP BY m.tenant_id, m.id
""")  # noqa: S608 - built from constants


async def open_mass_replies(tx: SweepTx) -> list[OpenMassReply]:
    return [
        OpenMassReply(
            tenant=row.tenant_id,
            id=row.id,
            status=MassReplyStatus(row.status),
            now=row.now,
            updated_at=row.updated_at,
            expires_at=row.expires_at,
            dispatch_at=row.dispatch_at,
            not_after=row.not_after,
            queued=int(row.queued),
            sending=int(row.sending),
            sample_over=row.sample_over,
            sample_stuck=row.sample_stuck,
            approval=ApprovalStatus(row.approval) if row.approval else None,
        )
        for row in await tx.execute(_OPEN, head=HEAD)
    ]


async def handed_over(tx: SweepTx) -> list[tuple[TenantId, MassReplyId]]:
    """Return the mass replies with work that a request handed over."""
    statement = sa.text("SELECT DISTINCT tenant_id, mass_reply_id FROM delivery_pages")
    return [(TenantId(row.tenant_id), MassReplyId(row.mass_reply_id)) for row in await tx.execute(statement)]


DOUBLINGS = 30
"""How often the age of a report doubles, from one second, before it is older than anything that is kept: 34 years."""

_UNSETTLED = _in_turns(
    """
    WITH now AS MATERIALIZED (SELECT clock_timestamp() AS at)
    SELECT r.tenant_id, r.id, r.received_at
    FROM now CROSS JOIN generate_series(0, :doublings) AS doubling CROSS JOIN make_interval(secs => 2 ^ doubling) AS age
    JOIN receipts r ON r.settled_at IS NULL AND r.received_at < now.at - greatest(age, :youngest)
                   AND r.received_at > now.at - least(age + :turn, 2 * age)
    UNION ALL
    -- The clock has stepped back since these came.
    SELECT r.tenant_id, r.id, r.received_at FROM now, receipts r WHERE r.settled_at IS NULL AND r.received_at > now.at
    """,
    "received_at DESC",
)


async def unsettled_receipts(tx: SweepTx, older_than: timedelta, limit: int) -> list[tuple[TenantId, UUID]]:
    """Return reports whose delivery was not known when they came, and that are due for a retry.

    Retries come further and further apart: for a few seconds whenever the age has doubled. Most such reports are about
    messages that other programs sent through the same account, and must not delay those that have a delivery. So only
    the reports due right now are read.
    """
    rows = await tx.execute(_UNSETTLED, youngest=older_than, turn=TURN, doublings=DOUBLINGS, limit=limit)
    return [(TenantId(row.tenant_id), row.id) for row in rows]


@dataclass(frozen=True, slots=True)
class UncertainDelivery:
    tenant: TenantId
    id: DeliveryId
    account: AccountId


_OF_A_ROUND = """
    d.status = 'uncertain' AND d.settles_after > coalesce(CAST(:since AS timestamptz), '-infinity')
    AND d.settles_after < (SELECT clock_timestamp() - CAST(:settled_for AS interval))
"""
_LAST_OF_ROUND = sa.text(f"""
    SELECT d.settles_after FROM deliveries d WHERE {_OF_A_ROUND} ORDER BY d.settles_after OFFSET :size - 1 LIMIT 1
""")  # noqa: S608 - built from constants
_UNCERTAIN = _in_turns(
    f"""
    SELECT d.tenant_id, d.id, d.account_id, d.not_before
    FROM (SELECT tenant_id, id, account_id, not_before FROM deliveries d
          WHERE {_OF_A_ROUND} AND d.settles_after <= coalesce(CAST(:until AS timestamptz), 'infinity')
          -- Read by time alone. By account, all of an account's would be read.
          ORDER BY d.settles_after OFFSET 0) d
    JOIN channel_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
    WHERE d.not_before <= clock_timestamp() AND a.provider = ANY (CAST(:providers AS text[]))
    """,  # noqa: S608 - built from constants
    "not_before",
)


async def last_of_round(tx: SweepTx, since: datetime | None, settled_for: timedelta, size: int) -> datetime | None:
    """Return where a round ends that begins after `since`, or None if it reaches the last uncertain delivery."""
    found: datetime | None = await tx.scalar(_LAST_OF_ROUND, since=since, settled_for=settled_for, size=size)
    return found


async def uncertain_deliveries(
    tx: SweepTx,
    providers: Sequence[str],
    settled_for: timedelta,
    limit: int,
    between: tuple[datetime | None, datetime | None] = (None, None),
) -> list[UncertainDelivery]:
    """Return uncertain deliveries whose provider can be asked, and whose last holder has been silent for long enough.

    First come those never asked about, then those asked about longest ago. Only those that settle `between` these times
    are read.
    """
    since, until = between
    values = {"since": since, "until": until, "settled_for": settled_for}
    rows = await tx.execute(_UNCERTAIN, providers=list(providers), limit=limit, **values)
    return [UncertainDelivery(row.tenant_id, row.id, row.account_id) for row in rows]


async def abandoned(tx: SweepTx, age: timedelta, limit: int) -> list[tuple[TenantId, MassReplyId]]:
    """Return unconfirmed mass replies that are old enough to be purged."""
    found = """
        SELECT tenant_id, id, finished_at FROM mass_replies
        WHERE confirmed_at IS NULL AND finished_at < clock_timestamp() - CAST(:age AS interval)
    """
    statement = _in_turns(found, "finished_at")
    rows = await tx.execute(statement, age=age, limit=limit)
    return [(TenantId(row.tenant_id), MassReplyId(row.id)) for row in rows]

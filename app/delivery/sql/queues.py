"""Where the queue of each lane begins, so that nobody reads what has left it.

A claimed delivery leaves its entry in the index of the queue. PostgreSQL removes such entries, but not while anybody's
transaction may still see the rows as they were: after an hour they may be a million.
"""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from app.domain.lanes import LaneKey
from app.domain.words import DeliveryId
from app.store.lanes import QUEUED, lane_binds
from app.store.transactions import TenantTx


class QueuePlace(NamedTuple):
    """A place in a lane's queue, which is in this order."""

    due_at: datetime
    id: DeliveryId


BEGINNING = QueuePlace(datetime(1970, 1, 1, tzinfo=UTC), DeliveryId(UUID(int=0)))
"""Before all. Not a null: row-level security lets an index compare with plain values only."""

FROM = "AND (not_before, id) >= (CAST(:from_at AS timestamptz), CAST(:from_id AS uuid))"


def from_binds(place: QueuePlace) -> dict[str, Any]:
    """Return the parameters of `FROM`."""
    return {"from_at": place.due_at, "from_id": place.id}


FIRST_QUEUED = f"""
    SELECT coalesce(d.not_before, l.queue_from_at), coalesce(d.id, l.queue_from_id)
    FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
        SELECT d.not_before, d.id FROM deliveries d
        WHERE d.tenant_id = :tenant AND d.mass_reply_id = :mass_reply AND d.account_id = :account AND {QUEUED}
        ORDER BY d.not_before, d.id LIMIT 1) d ON true
"""  # noqa: S608 - built from constants
"""The first delivery of lane `l` that is queued: for a statement that changes the lane.

It misses none. What returns a delivery to the queue changes the lane after it. A statement that does not see the
delivery does not see this version of the lane either, and changes nothing.
"""


def _next_due(which: str) -> sa.TextClause:
    return sa.text(f"""
        SELECT min(not_before) FROM deliveries
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
          AND status = 'queued' {which} {FROM}
    """)  # noqa: S608 - built from constants


_NEXT_DUE, _NEXT_DUE_OF_SAMPLE = _next_due(""), _next_due("AND sampled")


async def next_due_at(tx: TenantTx, lane: LaneKey, queue_from: QueuePlace, *, sampling: bool) -> datetime | None:
    """Return when the lane's next queued delivery may be tried, or None if no queued delivery may be sent."""
    statement = _NEXT_DUE_OF_SAMPLE if sampling else _NEXT_DUE
    due: datetime | None = await tx.scalar(statement, **lane_binds(lane), **from_binds(queue_from))
    return due


COUNTED: Final = 1_000
"""Deliveries that are counted at most: a lane may hold any number that were put off."""

_COUNT = sa.text(f"""
    SELECT count(*) FROM (
        SELECT FROM deliveries
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account AND status = 'queued' {FROM}
        LIMIT {COUNTED}) AS queued
""")  # noqa: S608 - built from constants


async def lacks_some(tx: TenantTx, lane: LaneKey, queue_from: QueuePlace, queued: int) -> bool:
    """Return whether fewer deliveries are queued from this place on than the lane's counter says."""
    counted = await tx.scalar(_COUNT, **lane_binds(lane), **from_binds(queue_from))
    return int(counted) < min(queued, COUNTED)


_LOOK_AT_ALL = sa.text("""
    UPDATE lanes SET queue_from_at = DEFAULT, queue_from_id = DEFAULT
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND account_id = :account
""")


async def look_at_all(tx: TenantTx, lane: LaneKey) -> None:
    """Let the next claim look at the whole queue."""
    await tx.execute(_LOOK_AT_ALL, **lane_binds(lane))

"""The outbox: events are written in the transaction that causes them, and read from here afterwards.

A row is written without a position, because transactions do not commit in the order in which they begin. A reader first
assigns positions to all rows that are committed by then, in the order in which they were written. So a reader that
remembers one position has seen everything before it, and an event always comes after those it depends on.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbox import REACHED, Event, EventType, OutboxEntry, read_subject, write_subject
from app.domain.words import MassReplyId, TenantId
from app.store import named_locks
from app.store.database import Database
from app.store.transactions import TenantTx

NUMBERED_AT_ONCE: Final = 10_000
"""Events that one transaction assigns positions to."""

PUBLISH: Final = """
    INSERT INTO outbound_events (tenant_id, type, mass_reply_id, subjects, rules)
    SELECT :tenant, v.type, v.mass_reply_id, CAST(v.subjects AS jsonb), CAST(v.rules AS uuid[])
    FROM unnest(CAST(:types AS text[]), CAST(:mass_reply_ids AS uuid[]), CAST(:subjects AS text[]),
                CAST(:rules AS text[])) WITH ORDINALITY AS v (type, mass_reply_id, subjects, rules, n)
    ORDER BY v.n
"""
"""Writes entries, whose parameters `publish_values` returns."""
_PUBLISH = sa.text(PUBLISH)


async def publish(tx: TenantTx, entries: Sequence[OutboxEntry]) -> None:
    """Write events, for readers to see once the caller's transaction has committed."""
    if entries:
        await tx.rows(_PUBLISH, **publish_values(entries))


def publish_values(entries: Sequence[OutboxEntry]) -> dict[str, list[Any]]:
    return {
        "types": [one.type for one in entries],
        "mass_reply_ids": [one.mass_reply_id for one in entries],
        "subjects": [json.dumps([write_subject(subject) for subject in one.subjects]) for one in entries],
        "rules": [f"{{{','.join(map(str, one.rules))}}}" for one in entries],
    }


async def publish_status(tx: TenantTx, id_: MassReplyId, status: MassReplyStatus) -> None:
    """Publish that a mass reply reached a status, if that is an event."""
    if status in REACHED:
        await publish(tx, [OutboxEntry(REACHED[status], id_)])


# The sequence counts the rows in the order of their writing: a row written after another was committed has a higher
# number. Materialized, so that the sequence advances once for each of the sorted rows, whatever the plan.
_NUMBER = sa.text("""
    WITH numbered AS MATERIALIZED (
        SELECT id, nextval('outbound_event_positions') AS position
        FROM (SELECT id FROM outbound_events WHERE tenant_id = :tenant AND position IS NULL
              ORDER BY written LIMIT :limit) unnumbered)
    UPDATE outbound_events e SET position = v.position FROM numbered v
    WHERE e.tenant_id = :tenant AND e.id = v.id
""")


async def number(tx: TenantTx) -> int:
    """Assign positions to the oldest NUMBERED_AT_ONCE events that have none yet. Return how many there were.

    Keep the transaction short: other readers of the same tenant wait for it.
    """
    await named_locks.hold(tx, "events")
    return (await tx.execute(_NUMBER, limit=NUMBERED_AT_ONCE)).rowcount


async def number_all(database: Database, tenant: TenantId) -> None:
    """Assign a position to every past event, in transactions of their own. Events numbered later count as new."""
    numbered = NUMBERED_AT_ONCE
    while numbered == NUMBERED_AT_ONCE:
        async with database.begin(tenant) as tx:
            numbered = await number(tx)


_COLUMNS = "id, position, type, mass_reply_id, subjects, rules, created_at"

_AFTER = sa.text(f"""
    SELECT {_COLUMNS} FROM outbound_events
    WHERE tenant_id = :tenant AND position > :position
      AND (CAST(:types AS text[]) IS NULL OR type = ANY (CAST(:types AS text[])))
    ORDER BY position LIMIT :limit
""")  # noqa: S608 - column names of our own


async def after(tx: TenantTx, position: int, limit: int, types: Collection[EventType] | None = None) -> list[Event]:
    """Return a tenant's events after a position, of these types or of any.

    Call `number` first, in a transaction of its own.
    """
    wanted = None if types is None else list(types)
    return [_event(row) for row in await tx.execute(_AFTER, position=position, limit=limit, types=wanted)]


@dataclass(frozen=True, slots=True)
class EventsPage:
    events: Sequence[Event]
    is_last: bool
    """Whether these are the last events."""


# PostgreSQL sums the sizes, so that events beyond the limit never reach this process.
_PAGE_AFTER = sa.text(f"""
    SELECT {_COLUMNS}, found FROM (
        SELECT {_COLUMNS}, count(*) OVER () AS found, row_number() OVER positions AS place,
               sum(octet_length(CAST(subjects AS text))) OVER positions AS bytes
        FROM (SELECT {_COLUMNS} FROM outbound_events
              WHERE tenant_id = :tenant AND position > :position
                AND (CAST(:types AS text[]) IS NULL OR type = ANY (CAST(:types AS text[])))
              ORDER BY position LIMIT :limit + 1) next
        WINDOW positions AS (ORDER BY position)) measured
    WHERE place = 1 OR place <= :limit AND bytes <= :most_bytes
    ORDER BY position
""")  # noqa: S608 - column names of our own


async def page_after(
    tx: TenantTx, position: int, limit: int, most_bytes: int, types: Collection[EventType] | None = None
) -> EventsPage:
    """As `after`, with at most `most_bytes` bytes of subjects. The first event is always included."""
    wanted = None if types is None else list(types)
    rows = (await tx.execute(_PAGE_AFTER, position=position, limit=limit, most_bytes=most_bytes, types=wanted)).all()
    return EventsPage([_event(row) for row in rows], is_last=not rows or rows[0].found == len(rows))


async def last_position(tx: TenantTx) -> int:
    """Return the position from which a reader gets new events only, 0 if nothing was ever numbered."""
    statement = sa.text("SELECT max(position) FROM outbound_events WHERE tenant_id = :tenant")
    return await tx.scalar(statement) or 0


def _event(row: Any) -> Event:
    type_ = EventType(row.type)
    mass_reply = None if row.mass_reply_id is None else MassReplyId(UUID(str(row.mass_reply_id)))
    subjects = tuple(read_subject(type_, given) for given in row.subjects)
    return Event(row.id, row.position, OutboxEntry(type_, mass_reply, subjects, tuple(row.rules)), row.created_at)

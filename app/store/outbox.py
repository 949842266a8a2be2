"""The outbox: what is told to others is written down in the transaction that does it, and read from here afterwards.

A row is written without a position, since transactions end in another order than they begin. Whoever reads gives the
positions first, to all rows that are committed by then, in the order in which they were written. So a reader that
remembers one position has seen all before it, and what rests on another event always comes after it.
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
from app.store.database import Database
from app.store.transactions import TenantTx

NUMBERED_AT_ONCE: Final = 10_000
"""Events that one transaction gives positions to."""

_ANNOUNCE = sa.text("""
    INSERT INTO outbound_events (tenant_id, type, mass_reply_id, subjects, rules)
    SELECT :tenant, v.type, v.mass_reply_id, CAST(v.subjects AS jsonb), CAST(v.rules AS uuid[])
    FROM unnest(CAST(:types AS text[]), CAST(:mass_reply_ids AS uuid[]), CAST(:subjects AS text[]),
                CAST(:rules AS text[])) WITH ORDINALITY AS v (type, mass_reply_id, subjects, rules, n)
    ORDER BY v.n
""")


async def publish(tx: TenantTx, entries: Sequence[OutboxEntry]) -> None:
    """Tell whoever listens, once the caller's transaction has ended well."""
    if not entries:
        return
    values = {
        "types": [one.type for one in entries],
        "mass_reply_ids": [one.mass_reply_id for one in entries],
        "subjects": [json.dumps([write_subject(subject) for subject in one.subjects]) for one in entries],
        "rules": [f"{{{','.join(map(str, one.rules))}}}" for one in entries],
    }
    await tx.execute(_ANNOUNCE, **values)


async def announce_status(tx: TenantTx, id_: MassReplyId, status: MassReplyStatus) -> None:
    """Tell that a mass reply came to a status, if that is one to tell of."""
    if status in REACHED:
        await publish(tx, [OutboxEntry(REACHED[status], id_)])


_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('events ' || CAST(:tenant AS text), 0))")

# The sequence counts the rows in the order of their writing: one that was written after another was committed has a
# higher number. Materialized, so that the sequence is asked once for each of the sorted rows, whatever the plan.
_NUMBER = sa.text("""
    WITH numbered AS MATERIALIZED (
        SELECT id, nextval('outbound_event_positions') AS position
        FROM (SELECT id FROM outbound_events WHERE tenant_id = :tenant AND position IS NULL
              ORDER BY written LIMIT :limit) unnumbered)
    UPDATE outbound_events e SET position = v.position FROM numbered v
    WHERE e.tenant_id = :tenant AND e.id = v.id
""")


async def number(tx: TenantTx) -> int:
    """Give positions to NUMBERED_AT_ONCE events that have none yet, the oldest first; answers how many there were.

    Hold the transaction no longer than this: other readers of the same tenant wait for it.
    """
    await tx.execute(_ONE_AT_A_TIME, tenant=str(tx.tenant))
    return (await tx.execute(_NUMBER, limit=NUMBERED_AT_ONCE)).rowcount


async def number_all(database: Database, tenant: TenantId) -> None:
    """Give every event of the past its position, in transactions of their own: what is numbered later counts as new."""
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
    """Read a tenant's events that come after a position, of these types or of any.

    Call `number` first, in a transaction of its own.
    """
    wanted = None if types is None else list(types)
    return [_event(row) for row in await tx.execute(_AFTER, position=position, limit=limit, types=wanted)]


@dataclass(frozen=True, slots=True)
class EventsPage:
    events: Sequence[Event]
    is_last: bool
    """Whether no other events come behind them."""


# The sum is made before anything is fetched: what is left out is never held by this process.
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
    """As `after`, no more than so many bytes of subjects together; the first of them, whatever it has."""
    wanted = None if types is None else list(types)
    rows = (await tx.execute(_PAGE_AFTER, position=position, limit=limit, most_bytes=most_bytes, types=wanted)).all()
    return EventsPage([_event(row) for row in rows], is_last=not rows or rows[0].found == len(rows))


async def last_position(tx: TenantTx) -> int:
    """Where a reader begins that wants to hear of what is new; 0 where nothing was ever numbered."""
    statement = sa.text("SELECT max(position) FROM outbound_events WHERE tenant_id = :tenant")
    return await tx.scalar(statement) or 0


def _event(row: Any) -> Event:
    type_ = EventType(row.type)
    mass_reply = None if row.mass_reply_id is None else MassReplyId(UUID(str(row.mass_reply_id)))
    subjects = tuple(read_subject(type_, given) for given in row.subjects)
    return Event(row.id, row.position, OutboxEntry(type_, mass_reply, subjects, tuple(row.rules)), row.created_at)

"""The lanes' counters, and what each lane went through last: one update a lane, in the transaction of the changes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.audit import SYSTEM, AuditAction, AuditEntry
from app.domain.mass_reply import PauseReason
from app.domain.model import Channel, DeliveryStatus, MassReplyId, TenantId
from app.domain.policy import FAILURE_LIMIT, Latest, turnout
from app.store import audit
from app.store.settlements import Change, Locked

Lane = tuple[UUID, str, UUID | None]
"""Mass reply, channel and account."""


async def count(connection: AsyncConnection, tenant: TenantId, changes: Sequence[Change], billed: set[UUID]) -> None:
    """Move the lanes' counters, lane by lane in one order so that no two transactions wait for each other.

    A lane on which too much went wrong of late stops here.
    """
    for lane, members in sorted(_by_lane(changes).items(), key=lambda item: tuple(map(str, item[0]))):
        attempts, bad = await _move(connection, tenant, lane, members, billed)
        if FAILURE_LIMIT.stops(attempts, bad):
            await _stop(connection, tenant, lane)


# A run of bits: the new ones are pushed in from the right, and what is beyond the window falls off.
_RECENT = """
    recent_size = least(recent_size + :tried, :window),
    recent_failures = (recent_failures << CAST(:tried AS int) | :failures) & ((1::bigint << CAST(:window AS int)) - 1)
"""


async def _move(
    connection: AsyncConnection, tenant: TenantId, lane: Lane, changes: Sequence[Change], billed: set[UUID]
) -> tuple[int, int]:
    """Move one lane's counters; answers how many attempts it looks back on, and how many of them were bad."""
    deltas = _deltas(changes)
    columns = ", ".join(f"{status} = {status} + ({deltas[status]})" for status in deltas)
    latest = _latest(changes)
    statement = sa.text(f"""
        UPDATE lanes SET {columns}, {_BILLED}, {_RECENT}
        WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND channel = :channel
          AND account_id IS NOT DISTINCT FROM CAST(:account AS uuid)
        RETURNING recent_size, bit_count(recent_failures::bit(64)) AS bad
    """)  # noqa: S608 - column names and integers of our own
    values = {
        **_bill([change.row for change in changes if change.row.id in billed]),
        "tried": latest.size,
        "failures": latest.failures,
        "window": FAILURE_LIMIT.window,
    }
    row = (await connection.execute(statement, {**_key(tenant, lane), **values})).first()
    return (0, 0) if row is None else (row.recent_size, row.bad)


_BILLED = """
    segments_billed = segments_billed + :segments,
    whatsapp_in_window_billed = whatsapp_in_window_billed + :in_window,
    whatsapp_templates_billed = whatsapp_templates_billed + :templates
"""


def _bill(rows: Sequence[Locked]) -> dict[str, int]:
    """What providers charge for messages that they have taken."""
    templates = sum(row.used_template for row in rows)
    messages = sum(row.channel == Channel.WHATSAPP for row in rows)
    return {
        "segments": sum(row.segments for row in rows),
        "in_window": messages - templates,
        "templates": templates,
    }


def _latest(changes: Sequence[Change]) -> Latest:
    found = (turnout(change.row.standing.status, change.happening.event, change.move.to) for change in changes)
    return Latest.of([one for one in found if one is not None], FAILURE_LIMIT.window)


_STOP = sa.text("""
    UPDATE lanes SET pause_reason = :reason
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply AND channel = :channel
      AND account_id IS NOT DISTINCT FROM CAST(:account AS uuid) AND pause_reason IS NULL AND queued > 0
""")


async def _stop(connection: AsyncConnection, tenant: TenantId, lane: Lane) -> None:
    stopped = await connection.execute(_STOP, {**_key(tenant, lane), "reason": PauseReason.FAILURE_SHARE})
    if stopped.rowcount:
        mass_reply, channel, account = lane
        details = {"channel": channel, "channel_account_id": account, "pause_reason": PauseReason.FAILURE_SHARE}
        entry = AuditEntry.on_mass_reply(AuditAction.LANE_STOPPED, MassReplyId(mass_reply), details=details)
        await audit.record(connection, tenant, SYSTEM, entry)


def _key(tenant: TenantId, lane: Lane) -> dict[str, object]:
    mass_reply, channel, account = lane
    return {"tenant": tenant, "mass_reply": mass_reply, "channel": channel, "account": account}


def _by_lane(changes: Iterable[Change]) -> dict[Lane, list[Change]]:
    lanes: dict[Lane, list[Change]] = {}
    for change in changes:
        row = change.row
        lanes.setdefault((row.mass_reply_id, row.channel, row.account_id), []).append(change)
    return lanes


def _deltas(changes: Sequence[Change]) -> dict[DeliveryStatus, int]:
    deltas: Counter[DeliveryStatus] = Counter()
    for change in changes:
        deltas[change.row.standing.status] -= 1
        deltas[change.move.to] += 1
    return dict(sorted(deltas.items()))

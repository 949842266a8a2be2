"""Mass replies, their frozen pages and their lanes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from app.domain.approval import Approval, ApprovalStatus
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply import Billed, Lane, MassReply, Progress
from app.domain.mass_reply_lifecycle import MassReplyStatus, PauseReason
from app.domain.outbound import Attachment, Author
from app.domain.selection import LISTED_IDS, LISTS_OF_IDS
from app.domain.text.message import OnUnresolved, Source
from app.domain.words import Channel, MassReplyId, TenantId
from app.store.database import Database
from app.store.outbox import publish_status
from app.store.transactions import Row, TenantTx, in_tenant
from app.tables import DELIVERY_COUNTERS, mass_replies

_LIST = "jsonb_array_length(m.selection -> name)"
_SHORT_SELECTION = f"""
    CAST(CASE WHEN pg_column_size(m.selection) < 2000 THEN m.selection ELSE coalesce(
        (SELECT m.selection || jsonb_build_object(
                    name, jsonb_path_query_array(m.selection -> name, '$[0 to {LISTED_IDS - 1}]'), 'total', {_LIST})
         FROM unnest(CAST('{{{", ".join(LISTS_OF_IDS)}}}' AS text[])) AS name WHERE {_LIST} > {LISTED_IDS} LIMIT 1),
        m.selection) END AS text) AS selection
"""  # noqa: S608 - built from constants
"""A selection without most of its ids, if there are many. A short one is not parsed at all."""

_ATTACHMENTS = """
    (SELECT CAST(coalesce(json_agg(json_build_array(a.id, a.filename, a.content_type, a.size) ORDER BY w.rank), '[]')
                 AS text)
     FROM unnest(m.attachment_ids) WITH ORDINALITY AS w (id, rank)
     JOIN attachments a ON a.tenant_id = m.tenant_id AND a.id = w.id) AS attachments
"""
LANES = f"""
    (SELECT coalesce(json_agg(each ORDER BY each.channel, each.account_key, each.account_id), '[]') FROM (
        SELECT l.channel, l.account_id, a.key AS account_key, {", ".join("l." + name for name in DELIVERY_COUNTERS)},
               l.segments_billed, l.whatsapp_in_window_billed, l.whatsapp_templates_billed, l.pause_reason,
               a.pause_reason AS account_pause_reason, a.cool_until, a.cool_reason, a.allowed_at,
               CAST(a.rate_per_second AS float8) AS rate_per_second, l.held_until, l.held_reason,
               a.id IS NULL OR a.enabled AS account_enabled,
               a.id IS NULL OR EXISTS (SELECT FROM channel_account_routes r WHERE r.account_id = a.id)
                   AS account_exists,
               m.sampling AND l.queued > 0 AND l.sending = 0 AND NOT EXISTS (
                   SELECT FROM deliveries d
                   WHERE d.tenant_id = l.tenant_id AND d.mass_reply_id = l.mass_reply_id
                     AND d.account_id = l.account_id AND d.status = 'queued' AND d.sampled) AS awaits_sample
        FROM lanes l LEFT JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
        WHERE l.tenant_id = m.tenant_id AND l.mass_reply_id = m.id) AS each) AS lanes
"""  # noqa: S608 - built from a constant
"""The column `lanes` of a mass reply `m`, for `read_lanes`."""


def _column(column: sa.Column[Any]) -> str:
    """Return the SQL of a column. JSON stays text until it is read."""
    return f"CAST(m.{column.name} AS text)" if isinstance(column.type, JSONB) else f"m.{column.name}"


_OWN = ", ".join(f"{_column(column)} AS {column.name}" for column in mass_replies.c if column.name != "selection")
_COLUMNS = f"{_OWN}, {_ATTACHMENTS}, {LANES}"


async def set_status(
    tx: TenantTx,
    id_: MassReplyId,
    before: MassReplyStatus,
    after: MassReplyStatus,
    pause_reason: PauseReason | None = None,
) -> bool:
    """Compare and set the status and the pause reason. Return False if it was not `before` any more."""
    table = mass_replies
    statement = (
        table.update()
        .where(table.c.tenant_id == tx.tenant, table.c.id == id_, table.c.status == before)
        .values(status=after, pause_reason=pause_reason, updated_at=sa.func.now())
    )
    changed = (await tx.execute(statement)).rowcount == 1
    if changed:
        await publish_status(tx, id_, after)
    return changed


async def lock(tx: TenantTx, id_: MassReplyId) -> MassReply | None:
    """Load a mass reply and lock it until the transaction ends."""
    statement = sa.text("SELECT id FROM mass_replies WHERE tenant_id = :tenant AND id = :id FOR NO KEY UPDATE")
    await tx.execute(statement, id=id_)
    return await get(tx, id_)


_ONE = "FROM mass_replies m WHERE m.tenant_id = :tenant AND m.id = :id"
_WHOLE = f"SELECT CAST(m.selection AS text) AS selection, {_COLUMNS} {_ONE}"
_GET = sa.text(_WHOLE)
_READ = in_tenant(_WHOLE)
_EXISTS = sa.text(f"SELECT {_ONE}")
_SNAPSHOT = in_tenant(f"SELECT {_SHORT_SELECTION}, {_COLUMNS} {_ONE}")


async def get(tx: TenantTx, id_: MassReplyId) -> MassReply | None:
    rows = await tx.rows(_GET, id=id_)
    return Snapshot(rows[0]).whole() if rows else None


async def read(database: Database, tenant: TenantId, id_: MassReplyId) -> MassReply | None:
    """Return a mass reply with its whole selection, in one round trip."""
    row = await database.ask(tenant, _READ, id=id_)
    return None if row is None else Snapshot(row).whole()


async def status(tx: TenantTx, id_: MassReplyId) -> MassReplyStatus | None:
    found = await tx.scalar(sa.text(f"SELECT m.status {_ONE}"), id=id_)
    return None if found is None else MassReplyStatus(found)


async def exists(tx: TenantTx, id_: UUID) -> bool:
    return bool(await tx.rows(_EXISTS, id=id_))


class Snapshot:
    """A mass reply as one statement has read it. Most of it is parsed only when it is needed."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.lanes = read_lanes(row["lanes"])

    @property
    def id(self) -> MassReplyId:
        return MassReplyId(self._row["id"])

    @property
    def progress(self) -> Progress:
        row = self._row
        return Progress(
            MassReplyStatus(row["status"]), row["recipient_count"], row["pause_reason"], row["finished_at"], self.lanes
        )

    @property
    def columns(self) -> tuple[object, ...]:
        """Everything but the lanes, as PostgreSQL has sent it."""
        return tuple(value for name, value in self._row.items() if name != "lanes")

    def whole(self) -> MassReply:
        return _from_row(self._row, self.lanes)


async def snapshot(database: Database, tenant: TenantId, id_: UUID) -> Snapshot | None:
    """Return a mass reply for a response, in one round trip. A long selection has only its first ids."""
    row = await database.ask(tenant, _SNAPSHOT, id=id_)
    return None if row is None else Snapshot(row)


@dataclass(frozen=True, slots=True)
class MassReplyQuery:
    status: MassReplyStatus | None = None
    author: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None


_CONDITIONS: Final[Mapping[str, str]] = {
    "status": "m.status = :status",
    "author": "m.author_id = :author",
    "created_from": "m.created_at >= :created_from",
    "created_to": "m.created_at < :created_to",
    "before": "m.id < :before",
}


async def page(
    database: Database, tenant: TenantId, query: MassReplyQuery, *, before: UUID | None, limit: int
) -> list[Snapshot]:
    """List mass replies older than `before`, newest first, as `snapshot` returns them."""
    values = {**asdict(query), "before": before}
    given = {name: value for name, value in values.items() if value is not None}
    rows = await database.fetch(tenant, _page(tuple(given)), limit=limit, **given)
    return [Snapshot(row) for row in rows]


@cache
def _page(given: tuple[str, ...]) -> sa.TextClause:
    where = " AND ".join(("m.tenant_id = :tenant", *(_CONDITIONS[name] for name in given)))
    return in_tenant(
        f"SELECT {_SHORT_SELECTION}, {_COLUMNS} FROM mass_replies m WHERE {where} ORDER BY m.id DESC LIMIT :limit"  # noqa: S608
    )


def read_lanes(column: Sequence[Mapping[str, Any]]) -> tuple[Lane, ...]:
    return tuple(_lane(values) for values in column)


def _lane(values: Mapping[str, Any]) -> Lane:
    return Lane(
        channel=Channel(values["channel"]),
        account_id=None if values["account_id"] is None else UUID(values["account_id"]),
        account_key=values["account_key"],
        counts={status: values[status] for status in DeliveryStatus},
        billed=Billed(
            values["segments_billed"], values["whatsapp_in_window_billed"], values["whatsapp_templates_billed"]
        ),
        pause_reason=values["pause_reason"],
        account_pause_reason=values["account_pause_reason"],
        account_cool_until=_moment(values["cool_until"]),
        account_enabled=values["account_enabled"],
        account_exists=values["account_exists"],
        held_until=_moment(values["held_until"]),
        held_reason=values["held_reason"],
        awaits_sample=values["awaits_sample"],
        account_cool_reason=values["cool_reason"],
        account_allowed_at=_moment(values["allowed_at"]),
        account_rate=values["rate_per_second"],
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _from_row(row: Any, lanes: tuple[Lane, ...]) -> MassReply:
    return MassReply(
        id=MassReplyId(row.id),
        status=MassReplyStatus(row.status),
        selection=json.loads(row.selection),
        text=row.message_text,
        html=row.message_html,
        attachment_ids=tuple(row.attachment_ids),
        source=Source(row.source_text, row.source_html, tuple(row.unknown_snippets)),
        on_unresolved=OnUnresolved(row.on_unresolved),
        mark_as_done=row.mark_as_done,
        whatsapp_template=_read(row.whatsapp_template),
        author=Author(row.author_id, row.author_name, row.author_email),
        selected_count=row.selected_count,
        recipient_count=row.recipient_count,
        preflight=_read(row.preflight),
        pause_reason=row.pause_reason,
        confirmation=_read(row.confirmation),
        created_at=row.created_at,
        expires_at=row.expires_at,
        confirmed_at=row.confirmed_at,
        dispatch_at=row.dispatch_at,
        not_after=max((at for at in (row.not_after, row.again_until) if at is not None), default=None),
        started_at=row.started_at,
        finished_at=row.finished_at,
        recorded_actors=frozenset(row.parties),
        attachments=tuple(Attachment(UUID(id_), *about) for id_, *about in json.loads(row.attachments)),
        approval=_approval(row),
        lanes=lanes,
    )


def _approval(row: Any) -> Approval | None:
    if row.approval is None:
        return None
    by = None if row.approver is None else Author(**json.loads(row.approver))
    return Approval(ApprovalStatus(row.approval), by, row.approval_reason, row.approval_at)


def _read(column: str | None) -> Any:
    return None if column is None else json.loads(column)

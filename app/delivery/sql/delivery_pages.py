"""Work on many deliveries that a request hands over to the sweeper, in pages of one transaction each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.words import DeliveryId, MassReplyId, ReasonCode
from app.store.transactions import TenantTx

PAGE_SIZE = 1_000


class PageWork(StrEnum):
    """The work on the deliveries of a page."""

    RETRY = "retry"
    NOTE_SKIPPED = "note_skipped"


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    id: UUID
    work: PageWork
    delivery_ids: Sequence[DeliveryId]
    reason_codes: Sequence[str] | None
    not_after: datetime | None


RETRYABLE = """
    status = 'failed' AND retryable
    AND (CAST(:codes AS text[]) IS NULL OR reason_code = ANY (CAST(:codes AS text[])))
"""
NOTED = "status = 'skipped' AND channel <> 'voice'"
"""Calls have no timeline to read."""


def _hand_over(which: str, work: PageWork, values: str = "NULL, NULL") -> sa.TextClause:
    """Return the statement that stores the ids of these deliveries in pages, and counts them."""
    return sa.text(f"""
        WITH numbered AS (
            SELECT id, (row_number() OVER (ORDER BY id) - 1) / :size AS page
            FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id AND {which}),
        stored AS (
            INSERT INTO delivery_pages (tenant_id, mass_reply_id, work, reason_codes, not_after, delivery_ids)
            SELECT :tenant, :id, '{work}', {values}, array_agg(id ORDER BY id) FROM numbered GROUP BY page
            RETURNING cardinality(delivery_ids) AS size)
        SELECT coalesce(sum(size), 0) FROM stored
    """)  # noqa: S608 - built from constants


_HAND_OVER_RETRY = _hand_over(RETRYABLE, PageWork.RETRY, "CAST(:codes AS text[]), CAST(:not_after AS timestamptz)")
_HAND_OVER_NOTES = _hand_over(NOTED, PageWork.NOTE_SKIPPED)


async def hand_over_retry(
    tx: TenantTx, id_: MassReplyId, codes: Iterable[ReasonCode] | None, not_after: datetime
) -> int:
    """Freeze the failed deliveries to retry until `not_after`. Return how many there are."""
    values = {"codes": None if codes is None else sorted(codes), "not_after": not_after}
    return int(await tx.scalar(_HAND_OVER_RETRY, id=id_, size=PAGE_SIZE, **values))


async def hand_over_notes(tx: TenantTx, id_: MassReplyId) -> None:
    """Freeze the skipped deliveries whose conversations get a note."""
    await tx.execute(_HAND_OVER_NOTES, id=id_, size=PAGE_SIZE)


_RETRIES = sa.text("""
    SELECT EXISTS (SELECT FROM delivery_pages
                   WHERE tenant_id = :tenant AND mass_reply_id = :id AND work = :work)
""")


async def retry_under_way(tx: TenantTx, id_: MassReplyId) -> bool:
    """Return whether a part of an earlier retry is not queued yet."""
    return bool(await tx.scalar(_RETRIES, id=id_, work=PageWork.RETRY))


_COLUMNS = "id, work, delivery_ids, reason_codes, not_after"
_ONE = sa.text(f"""
    SELECT {_COLUMNS} FROM delivery_pages WHERE tenant_id = :tenant AND mass_reply_id = :id AND id = (
        SELECT id FROM delivery_pages
        WHERE tenant_id = :tenant AND mass_reply_id = :id AND id <> ALL (CAST(:but AS uuid[]))
        ORDER BY random() LIMIT 1)
""")  # noqa: S608 - built from constants
_HOLD = sa.text(f"""
    SELECT {_COLUMNS} FROM delivery_pages WHERE tenant_id = :tenant AND mass_reply_id = :id AND id = :page FOR UPDATE
""")  # noqa: S608 - built from constants


async def one(tx: TenantTx, id_: MassReplyId, *, but: Iterable[UUID] = ()) -> DeliveryPage | None:
    """Return any page except `but`, or None if there is no other. At random, so that none always comes last."""
    return _page((await tx.execute(_ONE, id=id_, but=list(but))).first())


async def hold(tx: TenantTx, id_: MassReplyId, page: UUID) -> DeliveryPage | None:
    """Lock a page. Return None if it is gone."""
    return _page((await tx.execute(_HOLD, id=id_, page=page)).first())


def _page(row: Any) -> DeliveryPage | None:
    if row is None:
        return None
    ids = [DeliveryId(each) for each in row.delivery_ids]
    return DeliveryPage(row.id, PageWork(row.work), ids, row.reason_codes, row.not_after)


_STILL_RETRYABLE = sa.text(f"""
    SELECT id FROM deliveries WHERE tenant_id = :tenant AND id = ANY (CAST(:ids AS uuid[])) AND {RETRYABLE}
    ORDER BY id FOR UPDATE
""")  # noqa: S608 - built from constants


async def hold_retryable(tx: TenantTx, ids: Sequence[UUID], codes: Iterable[str] | None) -> Sequence[DeliveryId]:
    """Lock those of these deliveries that are still failed and may be retried. Return their ids."""
    values = {"ids": ids, "codes": None if codes is None else sorted(codes)}
    return [DeliveryId(row) for row in await tx.scalars(_STILL_RETRYABLE, **values)]


_LEFT = "ARRAY(SELECT unnest(delivery_ids) EXCEPT SELECT unnest(CAST(:ids AS uuid[])) ORDER BY 1)"
_THIS = "tenant_id = :tenant AND mass_reply_id = :id AND id = :page"
_REMOVE = sa.text(f"UPDATE delivery_pages SET delivery_ids = {_LEFT} WHERE {_THIS}")  # noqa: S608 - constants
_REMOVE_ALL = sa.text(f"DELETE FROM delivery_pages WHERE {_THIS} AND {_LEFT} = '{{}}'")  # noqa: S608 - constants


async def remove(tx: TenantTx, id_: MassReplyId, page: UUID, ids: Sequence[DeliveryId]) -> None:
    """Take deliveries off a page. Delete the page if none is left on it."""
    if not (await tx.execute(_REMOVE_ALL, id=id_, page=page, ids=ids)).rowcount:
        await tx.execute(_REMOVE, id=id_, page=page, ids=ids)


_IS_OVER = sa.text("""
    SELECT coalesce(p.not_after, m.not_after) <= clock_timestamp()
    FROM delivery_pages p JOIN mass_replies m ON m.tenant_id = :tenant AND m.id = p.mass_reply_id
    WHERE p.tenant_id = :tenant AND p.mass_reply_id = :id AND p.id = :page
""")


async def is_over(tx: TenantTx, id_: MassReplyId, page: UUID) -> bool:
    """Return whether it is too late for what a page holds: a retry, or notes of a mass reply that sends no more."""
    return bool(await tx.scalar(_IS_OVER, id=id_, page=page))


async def drop_retries(tx: TenantTx) -> None:
    """Drop what retries have not queued yet. Those deliveries stay failed."""
    statement = sa.text("DELETE FROM delivery_pages WHERE tenant_id = :tenant AND work = :work")
    await tx.execute(statement, work=PageWork.RETRY)

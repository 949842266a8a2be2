"""Selections: the conversations that they match, and those ids frozen into pages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.domain.errors import NotFound
from app.domain.selection import ByExternalIds, ByFilter, ByIds, FollowUp, Selection
from app.domain.words import ConversationId, MassReplyId, TenantId
from app.store.filters import Condition, meant, one_of, texts, uuids
from app.store.transactions import TenantTx
from app.tables import conversations, deliveries, mass_replies, selection_pages

PAGE_SIZE = 1_000
"""Conversation ids in one row of `selection_pages`."""


def selected_ids(tenant: TenantId, selection: Selection) -> sa.Select[tuple[UUID]]:
    """The ids of the conversations that a selection matches and that exist."""
    match selection:
        case ByFilter(filter, excluded):
            matching = meant(tenant, filter)
            [id_] = matching.selected_columns
            return matching.where(*_not_among(id_, excluded))
        case FollowUp(mass_reply_id, statuses):
            table = deliveries.c
            return sa.select(table.conversation_id.label("id")).where(
                table.tenant_id == tenant, table.mass_reply_id == mass_reply_id, one_of(table.status, statuses)
            )
        case ByIds(ids):
            wanted = conversations.c.id == sa.any_(uuids(ids))
        case ByExternalIds(external_ids):
            wanted = one_of(conversations.c.external_id, external_ids)
    return sa.select(conversations.c.id).where(conversations.c.tenant_id == tenant, wanted)


def _not_among(id_: sa.ColumnElement[UUID], ids: Sequence[UUID]) -> list[Condition]:
    if not ids:
        return []
    # An anti-join with the list: PostgreSQL hashes `<> ALL` only if it sees the list while planning.
    excluded = sa.func.unnest(uuids(ids)).column_valued("excluded")
    return [~sa.exists().where(excluded == id_)]


async def freeze(tx: TenantTx, mass_reply_id: MassReplyId, selection: Selection) -> int:
    """Store the ids that a selection matches now, in pages of up to PAGE_SIZE, and their number, in one statement.
    Return it."""
    await _refuse_foreign_follow_up(tx, selection)
    selected = selected_ids(tx.tenant, selection).subquery()
    numbered = sa.select(
        selected.c.id, ((sa.func.row_number().over(order_by=selected.c.id) - 1) // PAGE_SIZE).label("page")
    ).subquery()
    ids = sa.func.array_agg(aggregate_order_by(numbered.c.id, numbered.c.id))
    pages = sa.select(sa.literal(tx.tenant, sa.Uuid), sa.literal(mass_reply_id, sa.Uuid), numbered.c.page, ids)
    stored = (
        sa.insert(selection_pages)
        .from_select(["tenant_id", "mass_reply_id", "page", "conversation_ids"], pages.group_by(numbered.c.page))
        .returning(sa.func.cardinality(selection_pages.c.conversation_ids).label("size"))
        .cte()
    )
    total = sa.select(sa.func.coalesce(sa.func.sum(stored.c.size), 0)).scalar_subquery()
    table = mass_replies.c
    counted = sa.update(mass_replies).where(table.tenant_id == tx.tenant, table.id == mass_reply_id)
    return int(await tx.scalar(counted.values(selected_count=total).returning(table.selected_count)))


async def _refuse_foreign_follow_up(tx: TenantTx, selection: Selection) -> None:
    if not isinstance(selection, FollowUp):
        return
    followed = sa.select(mass_replies.c.id).where(
        mass_replies.c.tenant_id == tx.tenant, mass_replies.c.id == selection.mass_reply_id
    )
    if await tx.scalar(followed) is None:
        raise NotFound("There is no mass reply with the id that the selection follows up.")


async def ids(tx: TenantTx, selection: Selection, limit: int) -> list[ConversationId]:
    """Return the first ids that a selection matches, in the order in which they would be frozen."""
    await _refuse_foreign_follow_up(tx, selection)
    selected = selected_ids(tx.tenant, selection).subquery()
    return list(await tx.scalars(sa.select(selected.c.id).order_by(selected.c.id).limit(limit)))


async def count_selected(tx: TenantTx, selection: Selection) -> int:
    await _refuse_foreign_follow_up(tx, selection)
    selected = selected_ids(tx.tenant, selection).subquery()
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(selected)) or 0)


async def missing_ids(tx: TenantTx, selection: Selection) -> list[str]:
    """Return the ids or external ids in a selection, as given, that no conversation of the tenant has."""
    match selection:
        case ByIds(ids):
            return await _missing(tx, conversations.c.id, uuids(ids))
        case ByExternalIds(external_ids):
            return await _missing(tx, conversations.c.external_id, texts(external_ids))
        case _:
            return []


async def _missing(tx: TenantTx, column: sa.Column[Any], wanted: sa.Cast[Any]) -> list[str]:
    each = sa.func.unnest(wanted).column_valued("wanted")
    known = sa.exists().where(conversations.c.tenant_id == tx.tenant, column == each)
    return [str(unknown) for unknown in await tx.scalars(sa.select(each).where(~known))]

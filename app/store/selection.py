"""The filter as SQL, and selections frozen into pages of ids.

Under row-level security only leakproof operators may use an index, so every condition is an equality, a comparison or
a membership in a btree column; `subject_contains` alone is checked row by row. Statements name the tenant besides, for
the planner and as the second wall.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.errors import NotFound
from app.domain.model import ConversationId, MassReplyId, TenantId
from app.domain.selection import ByExternalIds, ByFilter, ByIds, Filter, FollowUp, Selection, TagCondition, TimeRange
from app.tables import (
    contacts,
    conversation_fields,
    conversation_tags,
    conversations,
    deliveries,
    mass_replies,
    selection_pages,
)

PAGE_SIZE = 1_000
"""Conversation ids in one row of `selection_pages`."""

JOINED_TAGS = 5
"""Of the tags that are all asked for, so many are a join each: from there on planning takes longer than counting."""

Condition = sa.ColumnElement[bool]


def where(tenant: TenantId, filter: Filter) -> Condition:
    """The rows of `conversations` that a filter means."""
    return _where(conversations, tenant, filter)


def _some(tenant: TenantId) -> sa.ScalarSelect[UUID]:
    """The tenant as `SOME_TENANT` says it: for one that is new to the statistics all would be compared with all."""
    return sa.select(sa.literal(tenant, sa.Uuid)).scalar_subquery()


def _where(rows: sa.FromClause, tenant: TenantId, filter: Filter) -> Condition:
    return sa.and_(rows.c.tenant_id == _some(tenant), *_conditions(rows, tenant, filter))


def _conditions(rows: sa.FromClause, tenant: TenantId, filter: Filter) -> list[Condition]:
    conditions = [
        _one_of(rows.c[name], values)
        for name in ("channel", "status", "engagement", "team", "assignee")
        if (values := getattr(filter, name))
    ]
    for name in ("created_at", "last_customer_message_at"):
        conditions += _within(rows.c[name], getattr(filter, name))
    if filter.contact:
        conditions.append(_of_contacts(rows, tenant, filter.contact))
    if filter.tags is not None:
        conditions += _tagged(rows, tenant, filter.tags)
    conditions += [_has_field(rows, tenant, name, values) for name, values in filter.custom_fields]
    if filter.subject_contains is not None:
        conditions.append(rows.c.subject.icontains(filter.subject_contains, autoescape=True))
    if filter.any_of:
        conditions.append(_any_of(rows, tenant, filter.any_of))
    if filter.not_ is not None:
        # A condition on a null column is null, and so would its negation be: the complement takes it for false.
        conditions.append(sa.not_(sa.func.coalesce(_where(rows, tenant, filter.not_), sa.false())))
    return conditions


def _one_of(column: sa.ColumnElement[str], values: Sequence[str]) -> Condition:
    return column == sa.any_(_texts(values))


def _texts(values: Sequence[str]) -> sa.Cast[Sequence[str]]:
    return sa.cast([str(value) for value in values], ARRAY(sa.Text))


def _uuids(values: Sequence[UUID]) -> sa.Cast[Sequence[UUID]]:
    return sa.cast(list(values), ARRAY(sa.Uuid))


def _within(column: sa.ColumnElement[object], range: TimeRange | None) -> list[Condition]:
    if range is None:
        return []
    start = [] if range.start is None else [column >= range.start]
    end = [] if range.end is None else [column < range.end]
    return start + end


def _of_contacts(rows: sa.FromClause, tenant: TenantId, external_ids: Sequence[str]) -> Condition:
    meant = sa.select(contacts.c.id).where(
        contacts.c.tenant_id == tenant, _one_of(contacts.c.external_id, external_ids)
    )
    return rows.c.contact_id.in_(meant)


def _tagged(rows: sa.FromClause, tenant: TenantId, tags: TagCondition) -> list[Condition]:
    conditions: list[Condition] = []
    if tags.any:
        conditions.append(rows.c.id.in_(_with_tags(tenant, tags.any)))
    conditions += [rows.c.id.in_(_with_tags(tenant, [tag])) for tag in tags.all[:JOINED_TAGS]]
    if rest := tags.all[JOINED_TAGS:]:
        carried_of_rest = sa.select(sa.func.count()).where(*_tags_of(rows, tenant, rest)).correlate(rows)
        conditions.append(carried_of_rest.scalar_subquery() == len(rest))
    if tags.none:
        conditions.append(~sa.exists().where(*_tags_of(rows, tenant, tags.none)).correlate(rows))
    return conditions


def _tags_of(rows: sa.FromClause, tenant: TenantId, tags: Sequence[str]) -> list[Condition]:
    """The rows of `conversation_tags` that give one of these tags to the conversation at hand."""
    table = conversation_tags.c
    return [table.tenant_id == tenant, _one_of(table.tag, tags), table.conversation_id == rows.c.id]


def _with_tags(tenant: TenantId, tags: Sequence[str]) -> sa.Select[tuple[UUID]]:
    table = conversation_tags.c
    return sa.select(table.conversation_id).where(table.tenant_id == tenant, _one_of(table.tag, tags))


def _has_field(rows: sa.FromClause, tenant: TenantId, name: str, values: Sequence[str]) -> Condition:
    table = conversation_fields.c
    carriers = sa.select(table.conversation_id).where(
        table.tenant_id == tenant, table.name == name, _one_of(table.value, values)
    )
    return rows.c.id.in_(carriers)


def _any_of(rows: sa.FromClause, tenant: TenantId, filters: Sequence[Filter]) -> Condition:
    """Join the branches by UNION and not by OR, so that each may use an index of its own."""
    branches = []
    for filter in filters:
        branch = rows.alias()
        branches.append(sa.select(branch.c.id).where(_where(branch, tenant, filter)))
    return rows.c.id.in_(sa.union_all(*branches))


async def count(connection: AsyncConnection, tenant: TenantId, filter: Filter) -> int:
    matching = sa.select(sa.func.count()).select_from(conversations).where(where(tenant, filter))
    return int(await connection.scalar(matching) or 0)


async def matching(connection: AsyncConnection, tenant: TenantId, filter: Filter, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these conversations a filter means. No other is looked at, whatever the filter says."""
    given = sa.select(conversations).where(
        conversations.c.tenant_id == tenant, conversations.c.id == sa.any_(_uuids(ids))
    )
    rows = given.cte("given")
    return set(await connection.scalars(sa.select(rows.c.id).where(_where(rows, tenant, filter))))


async def page(
    connection: AsyncConnection, tenant: TenantId, filter: Filter, *, limit: int, before: UUID | None = None
) -> list[ConversationId]:
    """The matching ids, newest first, that come after `before` in that order."""
    older = [] if before is None else [conversations.c.id < before]
    matching = sa.select(conversations.c.id).where(where(tenant, filter), *older)
    return list(await connection.scalars(matching.order_by(conversations.c.id.desc()).limit(limit)))


def selected_ids(tenant: TenantId, selection: Selection) -> sa.Select[tuple[UUID]]:
    """The ids of the conversations that a selection means and that exist."""
    match selection:
        case ByFilter(filter, excluded):
            return sa.select(conversations.c.id).where(where(tenant, filter), *_not_among(excluded))
        case FollowUp(mass_reply_id, statuses):
            table = deliveries.c
            return sa.select(table.conversation_id.label("id")).where(
                table.tenant_id == tenant, table.mass_reply_id == mass_reply_id, _one_of(table.status, statuses)
            )
        case ByIds(ids):
            wanted = conversations.c.id == sa.any_(_uuids(ids))
        case ByExternalIds(external_ids):
            wanted = _one_of(conversations.c.external_id, external_ids)
    return sa.select(conversations.c.id).where(conversations.c.tenant_id == tenant, wanted)


def _not_among(ids: Sequence[UUID]) -> list[Condition]:
    if not ids:
        return []
    # An anti-join with the list: PostgreSQL hashes `<> ALL` only where it sees the list while planning.
    excluded = sa.func.unnest(_uuids(ids)).column_valued("excluded")
    return [~sa.exists().where(excluded == conversations.c.id)]


async def freeze(
    connection: AsyncConnection, tenant: TenantId, mass_reply_id: MassReplyId, selection: Selection
) -> int:
    """Store the ids that a selection means now, in pages of up to PAGE_SIZE, in one statement; answer their number."""
    await _refuse_foreign_follow_up(connection, tenant, selection)
    selected = selected_ids(tenant, selection).subquery()
    numbered = sa.select(
        selected.c.id, ((sa.func.row_number().over(order_by=selected.c.id) - 1) // PAGE_SIZE).label("page")
    ).subquery()
    ids = sa.func.array_agg(aggregate_order_by(numbered.c.id, numbered.c.id))
    pages = sa.select(sa.literal(tenant, sa.Uuid), sa.literal(mass_reply_id, sa.Uuid), numbered.c.page, ids)
    stored = (
        sa.insert(selection_pages)
        .from_select(["tenant_id", "mass_reply_id", "page", "conversation_ids"], pages.group_by(numbered.c.page))
        .returning(sa.func.cardinality(selection_pages.c.conversation_ids).label("size"))
        .cte()
    )
    total = sa.select(sa.func.coalesce(sa.func.sum(stored.c.size), 0))
    return int(await connection.scalar(total) or 0)


async def _refuse_foreign_follow_up(connection: AsyncConnection, tenant: TenantId, selection: Selection) -> None:
    if not isinstance(selection, FollowUp):
        return
    followed = sa.select(mass_replies.c.id).where(
        mass_replies.c.tenant_id == tenant, mass_replies.c.id == selection.mass_reply_id
    )
    if await connection.scalar(followed) is None:
        raise NotFound("There is no mass reply with the id that the selection follows up.")


async def ids(connection: AsyncConnection, tenant: TenantId, selection: Selection, limit: int) -> list[ConversationId]:
    """The first ids that a selection means, in the order in which they would be frozen."""
    await _refuse_foreign_follow_up(connection, tenant, selection)
    selected = selected_ids(tenant, selection).subquery()
    return list(await connection.scalars(sa.select(selected.c.id).order_by(selected.c.id).limit(limit)))


async def count_selected(connection: AsyncConnection, tenant: TenantId, selection: Selection) -> int:
    await _refuse_foreign_follow_up(connection, tenant, selection)
    selected = selected_ids(tenant, selection).subquery()
    return int(await connection.scalar(sa.select(sa.func.count()).select_from(selected)) or 0)


async def missing_ids(connection: AsyncConnection, tenant: TenantId, selection: Selection) -> list[str]:
    """The ids or external ids in a selection, as given, that no conversation of the tenant has."""
    match selection:
        case ByIds(ids):
            return await _missing(connection, tenant, conversations.c.id, _uuids(ids))
        case ByExternalIds(external_ids):
            return await _missing(connection, tenant, conversations.c.external_id, _texts(external_ids))
        case _:
            return []


async def _missing(
    connection: AsyncConnection, tenant: TenantId, column: sa.Column[Any], wanted: sa.Cast[Any]
) -> list[str]:
    each = sa.func.unnest(wanted).column_valued("wanted")
    known = sa.exists().where(conversations.c.tenant_id == tenant, column == each)
    return [str(unknown) for unknown in await connection.scalars(sa.select(each).where(~known))]

"""A filter as SQL.

Under row-level security only leakproof operators may use an index, so every condition is an equality, a comparison or
a membership in a btree column. Only `subject_contains` is not: if nothing better starts a search, a function that runs
as the owner returns the conversations that may match, unless there are many; then each subject is checked.
Statements also name the tenant, for the planner and as the second wall.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.filters import COLUMNS, Filter, TagCondition, TimeRange
from app.domain.words import ConversationId, TenantId
from app.store.transactions import TenantTx
from app.tables import contacts, conversation_fields, conversation_tags, conversations

MOST_LOOKED_UP = 10_000
"""Conversations that are looked up one by one for a part of their subject. If more match, all are read."""

Condition = sa.ColumnElement[bool]


def meant(tenant: TenantId, filter: Filter) -> sa.Select[tuple[UUID]]:
    """Return the ids of the conversations that a filter matches.

    A filter has one `any_of` at most, so each path through them is a conjunction, and the whole is their union. Nothing
    is joined except by a look-up for each row: without statistics the planner would compare all with all, at each
    level.
    """
    parts = [part for way in _ways(filter) for part in _parts(tenant, way)]
    found = (sa.union(*parts) if len(parts) > 1 else parts[0]).subquery()
    return sa.select(found.c.id)


def _ways(filter: Filter) -> Iterator[tuple[Filter, ...]]:
    """Yield the filters that hold together, from the outermost to one without `any_of`."""
    if not filter.any_of:
        yield (filter,)
    for branch in filter.any_of:
        for way in _ways(branch):
            yield (filter, *way)


def _parts(tenant: TenantId, way: Sequence[Filter]) -> Iterator[sa.Select[tuple[UUID]]]:
    """Yield one conjunction: it starts where few rows are likely, and checks each row found there."""
    beginnings = (_begun_at(tenant, part) for part in reversed(way))
    begun = next((beginning for beginning in beginnings if beginning is not None), None)
    subject = next((part.subject_contains for part in way if part.subject_contains is not None), None)
    if any(part.team or part.assignee for part in way):
        yield _read(tenant, way)
    elif begun is not None:
        yield _looked_up(tenant, way, begun)
    elif subject is not None:
        ids = sa.select(sa.func.conversations_about(subject, MOST_LOOKED_UP, type_=ARRAY(sa.Uuid)).label("ids")).cte()
        yield _looked_up(tenant, way, sa.select(sa.func.unnest(ids.c.ids, type_=sa.Uuid).label("id")))
        yield _read(tenant, way).where(sa.select(ids.c.ids).scalar_subquery().is_(None))
    else:
        yield _read(tenant, way)


def _read(tenant: TenantId, way: Sequence[Filter]) -> sa.Select[tuple[UUID]]:
    rows = conversations.alias()
    return sa.select(rows.c.id).where(rows.c.tenant_id == _some(tenant), *_all_checks(rows, tenant, way))


def _looked_up(tenant: TenantId, way: Sequence[Filter], begun: sa.Select[tuple[UUID]]) -> sa.Select[tuple[UUID]]:
    found = begun.distinct().subquery()
    by_key = [conversations.c.tenant_id == _some(tenant), conversations.c.id == found.c[0]]
    # LIMIT keeps the checks out of the look-up: another index would serve one of them, and find all there are.
    rows = sa.select(conversations).where(*by_key).limit(1).lateral()
    return sa.select(rows.c.id).select_from(found.join(rows, sa.true())).where(*_all_checks(rows, tenant, way))


def _all_checks(rows: sa.FromClause, tenant: TenantId, way: Sequence[Filter]) -> list[Condition]:
    return [check for part in way for check in _checks(rows, tenant, replace(part, any_of=()))]


def _begun_at(tenant: TenantId, filter: Filter) -> sa.Select[tuple[UUID]] | None:
    tags = filter.tags or TagCondition()
    if filter.contact:
        return _of_contacts(tenant, filter.contact)
    if tags.all or tags.any:
        return _with_tags(tenant, tags.all[:1] or tags.any)
    return _with_field(tenant, *filter.custom_fields[0]) if filter.custom_fields else None


def _some(tenant: TenantId) -> sa.ScalarSelect[UUID]:
    """Hide the tenant from the planner, as `SOME_TENANT` does: a tenant that is new to the statistics misleads it."""
    return sa.select(sa.literal(tenant, sa.Uuid)).scalar_subquery()


def _checks(rows: sa.FromClause, tenant: TenantId, filter: Filter) -> list[Condition]:
    """Return a filter's conditions on a row. Each costs at most a look-up by key, and none can become a join."""
    checks = _plain(rows, tenant, filter)
    if filter.contact:
        contact = contacts.c
        of_row = [contact.tenant_id == tenant, contact.id == rows.c.contact_id]
        checks.append(_found(rows, *of_row, one_of(contact.external_id, filter.contact)))
    tags = filter.tags or TagCondition()
    if tags.any:
        checks.append(_found(rows, *_tags_of(rows, tenant, tags.any)))
    checks += [_found(rows, *_tags_of(rows, tenant, [tag])) for tag in tags.all]
    if tags.none:
        checks.append(_found(rows, *_tags_of(rows, tenant, tags.none)).is_(None))
    checks += [_found(rows, *_fields_of(rows, tenant, name, values)) for name, values in filter.custom_fields]
    if filter.any_of:
        checks.append(sa.or_(*(sa.and_(*_checks(rows, tenant, branch)) for branch in filter.any_of)))
    return checks


def _found(rows: sa.FromClause, *conditions: Condition) -> Condition:
    """Return a condition that is true if a row exists, else null. (The planner may turn EXISTS into a join.)"""
    return sa.select(sa.true()).where(*conditions).limit(1).correlate(rows).scalar_subquery()


def _plain(rows: sa.FromClause, tenant: TenantId, filter: Filter) -> list[Condition]:
    """Return the conditions on columns of the row itself, and the negation."""
    conditions: list[Condition] = []
    for name in COLUMNS:
        given = getattr(filter, name)
        if isinstance(given, TimeRange):
            conditions += _within(rows.c[name], given)
        elif given:
            conditions.append(one_of(rows.c[name], given))
    if filter.subject_contains is not None:
        conditions.append(rows.c.subject.icontains(filter.subject_contains, autoescape=True))
    if filter.not_ is not None:
        # A condition on a null column is null, and its negation would be null too: here it counts as false.
        held = sa.and_(sa.true(), *_checks(rows, tenant, filter.not_))
        conditions.append(sa.not_(sa.func.coalesce(held, sa.false())))
    return conditions


def one_of(column: sa.ColumnElement[str], values: Sequence[str]) -> Condition:
    return column == sa.any_(texts(values))


def texts(values: Sequence[str]) -> sa.Cast[Sequence[str]]:
    return sa.cast([str(value) for value in values], ARRAY(sa.Text))


def uuids(values: Sequence[UUID]) -> sa.Cast[Sequence[UUID]]:
    return sa.cast(list(values), ARRAY(sa.Uuid))


def _within(column: sa.ColumnElement[object], range: TimeRange) -> list[Condition]:
    start = [] if range.start is None else [column >= range.start]
    end = [] if range.end is None else [column < range.end]
    return start + end


def _of_contacts(tenant: TenantId, external_ids: Sequence[str]) -> sa.Select[tuple[UUID]]:
    named = sa.select(contacts.c.id).where(contacts.c.tenant_id == tenant, one_of(contacts.c.external_id, external_ids))
    own, ids = conversations.c, sa.func.array(named.scalar_subquery(), type_=ARRAY(sa.Uuid))
    return sa.select(own.id).where(own.tenant_id == tenant, own.contact_id == sa.any_(ids))


def _tags_of(rows: sa.FromClause, tenant: TenantId, tags: Sequence[str]) -> list[Condition]:
    """Return the conditions on `conversation_tags` for a row's conversation to have one of these tags."""
    table = conversation_tags.c
    return [table.tenant_id == tenant, one_of(table.tag, tags), table.conversation_id == rows.c.id]


def _with_tags(tenant: TenantId, tags: Sequence[str]) -> sa.Select[tuple[UUID]]:
    table = conversation_tags.c
    return sa.select(table.conversation_id).where(table.tenant_id == tenant, one_of(table.tag, tags))


def _with_field(tenant: TenantId, name: str, values: Sequence[str]) -> sa.Select[tuple[UUID]]:
    table = conversation_fields.c
    return sa.select(table.conversation_id).where(
        table.tenant_id == tenant, table.name == name, one_of(table.value, values)
    )


def _fields_of(rows: sa.FromClause, tenant: TenantId, name: str, values: Sequence[str]) -> list[Condition]:
    table = conversation_fields.c
    of_row = [table.tenant_id == tenant, table.conversation_id == rows.c.id]
    return [*of_row, table.name == name, one_of(table.value, values)]


async def count(tx: TenantTx, filter: Filter) -> int:
    counted = sa.select(sa.func.count()).select_from(meant(tx.tenant, filter).subquery())
    return int(await tx.scalar(counted) or 0)


async def matching(tx: TenantTx, filter: Filter, ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these conversations a filter matches. Read no others."""
    given = sa.select(conversations).where(
        conversations.c.tenant_id == tx.tenant, conversations.c.id == sa.any_(uuids(ids))
    )
    rows = given.cte("given")
    return set(await tx.scalars(sa.select(rows.c.id).where(*_checks(rows, tx.tenant, filter))))


async def page(tx: TenantTx, filter: Filter, *, limit: int, before: UUID | None = None) -> list[ConversationId]:
    """Return the matching ids, newest first, that come after `before` in that order."""
    matching = meant(tx.tenant, filter)
    [id_] = matching.selected_columns
    older = matching if before is None else matching.where(id_ < before)
    return list(await tx.scalars(older.order_by(id_.desc()).limit(limit)))

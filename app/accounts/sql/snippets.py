"""Snippets: texts that `/shortcode` stands for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.domain.words import TenantId
from app.store.transactions import TenantTx
from app.tables import snippets


@dataclass(frozen=True, slots=True)
class Snippet:
    shortcode: str
    text: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SavedSnippet:
    snippet: Snippet
    is_new: bool


async def save_snippet(tx: TenantTx, shortcode: str, text: str) -> SavedSnippet:
    statement = insert(snippets).values(tenant_id=tx.tenant, shortcode=shortcode, text=text)
    result = await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[snippets.c.tenant_id, snippets.c.shortcode],
            set_={"text": statement.excluded.text, "updated_at": sa.func.now()},
            # xmax is 0 only for a row that this statement inserted.
        ).returning(*_COLUMNS, sa.literal_column("xmax = 0").label("is_new"))
    )
    row = result.one()
    return SavedSnippet(_read(row), row.is_new)


async def find_snippet(tx: TenantTx, shortcode: str) -> Snippet | None:
    row = (await tx.execute(sa.select(*_COLUMNS).where(*_is(tx.tenant, shortcode)))).one_or_none()
    return None if row is None else _read(row)


async def list_snippets(tx: TenantTx, *, after: str | None, limit: int) -> Sequence[Snippet]:
    query = sa.select(*_COLUMNS).where(snippets.c.tenant_id == tx.tenant).order_by(snippets.c.shortcode).limit(limit)
    if after is not None:
        query = query.where(snippets.c.shortcode > after)
    return [_read(row) for row in await tx.execute(query)]


async def delete_snippet(tx: TenantTx, shortcode: str) -> bool:
    result = await tx.execute(sa.delete(snippets).where(*_is(tx.tenant, shortcode)))
    return result.rowcount > 0


_COLUMNS = (snippets.c.shortcode, snippets.c.text, snippets.c.updated_at)


def _is(tenant: TenantId, shortcode: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (snippets.c.tenant_id == tenant, snippets.c.shortcode == shortcode)


def _read(row: sa.Row[*tuple[Any, ...]]) -> Snippet:
    return Snippet(row.shortcode, row.text, row.updated_at)

"""Conversations that tests of selections store, and what a selection finds of them."""

import json
from uuid import UUID

import sqlalchemy as sa

from app.domain.filters import Filter
from app.domain.selection import Selection
from app.domain.words import MassReplyId
from app.store import filters as filter_sql
from app.store import selection
from app.store.transactions import TenantTx
from tests.filters import View

TABLES = ("contacts", "conversations", "conversation_subjects", "conversation_tags", "conversation_fields")
"""What a filter reads."""

STORE_VIEW = sa.text("""
    WITH contact AS (
        INSERT INTO contacts (tenant_id, external_id) VALUES (:tenant, :contact)
        ON CONFLICT (tenant_id, external_id) DO UPDATE SET external_id = excluded.external_id RETURNING id
    ), conversation AS (
        INSERT INTO conversations (tenant_id, channel, status, engagement, contact_id, team, assignee, subject,
                                   created_at, last_customer_message_at)
        SELECT :tenant, :channel, :status, :engagement, id, :team, :assignee, :subject,
               :created_at, :last_customer_message_at
        FROM contact RETURNING id
    ), tag AS (
        INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
        SELECT :tenant, tag, id FROM conversation, unnest(CAST(:tags AS text[])) tag
    ), field AS (
        INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
        SELECT :tenant, name, value, id FROM conversation, jsonb_each_text(CAST(:fields AS jsonb)) f (name, value)
    )
    SELECT id FROM conversation
""")


async def store(tx: TenantTx, view: View) -> UUID:
    values = {name: getattr(view, name) for name in View.__slots__}
    values |= {"tenant": tx.tenant, "tags": sorted(view.tags), "fields": json.dumps(view.custom_fields)}
    id_ = await tx.scalar(STORE_VIEW, **values)
    assert isinstance(id_, UUID)
    return id_


async def found(tx: TenantTx, filter: Filter) -> set[UUID]:
    return set(await filter_sql.page(tx, filter, limit=10_000))


async def mass_reply(tx: TenantTx) -> MassReplyId:
    id_ = await tx.scalar(
        sa.text("""
            INSERT INTO mass_replies
                (tenant_id, status, selection, message_text, source_text, on_unresolved, author_name)
            VALUES (:tenant, 'preparing', '{}', 'Hi', 'Hi', 'skip', 'tests') RETURNING id
        """)
    )
    return MassReplyId(id_)


async def frozen(tx: TenantTx, selected: Selection) -> tuple[int, list[list[UUID]]]:
    id_ = await mass_reply(tx)
    count = await selection.freeze(tx, id_, selected)
    pages = await tx.scalars(
        sa.text("SELECT conversation_ids FROM selection_pages WHERE mass_reply_id = :id ORDER BY page"), id=id_
    )
    return count, [list(page) for page in pages]

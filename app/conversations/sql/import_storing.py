"""Writing what the lines of an import have changed: one statement for the rows of all tables."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.conversations.sql.import_rows import CONTACTS, CONVERSATIONS, FIELDS, MESSAGES, TAGS, Rows
from app.domain.outbox import ConversationUpdated, EventType, MessageCreated, OutboxEntry
from app.store.new_ids import id_at
from app.store.outbox import publish
from app.store.transactions import TenantTx


async def store_rows(tx: TenantTx, rows: Rows) -> None:
    """Write what some lines have changed, and publish it."""
    changes = rows.changes
    if not (changes.contacts or changes.conversations or changes.messages):
        return  # each of the lines held nothing new
    if changes.left:
        await tx.rows(_VACATE, external_ids=changes.left)
    if rows.known:
        await tx.rows(_DROP, known=rows.known, **rows.values)
    stored = await tx.rows(_STORE_SOME if rows.known else _STORE_NEW, **rows.values)
    created = [
        MessageCreated(row.id, row.conversation_id) for row in stored if row.conversation_id in changes.published
    ]
    await publish(tx, _entries(created, changes.updates))


def _entries(created: Sequence[MessageCreated], updates: Sequence[ConversationUpdated]) -> list[OutboxEntry]:
    by_type = ((EventType.MESSAGE_CREATED, created), (EventType.CONVERSATION_UPDATED, updates))
    return [OutboxEntry(type_, subjects=subjects) for type_, subjects in by_type if subjects]


# A contact without an id has left its address to a newcomer. Its row stays, because deliveries refer to it; its
# personal data is cleared.
_VACATE = sa.text("""
    UPDATE contacts SET external_id = 'left:' || id, name = NULL, first_name = NULL, email = NULL, phone = NULL,
           email_key = NULL, phone_key = NULL, custom_fields = '{}', unnamed = false, updated_at = now()
    WHERE tenant_id = :tenant AND external_id = ANY (CAST(:external_ids AS text[]))
""")

# The tags and custom fields that conversations had and have no longer.
_DROP = sa.text(f"""
    WITH dropped AS (
        DELETE FROM conversation_tags t
        WHERE t.tenant_id = :tenant AND t.conversation_id = ANY (CAST(:known AS uuid[]))
          AND NOT EXISTS (SELECT FROM {TAGS.rows} WHERE r.conversation_id = t.conversation_id AND r.tag = t.tag))
    DELETE FROM conversation_fields f
    WHERE f.tenant_id = :tenant AND f.conversation_id = ANY (CAST(:known AS uuid[]))
      AND NOT EXISTS (SELECT FROM {FIELDS.rows}
                      WHERE r.conversation_id = f.conversation_id AND r.name = f.name AND r.value = f.value)
""")  # noqa: S608 - built from constants


def _store(on_conflict: str) -> sa.TextClause:
    """Return the statement. Conversations that were stored before have some of their tags and custom fields already."""
    return sa.text(f"""
    WITH contact AS (
        INSERT INTO contacts (tenant_id, id, external_id, name, first_name, email, phone, email_key, phone_key,
                              opted_out, custom_fields, unnamed)
        SELECT :tenant, id, external_id, name, first_name, email, phone, email_key, phone_key, opted_out, custom_fields,
               unnamed
        FROM {CONTACTS.rows}
        ON CONFLICT (tenant_id, external_id) DO UPDATE
        SET name = excluded.name, first_name = excluded.first_name, email = excluded.email, phone = excluded.phone,
            email_key = excluded.email_key, phone_key = excluded.phone_key, opted_out = excluded.opted_out,
            custom_fields = excluded.custom_fields, updated_at = now()),
    conversation AS (
        INSERT INTO conversations (tenant_id, id, external_id, human_id, channel, account_id, contact_id, address,
                                   address_key, status, engagement, subject, team, assignee, custom_fields, created_at,
                                   last_customer_message_at, reply_to_message_id, reply_references)
        SELECT :tenant, r.id, r.external_id, r.human_id, r.channel, a.id, r.contact_id, r.address, r.address_key,
               r.status, r.engagement, r.subject, r.team, r.assignee, r.custom_fields, r.created_at,
               r.last_customer_message_at, r.reply_to_message_id,
               ARRAY(SELECT jsonb_array_elements_text(r.reply_references))
        FROM {CONVERSATIONS.rows}
        LEFT JOIN channel_accounts a ON a.tenant_id = :tenant AND a.key = r.channel_account
        ON CONFLICT (tenant_id, external_id) DO UPDATE
        SET human_id = excluded.human_id, channel = excluded.channel, account_id = excluded.account_id,
            contact_id = excluded.contact_id, address = excluded.address, address_key = excluded.address_key,
            status = excluded.status, engagement = excluded.engagement, subject = excluded.subject,
            team = excluded.team, assignee = excluded.assignee, custom_fields = excluded.custom_fields,
            created_at = excluded.created_at, last_customer_message_at = excluded.last_customer_message_at,
            reply_to_message_id = excluded.reply_to_message_id, reply_references = excluded.reply_references,
            updated_at = now()),
    tag AS (
        INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
        SELECT :tenant, tag, conversation_id FROM {TAGS.rows} {on_conflict}),
    field AS (
        INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
        SELECT :tenant, name, value, conversation_id FROM {FIELDS.rows} {on_conflict})
    INSERT INTO messages (tenant_id, id, conversation_id, kind, text, provider_message_id, sender, automatic,
                          attachments, created_at)
    SELECT :tenant, {id_at("place")}, conversation_id, 'customer_message', text, provider_message_id, sender, automatic,
           attachments, created_at
    FROM {MESSAGES.rows}
    RETURNING id, conversation_id
    """)  # noqa: S608 - built from constants


_STORE_NEW = _store("")
_STORE_SOME = _store("ON CONFLICT DO NOTHING")

"""Importing conversations, set-based: what some lines refer to is loaded and locked, and the changes are written."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa

from app.conversations.import_chunk import Chunk
from app.conversations.import_line import ConversationLine
from app.conversations.known_accounts import KnownAccount, KnownAccounts
from app.conversations.sql.customer_messages import add_messages
from app.conversations.sql.import_rows import CONTACT_TEXTS, CONVERSATION_TEXTS, Columns, Owned, Rows, written
from app.conversations.unnamed_contacts import named_contacts, possible_contacts
from app.domain.accounts import region_of
from app.domain.conversation import Contact, Conversation, MessageKey, message_key, spelled
from app.domain.outbox import ConversationUpdated, EventType, MessageCreated, OutboxEntry
from app.domain.words import Channel
from app.store.conversations import lock_conversations, read_contact
from app.store.erased_addresses import wait_for_erasures
from app.store.outbox import publish
from app.store.plans import SOME_TENANT, plan_by_key
from app.store.text_arrays import text_arrays
from app.store.transactions import TenantTx

# Two imports of one tenant with the same new conversation must not both find it missing.
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('import ' || CAST(:tenant AS text), 0))")


async def load_chunk(tx: TenantTx, lines: Sequence[ConversationLine]) -> Chunk:
    """Load what these lines refer to, locked until the transaction ends."""
    await tx.rows(_ONE_AT_A_TIME, tenant=str(tx.tenant))
    await wait_for_erasures(tx)
    await plan_by_key(tx)
    accounts = await _load_accounts(tx)
    conversations = await lock_conversations(tx, [line.external_id for line in lines])
    held = {conversation.contact for conversation in conversations.values()}
    contacts = await _load_contacts(tx, held | named_contacts(lines))
    contacts |= await _load_contacts(tx, possible_contacts(lines, conversations, contacts, accounts))
    return Chunk(
        accounts=accounts,
        conversations=conversations,
        contacts=contacts,
        known=await _known_messages(tx, lines, conversations),
        stored=dict(conversations),
        ids={key: each.id for key, each in conversations.items() if each.id is not None},
        used_elsewhere=await _used_elsewhere(tx, conversations, _may_be_left(lines, held, contacts)),
    )


# A deleted account keeps its row, and is missing here.
_ACCOUNTS = sa.text("""
    SELECT a.key, a.channel, a.config FROM channel_accounts a JOIN channel_account_routes r ON r.account_id = a.id
    WHERE a.tenant_id = :tenant ORDER BY a.created_at
""")


async def _load_accounts(tx: TenantTx) -> KnownAccounts:
    rows = await tx.rows(_ACCOUNTS)
    return KnownAccounts({row.key: KnownAccount(Channel(row.channel), region_of(row.config)) for row in rows})


# Each by its key, in the order of the list.
_CONTACTS = sa.text(f"""
    SELECT k.* FROM unnest(CAST(:external_ids AS text[])) AS wanted (external_id)
    CROSS JOIN LATERAL (
        SELECT external_id, name, first_name, email, phone, opted_out, custom_fields, unnamed FROM contacts
        WHERE tenant_id = {SOME_TENANT} AND external_id = wanted.external_id LIMIT 1 FOR NO KEY UPDATE) k
""")  # noqa: S608 - built from constants


async def _load_contacts(tx: TenantTx, external_ids: Collection[str]) -> dict[str, Contact]:
    if not external_ids:
        return {}
    rows = await tx.rows(_CONTACTS, external_ids=sorted(external_ids))
    return {row.external_id: read_contact(row) for row in rows}


_USED_ELSEWHERE = sa.text(f"""
    SELECT k.external_id FROM contacts k
    WHERE k.tenant_id = {SOME_TENANT} AND k.external_id = ANY (CAST(:contacts AS text[])) AND EXISTS (
        SELECT FROM conversations c
        WHERE c.tenant_id = {SOME_TENANT} AND c.contact_id = k.id AND c.id <> ALL (CAST(:besides AS uuid[])))
""")  # noqa: S608 - built from constants


async def _used_elsewhere(
    tx: TenantTx, conversations: Mapping[str, Conversation], contacts: Sequence[str]
) -> frozenset[str]:
    """Return which of these contacts have other conversations."""
    if not contacts:
        return frozenset()
    besides = [each.id for each in conversations.values()]
    rows = await tx.rows(_USED_ELSEWHERE, contacts=contacts, besides=besides)
    return frozenset(row.external_id for row in rows)


def _may_be_left(lines: Sequence[ConversationLine], held: Set[str], contacts: Mapping[str, Contact]) -> list[str]:
    """Return the contacts without an id that a conversation may leave.

    One of which there are several lines may come to any contact, and go again.
    """
    repeated = len({line.external_id for line in lines}) < len(lines)
    return sorted(key for key, each in contacts.items() if each.unnamed and (repeated or key in held))


_KNOWN = sa.text(f"""
    SELECT w.n FROM jsonb_to_recordset(CAST(:wanted AS jsonb))
        AS w (n int, conversation_id uuid, provider_message_id text, text text, sent_at timestamptz)
    CROSS JOIN LATERAL (
        SELECT FROM messages m
        WHERE m.tenant_id = {SOME_TENANT} AND m.conversation_id = w.conversation_id AND m.kind = 'customer_message'
          AND (m.provider_message_id = w.provider_message_id
               OR (w.provider_message_id IS NULL AND m.provider_message_id IS NULL AND m.text = w.text
                   AND (m.created_at = w.sent_at IS NOT FALSE OR w.sent_at > now())))
        LIMIT 1) known
""")  # noqa: S608 - built from constants


async def _known_messages(
    tx: TenantTx, lines: Sequence[ConversationLine], conversations: Mapping[str, Conversation]
) -> set[tuple[str, MessageKey]]:
    wanted = [
        (line.external_id, message_key(spelled(line.message, line.given.get("channel", stored.channel))))
        for line in lines
        if line.message is not None and (stored := conversations.get(line.external_id)) is not None
    ]
    if not wanted:
        return set()
    rows = [
        {"n": n, "conversation_id": conversations[external_id].id, **asdict(key)}
        for n, (external_id, key) in enumerate(wanted)
    ]
    return {wanted[row.n] for row in await tx.rows(_KNOWN, wanted=written(rows))}


async def store_rows(tx: TenantTx, rows: Rows) -> None:
    """Write what some lines have changed, and publish it."""
    changes, ids = rows.changes, rows.changes.ids
    await _vacate(tx, changes.left)
    if rows.contacts:
        await tx.rows(_STORE_CONTACTS, **rows.contacts)
    if rows.conversations:
        stored = await tx.rows(_STORE_CONVERSATIONS, **rows.conversations)
        ids |= {row.external_id: row.id for row in stored}
        known = [row.id for row in stored if not row.is_new]
        await _store_tags(tx, known, _with_ids(ids, rows.tags))
        await _store_fields(tx, known, _with_ids(ids, rows.fields))
    added = await add_messages(tx, [ids[key] for key in rows.messages.of], rows.messages.columns)
    created = [message for message in added if message.conversation_id in changes.published]
    await publish(tx, _news(created, changes.updates))


def _with_ids(ids: Mapping[str, UUID], rows: Owned) -> Columns:
    return {"ids": [ids[key] for key in rows.of], **rows.columns}


def _news(created: Sequence[MessageCreated], updates: Sequence[ConversationUpdated]) -> list[OutboxEntry]:
    told = ((EventType.MESSAGE_CREATED, created), (EventType.CONVERSATION_UPDATED, updates))
    return [OutboxEntry(type_, subjects=subjects) for type_, subjects in told if subjects]


# Its row stays, because deliveries refer to it; its personal data is cleared.
_VACATE = sa.text("""
    UPDATE contacts SET external_id = 'left:' || id, name = NULL, first_name = NULL, email = NULL, phone = NULL,
           email_key = NULL, phone_key = NULL, custom_fields = '{}', unnamed = false, updated_at = now()
    WHERE tenant_id = :tenant AND external_id = ANY (CAST(:external_ids AS text[]))
""")


async def _vacate(tx: TenantTx, external_ids: Sequence[str]) -> None:
    """Free the address of a contact without an id that has left it, for a newcomer."""
    if external_ids:
        await tx.rows(_VACATE, external_ids=external_ids)


_STORE_CONTACTS = sa.text(f"""
    INSERT INTO contacts (tenant_id, external_id, name, first_name, email, phone, email_key, phone_key, opted_out,
                          custom_fields, unnamed)
    SELECT :tenant, external_id, name, first_name, email, phone, email_key, phone_key, opted_out,
           CAST(custom_fields AS jsonb), unnamed
    FROM unnest({text_arrays(CONTACT_TEXTS)}, CAST(:opted_out AS boolean[]), CAST(:unnamed AS boolean[]))
        AS r ({", ".join(CONTACT_TEXTS)}, opted_out, unnamed)
    ON CONFLICT (tenant_id, external_id) DO UPDATE
    SET name = excluded.name, first_name = excluded.first_name, email = excluded.email, phone = excluded.phone,
        email_key = excluded.email_key, phone_key = excluded.phone_key, opted_out = excluded.opted_out,
        custom_fields = excluded.custom_fields, updated_at = now()
""")  # noqa: S608 - built from constants


_STORE_CONVERSATIONS = sa.text(f"""
    INSERT INTO conversations (tenant_id, external_id, human_id, channel, account_id, contact_id, address,
                               address_key, status, engagement, subject, team, assignee, custom_fields, created_at,
                               last_customer_message_at, reply_to_message_id, reply_references)
    SELECT :tenant, r.external_id, r.human_id, r.channel, a.id, k.id, r.address, r.address_key,
           r.status, r.engagement, r.subject, r.team, r.assignee, CAST(r.custom_fields AS jsonb), r.created_at,
           r.last_customer_message_at, r.reply_to_message_id,
           ARRAY(SELECT jsonb_array_elements_text(CAST(r.reply_references AS jsonb)))
    FROM unnest({text_arrays(CONVERSATION_TEXTS)}, CAST(:created_at AS timestamptz[]),
                CAST(:last_customer_message_at AS timestamptz[]))
        AS r ({", ".join(CONVERSATION_TEXTS)}, created_at, last_customer_message_at)
    CROSS JOIN LATERAL (SELECT id FROM contacts
                        WHERE tenant_id = {SOME_TENANT} AND external_id = r.contact LIMIT 1) k
    LEFT JOIN channel_accounts a ON a.tenant_id = :tenant AND a.key = r.channel_account
    ON CONFLICT (tenant_id, external_id) DO UPDATE
    SET human_id = excluded.human_id, channel = excluded.channel, account_id = excluded.account_id,
        contact_id = excluded.contact_id, address = excluded.address,
        address_key = excluded.address_key, status = excluded.status,
        engagement = excluded.engagement, subject = excluded.subject, team = excluded.team,
        assignee = excluded.assignee, custom_fields = excluded.custom_fields, created_at = excluded.created_at,
        last_customer_message_at = excluded.last_customer_message_at,
        reply_to_message_id = excluded.reply_to_message_id, reply_references = excluded.reply_references,
        updated_at = now()
    RETURNING external_id, id, xmax = 0 AS is_new
""")  # noqa: S608 - built from constants

_DROP_TAGS = sa.text(f"""
    DELETE FROM conversation_tags t
    WHERE t.tenant_id = :tenant AND t.conversation_id = ANY (CAST(:conversations AS uuid[]))
      AND NOT EXISTS (SELECT FROM unnest(CAST(:ids AS uuid[]), {text_arrays(["tags"])}) AS kept (id, tag)
                      WHERE kept.id = t.conversation_id AND kept.tag = t.tag)
""")  # noqa: S608 - built from constants
_INSERT_TAGS = f"""
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT :tenant, tag, id FROM unnest(CAST(:ids AS uuid[]), {text_arrays(["tags"])}) AS kept (id, tag)
"""  # noqa: S608 - built from constants
_ADD_TAGS = sa.text(_INSERT_TAGS)
_ADD_MISSING_TAGS = sa.text(f"{_INSERT_TAGS} ON CONFLICT DO NOTHING")


async def _store_tags(tx: TenantTx, known: Sequence[UUID], tags: Columns) -> None:
    """Store the tags of conversations. Those that were `known` before have some already, and others are removed."""
    if known:
        await tx.rows(_DROP_TAGS, conversations=known, **tags)
    if tags["ids"]:
        await tx.rows(_ADD_MISSING_TAGS if known else _ADD_TAGS, **tags)


_FIELDS = ("names", "field_values")
_DROP_FIELDS = sa.text(f"""
    DELETE FROM conversation_fields f
    WHERE f.tenant_id = :tenant AND f.conversation_id = ANY (CAST(:conversations AS uuid[]))
      AND NOT EXISTS (SELECT FROM unnest(CAST(:ids AS uuid[]), {text_arrays(_FIELDS)}) AS kept (id, name, value)
                      WHERE kept.id = f.conversation_id AND kept.name = f.name AND kept.value = f.value)
""")  # noqa: S608 - built from constants
_INSERT_FIELDS = f"""
    INSERT INTO conversation_fields (tenant_id, name, value, conversation_id)
    SELECT :tenant, name, value, id
    FROM unnest(CAST(:ids AS uuid[]), {text_arrays(_FIELDS)}) AS kept (id, name, value)
"""  # noqa: S608 - built from constants
_ADD_FIELDS = sa.text(_INSERT_FIELDS)
_ADD_MISSING_FIELDS = sa.text(f"{_INSERT_FIELDS} ON CONFLICT DO NOTHING")


async def _store_fields(tx: TenantTx, known: Sequence[UUID], fields: Columns) -> None:
    """Store the custom fields of conversations as `_store_tags` does."""
    if known:
        await tx.rows(_DROP_FIELDS, conversations=known, **fields)
    if fields["ids"]:
        await tx.rows(_ADD_MISSING_FIELDS if known else _ADD_FIELDS, **fields)

"""What the lines of an import refer to, loaded and locked before they apply."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from app.conversations.import_chunk import Chunk, RowIds
from app.conversations.import_line import ConversationLine
from app.conversations.known_accounts import KnownAccount, KnownAccounts
from app.conversations.sql.import_rows import written
from app.conversations.unnamed_contacts import named_contacts, possible_contacts
from app.domain.accounts import region_of
from app.domain.conversation import Contact, Conversation, MessageKey, message_key, spelled
from app.domain.words import Channel
from app.store.conversations import lock_conversations, read_contact
from app.store.erased_addresses import wait_for_erasures
from app.store.new_ids import ids_after
from app.store.plans import SOME_TENANT, plan_by_key
from app.store.transactions import TenantTx

# Two imports of one tenant with the same new conversation must not both find it missing. The ids of new rows are made
# from the one that is made once it is this import's turn: so they come after those of the import before it.
_ONE_AT_A_TIME = sa.text("""
    SELECT pg_advisory_xact_lock(hashtextextended('import ' || CAST(:tenant AS text), 0)), uuidv7() AS id
""")


async def load_chunk(tx: TenantTx, lines: Sequence[ConversationLine]) -> Chunk:
    """Load what these lines refer to, locked until the transaction ends."""
    [turn] = await tx.rows(_ONE_AT_A_TIME, tenant=str(tx.tenant))
    await wait_for_erasures(tx)
    await plan_by_key(tx)
    accounts = await _load_accounts(tx)
    conversations = await lock_conversations(tx, [line.external_id for line in lines])
    held = {conversation.contact for conversation in conversations.values()}
    rows = await _load_contacts(tx, held | named_contacts(lines))
    contacts = {row.external_id: read_contact(row) for row in rows}
    rows += await _load_contacts(tx, possible_contacts(lines, conversations, contacts, accounts))
    contacts = {row.external_id: read_contact(row) for row in rows}
    new_ids = ids_after(turn.id)
    return Chunk(
        accounts=accounts,
        conversations=conversations,
        contacts=contacts,
        known=await _known_messages(tx, lines, conversations),
        stored=dict(conversations),
        ids=RowIds({key: str(each.id) for key, each in conversations.items()}, new_ids),
        contact_ids=RowIds({row.external_id: str(row.id) for row in rows}, new_ids),
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
        SELECT id, external_id, name, first_name, email, phone, opted_out, custom_fields, unnamed FROM contacts
        WHERE tenant_id = {SOME_TENANT} AND external_id = wanted.external_id LIMIT 1 FOR NO KEY UPDATE) k
""")  # noqa: S608 - built from constants


async def _load_contacts(tx: TenantTx, external_ids: Collection[str]) -> list[Any]:
    return await tx.rows(_CONTACTS, external_ids=sorted(external_ids)) if external_ids else []


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

"""Erases a contact's personal data, set-based.

Rows, ids, statuses, times and billed units stay, so counts do not change.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.erased_addresses import ERASED_TEXT, AddressDigests, BlockedPlace, addresses_of
from app.domain.words import Channel, DeliveryId, ReasonCode
from app.store.erased_addresses import begin_erasure, in_short
from app.store.transactions import TenantTx

SHORTEST_NEEDLE: Final = 6
"""A shorter address matches in reports only as a whole text: as a part it would match anything."""


@dataclass(frozen=True, slots=True)
class HeldContact:
    """A contact with everything that identifies it, locked until the transaction ends."""

    id: UUID
    opted_out: bool
    addresses: frozenset[BlockedPlace] = field(repr=False)
    former: frozenset[BlockedPlace] = field(repr=False)
    """Addresses it had before."""
    spellings: frozenset[str] = field(repr=False)
    """How providers may spell these addresses in their reports."""
    conversations: Sequence[UUID]
    deliveries: Mapping[DeliveryId, DeliveryStatus]

    def deliveries_in(self, status: DeliveryStatus) -> list[DeliveryId]:
        return [id_ for id_, each in self.deliveries.items() if each is status]


_FIND = sa.text("""
    SELECT id FROM contacts WHERE tenant_id = :tenant AND (id = CAST(:id AS uuid) OR external_id = :name)
    ORDER BY external_id = :name DESC LIMIT 1
""")
# A delivery keeps its contact, but a helpdesk that merges two contacts moves a conversation. Read by mass reply, which
# has an index: a tenant has many deliveries and few mass replies.
_DELIVERIES = """
    SELECT d.id, d.status, d.channel, d.address, d.address_key FROM deliveries d
    WHERE d.tenant_id = :tenant AND d.id = ANY (ARRAY(
        SELECT own.id FROM deliveries own WHERE own.tenant_id = :tenant AND own.contact_id = :contact
        UNION
        SELECT came.id FROM mass_replies m
        CROSS JOIN (SELECT id FROM conversations WHERE tenant_id = :tenant AND contact_id = :contact) c
        JOIN deliveries came ON came.tenant_id = :tenant AND came.mass_reply_id = m.id AND came.conversation_id = c.id
        WHERE m.tenant_id = :tenant))
    ORDER BY d.id
"""
_CONVERSATIONS = """
    SELECT id, channel, address, address_key FROM conversations WHERE tenant_id = :tenant AND contact_id = :contact
    ORDER BY id
"""
_ALIASES = sa.text("""
    SELECT alias FROM address_links WHERE tenant_id = :tenant AND address_key = ANY (CAST(:keys AS text[]))
""")
_CONTACT = """
    SELECT email, phone, opted_out FROM contacts WHERE tenant_id = :tenant AND id = :contact
"""
_READ = tuple(map(sa.text, (_DELIVERIES, _CONVERSATIONS, _CONTACT)))
_HOLD = tuple(
    sa.text(f"{read} FOR {lock}")
    for read, lock in ((_DELIVERIES, "NO KEY UPDATE"), (_CONVERSATIONS, "NO KEY UPDATE"), (_CONTACT, "UPDATE"))
)


async def hold_contact(tx: TenantTx, name: str) -> HeldContact | None:
    """Lock a contact, by our id or its external id, in the lock order of claims, records and imports. None if unknown.

    Deliveries come first: recording a result writes to the conversation after its delivery. Their keys are not locked:
    a mass reply that begins tells the timelines of those it skips, and this waits for it afterwards.
    """
    await begin_erasure(tx)
    async with in_short():
        return await _find(tx, name, _HOLD)


async def _find(tx: TenantTx, name: str, statements: Sequence[sa.TextClause]) -> HeldContact | None:
    contact = await tx.scalar(_FIND, id=_as_id(name), name=name)
    if contact is None:
        return None
    deliveries, conversations, contacts = [list(await tx.execute(each, contact=contact)) for each in statements]
    if not contacts:
        return None
    row = contacts[0]
    own, written = [*addresses_of(row.email, row.phone), *_read(conversations)], list(_read(deliveries))
    addresses = frozenset(map(BlockedPlace.of, own))
    former = frozenset(map(BlockedPlace.of, written)) - addresses
    spellings = frozenset(spelling for each in (*own, *written) for spelling in each.spellings)
    aliases = await tx.scalars(_ALIASES, keys=[each.key for each in addresses | former])
    return HeldContact(
        id=contact,
        opted_out=row.opted_out,
        addresses=addresses,
        former=former,
        spellings=spellings | frozenset(aliases),
        conversations=[each.id for each in conversations],
        deliveries={each.id: DeliveryStatus(each.status) for each in deliveries},
    )


def _read(rows: Iterable[Any]) -> Iterator[Address]:
    """Return the addresses in rows, with the keys under which they are stored."""
    for row in rows:
        if row.address:
            address = Address.read(Channel(row.channel), row.address)
            yield replace(address, key=row.address_key or address.key)


def _as_id(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


_REASONS = sa.text("""
    SELECT DISTINCT ON (b.channel, b.address) b.channel, b.address, b.reason
    FROM unnest(CAST(:channels AS text[]), CAST(:addresses AS text[])) AS v (channel, address)
    JOIN blocked_addresses b ON b.tenant_id = :tenant AND b.channel = v.channel AND b.address = v.address
    WHERE b.lifted_at IS NULL
    ORDER BY b.channel, b.address, b.reason = 'bounced', b.reason
""")
_KEEP_DIGESTS = sa.text("""
    INSERT INTO erased_blocks (tenant_id, channel, address_digest, reason)
    SELECT :tenant, v.channel, v.digest, v.reason
    FROM unnest(CAST(:channels AS text[]), CAST(:digests AS bytea[]), CAST(:reasons AS text[]))
         AS v (channel, digest, reason)
    ON CONFLICT DO NOTHING
""")
# If another contact has the same address, it is known anyway and must stay blocked for them.
_FORGET_BLOCKED = sa.text("""
    DELETE FROM blocked_addresses b
    USING unnest(CAST(:channels AS text[]), CAST(:addresses AS text[])) AS v (channel, address)
    WHERE b.tenant_id = :tenant AND b.channel = v.channel AND b.address = v.address
      AND NOT EXISTS (SELECT FROM conversations c
                      WHERE c.tenant_id = :tenant AND c.channel = v.channel AND c.address_key = v.address
                        AND c.contact_id <> :contact)
      AND NOT EXISTS (SELECT FROM contacts k
                      WHERE k.tenant_id = :tenant AND k.id <> :contact
                        AND v.address IN (k.email_key, k.phone_key))
""")


async def keep_blocked(tx: TenantTx, contact: HeldContact, digests: AddressDigests) -> None:
    """Keep every block as a digest. If the contact opted out altogether, block all its addresses."""
    named = sorted(contact.addresses | contact.former, key=lambda each: (each.channel, each.key))
    columns = {"channels": [a.channel for a in named], "addresses": [a.key for a in named]}
    rows = await tx.execute(_REASONS, **columns)
    reasons = {BlockedPlace(Channel(row.channel), row.address): row.reason for row in rows}
    if contact.opted_out:
        reasons = {place: str(ReasonCode.OPTED_OUT) for place in contact.addresses} | reasons
    kept = {
        "channels": [place.channel for place in reasons],
        "digests": [digests.of(tx.tenant, place) for place in reasons],
        "reasons": list(reasons.values()),
    }
    await tx.execute(_KEEP_DIGESTS, **kept)
    await tx.execute(_FORGET_BLOCKED, contact=contact.id, **columns)


_SAMPLE_LEFT = """
    coalesce((SELECT jsonb_agg(s) FROM jsonb_array_elements({document} -> 'samples') s
              WHERE s ->> 'conversation_id' <> ALL (CAST(CAST(:conversations AS uuid[]) AS text[]))), '[]')
"""
_OF_BATCHES = """
    tenant_id = :tenant AND {column} IN (SELECT mass_reply_id FROM deliveries
                                         WHERE tenant_id = :tenant AND id = ANY (CAST(:deliveries AS uuid[])))
"""


def _without_samples(table: str, column: str, key: str) -> str:
    """Return a statement that removes the contact's rendered samples from a preflight."""
    left = _SAMPLE_LEFT.format(document=column)
    return f"""
        UPDATE {table} SET {column} = jsonb_set({column}, '{{samples}}', {left})
        WHERE {_OF_BATCHES.format(column=key)} AND jsonb_typeof({column} -> 'samples') = 'array'
    """  # noqa: S608 - built from constants


_ANSWERED = "CAST(answer AS jsonb) -> 'preflight'"

_SCRUB = (
    # A provider's words may quote an address, and notes quote the provider. People's decisions stay as written.
    """UPDATE messages SET text = :text, html = NULL, attachments = '[]', sender = NULL,
              provider_message_id = CASE WHEN kind <> 'customer_message' THEN provider_message_id
                                         ELSE 'erased:' || id END
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM address_links WHERE tenant_id = :tenant AND address_key = ANY (CAST(:keys AS text[]))""",
    """UPDATE conversations SET address = NULL, address_key = NULL, subject = NULL, custom_fields = '{}',
              reply_to_message_id = NULL, reply_references = '{}', updated_at = now()
       WHERE tenant_id = :tenant AND id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM conversation_fields
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """DELETE FROM chat_token_routes
       WHERE tenant_id = :tenant AND token_hash IN (
           SELECT token_hash FROM chat_sessions
           WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[])))""",
    """DELETE FROM chat_sessions
       WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))""",
    """UPDATE contacts SET external_id = 'erased:' || id, name = NULL, first_name = NULL, email = NULL, phone = NULL,
              email_key = NULL, phone_key = NULL, custom_fields = '{}', unnamed = false,
              erased_at = coalesce(erased_at, now()), updated_at = now()
       WHERE tenant_id = :tenant AND id = :contact""",
    """UPDATE delivery_attempts SET text = CASE WHEN text IS NOT NULL THEN :text END, html = NULL, evidence = NULL
       WHERE tenant_id = :tenant AND delivery_id = ANY (CAST(:deliveries AS uuid[]))""",
    """UPDATE receipts SET raw = '{}', reason_detail = NULL, recipient = NULL,
              settled_at = CASE WHEN recipient IS NULL THEN settled_at ELSE coalesce(settled_at, now()) END,
              event_key = CASE WHEN lower(event_key) LIKE ANY (CAST(:parts AS text[])) THEN 'erased:' || id
                               ELSE event_key END
       WHERE tenant_id = :tenant AND id = ANY (CAST(:reports AS uuid[]))""",
    """UPDATE deliveries SET address = NULL, address_key = NULL, subject = NULL, retryable = false, updated_at = now(),
              reason_detail = CASE WHEN reason_detail IS NULL OR reason_code = :reason THEN reason_detail ELSE :text END
       WHERE tenant_id = :tenant AND id = ANY (CAST(:deliveries AS uuid[]))""",
    _without_samples("mass_replies", "preflight", "id"),
    _without_samples("selection_pages", "preflight", "mass_reply_id"),
    f"""UPDATE idempotency_records
        SET answer = CAST(jsonb_set(CAST(answer AS jsonb), '{{preflight,samples}}',
                                    {_SAMPLE_LEFT.format(document=_ANSWERED)}) AS text)
        WHERE {_OF_BATCHES.format(column="mass_reply_id")}
          AND jsonb_typeof({_ANSWERED} -> 'samples') = 'array'""",  # noqa: S608 - built from constants
)


# A report may name only the conversation, or an address that a customer wrote from and nobody ever wrote to.
_SENDERS = sa.text("""
    SELECT DISTINCT sender FROM messages
    WHERE tenant_id = :tenant AND conversation_id = ANY (CAST(:conversations AS uuid[]))
      AND kind = 'customer_message' AND sender <> ''
""")
_NAMES = sa.text("""
    SELECT unnest(ARRAY[id::text, external_id]) FROM conversations
    WHERE tenant_id = :tenant AND id = ANY (CAST(:conversations AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Needles:
    """What a report about a contact holds, in lower case."""

    parts: frozenset[str] = field(repr=False)
    """LIKE patterns. Each report is compared with each of them: they are few, the contact's addresses."""
    whole: frozenset[str] = field(repr=False)
    """Whole texts, each a JSON string of its own in a report: the names of the contact's conversations, maybe many."""

    def __le__(self, other: "Needles") -> bool:
        return self.parts <= other.parts and self.whole <= other.whole


async def _needles(tx: TenantTx, contact: HeldContact) -> Needles:
    values = {"conversations": contact.conversations}
    senders = await tx.scalars(_SENDERS, **values)
    names = {name.lower() for name in await tx.scalars(_NAMES, **values) if name}
    addresses = {spelling.lower() for spelling in contact.spellings | set(senders)}
    plain = {name for name in names if _written(name) == f'"{name}"'}
    return Needles(frozenset({*map(_needle, addresses), *map(_whole, names - plain)}), frozenset(plain))


@dataclass(frozen=True, slots=True)
class Reports:
    """Providers' reports about a contact that were found by some needles and deliveries."""

    needles: Needles
    deliveries: frozenset[DeliveryId]
    found: Sequence[UUID]
    until: UUID | None
    """Reports with a later id are to be searched again: who stores one has ended after a minute."""


NO_REPORTS: Final = Reports(Needles(frozenset(), frozenset()), frozenset(), (), None)

REPORTS_AT_ONCE: Final = 50_000
"""Reports that one statement searches. A tenant's may be millions, and a statement of a request ends after a minute."""
_BEFORE_ALL: Final = UUID(int=0)

_A_MINUTE_AGO = sa.text("SELECT uuidv7(interval '-1 minute')")
_LAST_OF_PAGE = sa.text("""
    SELECT id FROM receipts WHERE tenant_id = :tenant AND id > :after ORDER BY id OFFSET :size - 1 LIMIT 1
""")
# Split at the quotes, a report holds each of its JSON strings as a word. An aggregate looks each word up in one hash
# table; as a condition of its own, PostgreSQL could make the table anew for each report.
_ABOUT = sa.text("""
    SELECT r.id FROM receipts r CROSS JOIN LATERAL (SELECT lower(r.raw::text) AS said OFFSET 0) t
    WHERE r.tenant_id = :tenant AND r.id > :after AND (CAST(:last AS uuid) IS NULL OR r.id <= :last)
      AND (r.delivery_id = ANY (CAST(:deliveries AS uuid[]))
           OR r.provider_message_id IN (SELECT provider_message_id FROM deliveries
                                        WHERE tenant_id = :tenant AND id = ANY (CAST(:deliveries AS uuid[])))
           OR t.said LIKE ANY (CAST(:parts AS text[]))
           OR (SELECT bool_or(word IN (SELECT unnest(CAST(:whole AS text[]))))
               FROM unnest(string_to_array(t.said, '"')) AS word))
""")


async def search_reports(tx: TenantTx, name: str) -> Reports:
    """Find the reports about a contact while nobody waits for the erasure: all of the tenant's are read."""
    contact = await _find(tx, name, _READ)
    return NO_REPORTS if contact is None else await _reports(tx, contact, await _needles(tx, contact), NO_REPORTS)


async def _reports(tx: TenantTx, contact: HeldContact, needles: Needles, known: Reports) -> Reports:
    """Search only what was stored since, unless the contact is known by more than before."""
    deliveries = frozenset(contact.deliveries)
    until: UUID = await tx.scalar(_A_MINUTE_AGO)
    covered = known.until is not None and needles <= known.needles and deliveries <= known.deliveries
    found, after = (list(known.found), known.until) if covered else ([], _BEFORE_ALL)
    values = {
        "parts": sorted(needles.parts),
        "whole": sorted(needles.whole),
        "deliveries": sorted(deliveries),
    }
    while after is not None:
        last: UUID | None = await tx.scalar(_LAST_OF_PAGE, after=after, size=REPORTS_AT_ONCE)
        found += await tx.scalars(_ABOUT, after=after, last=last, **values)
        after = last
    return Reports(needles, deliveries, found, until)


async def scrub(tx: TenantTx, contact: HeldContact, known: Reports = NO_REPORTS) -> None:
    """Remove everything that identifies the contact, and every text. Rows that are counted stay."""
    needles = await _needles(tx, contact)
    reports = await _reports(tx, contact, needles, known)
    values: dict[str, Any] = {
        "tenant": tx.tenant,
        "contact": contact.id,
        "conversations": contact.conversations,
        "deliveries": list(contact.deliveries),
        "keys": [each.key for each in contact.addresses | contact.former],
        "parts": sorted(needles.parts),
        "reports": reports.found,
        "text": ERASED_TEXT,
        "reason": ReasonCode.CONTACT_ERASED,
    }
    for written in _SCRUB:
        statement = sa.text(written)
        named = statement.compile().params
        await tx.execute(statement, **{name: value for name, value in values.items() if name in named})


def _needle(address: str) -> str:
    """Return a LIKE pattern for an address in a provider's report. WhatsApp writes numbers without their `+`."""
    bare = address.removeprefix("+")
    return f"%{_literal(bare)}%" if len(bare) >= SHORTEST_NEEDLE else _whole(bare)


def _whole(text: str) -> str:
    """Return a LIKE pattern for a text in JSON that does not match a longer text that holds it."""
    return f"%{_literal(_written(text.lower()))}%"


def _written(text: str) -> str:
    """Return a text as it stands in JSON."""
    return json.dumps(text, ensure_ascii=False)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

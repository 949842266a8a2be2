"""Finds providers' reports about a contact, which name it in their own words: its addresses, ids and conversations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.compliance.sql.identified_contact import IdentifiedContact, find_contact
from app.domain.words import DeliveryId
from app.store.transactions import TenantTx

SHORTEST_NEEDLE: Final = 6
"""A shorter address matches in reports only as a whole text: as a part it would match anything."""

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


async def needles_of(tx: TenantTx, contact: IdentifiedContact) -> Needles:
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
    contact = await find_contact(tx, name)
    return (
        NO_REPORTS if contact is None else await reports_since(tx, contact, await needles_of(tx, contact), NO_REPORTS)
    )


async def reports_since(tx: TenantTx, contact: IdentifiedContact, needles: Needles, known: Reports) -> Reports:
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

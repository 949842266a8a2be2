"""A contact that is to be erased, with everything that identifies it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.addresses import Address
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.erased_addresses import BlockedPlace, addresses_of
from app.domain.words import Channel, DeliveryId
from app.store.erased_addresses import begin_erasure, in_short
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class IdentifiedContact:
    """A contact with everything that identifies it."""

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


async def hold_contact(tx: TenantTx, name: str, *, patient: bool = False) -> IdentifiedContact | None:
    """Lock a contact, by our id or its external id, in the lock order of claims, records and imports. None if unknown.

    Deliveries come first: recording a result writes to the conversation after its delivery. Their keys are not locked:
    a mass reply that begins tells the timelines of those it skips, and this waits for it afterwards.
    """
    await begin_erasure(tx)
    async with in_short(patient=patient):
        return await _found(tx, name, _HOLD)


async def find_contact(tx: TenantTx, name: str) -> IdentifiedContact | None:
    """Read a contact, by our id or its external id, without a lock. None if unknown."""
    return await _found(tx, name, _READ)


async def _found(tx: TenantTx, name: str, statements: Sequence[sa.TextClause]) -> IdentifiedContact | None:
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
    return IdentifiedContact(
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

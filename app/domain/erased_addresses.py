"""Erasing a contact: what it leaves behind, and how an address stays blocked that nobody knows any more."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.domain.addresses import PHONE_CHANNELS, Address
from app.domain.words import Channel, Reason, ReasonCode

ERASED_TEXT: Final = "[erased]"
"""What stands where a text was."""

CONTACT_ERASED: Final = Reason(
    ReasonCode.CONTACT_ERASED, "The contact's data was erased before this was sent.", retryable=False
)


@dataclass(frozen=True, slots=True)
class BlockedPlace:
    """An address as it is blocked: the same key is another place on each channel."""

    channel: Channel
    key: str = field(repr=False)

    @classmethod
    def of(cls, address: Address) -> "BlockedPlace":
        return cls(address.channel, address.key)


def addresses_of(email: str | None, phone: str | None) -> Iterable[Address]:
    """Where a contact may be written to who has these."""
    if email is not None:
        yield Address.read(Channel.EMAIL, email)
    if phone is not None:
        yield from (Address.read(channel, phone) for channel in sorted(PHONE_CHANNELS))


@dataclass(frozen=True, slots=True)
class AddressDigests:
    """Knows an address again without keeping it.

    Keyed, because ten thousand million phone numbers are tried in minutes; the key is in the database at most under a
    seal. A key that was replaced still knows those that were made with it.
    """

    secret_key: str = field(repr=False)
    former_keys: Sequence[str] = field(default=(), repr=False)

    def of(self, tenant: UUID, place: BlockedPlace) -> bytes:
        return _digest(self.secret_key, tenant, place)

    def possible(self, tenant: UUID, address: Address) -> Sequence[bytes]:
        """All that the address may be known by.

        Keys were made by other rules once, and a digest cannot be made anew: any spelling of the address knows it.
        """
        forms = {address.key} | {form for spelt in address.spellings for form in (spelt, spelt.lower())}
        places = [BlockedPlace(address.channel, form) for form in sorted(forms)]
        return [_digest(key, tenant, place) for key in (self.secret_key, *self.former_keys) for place in places]


def _digest(secret_key: str, tenant: UUID, place: BlockedPlace) -> bytes:
    named = b"erased:" + tenant.bytes + f"{place.channel}:{place.key}".encode()
    return hmac.new(secret_key.encode(), named, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure touched."""

    contact_id: UUID
    conversations: int
    deliveries: int
    cancelled: int
    """Deliveries that were still to be sent."""

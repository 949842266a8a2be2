"""Erasing a contact: what is left of it, and how an erased address stays blocked."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.domain.addresses import PHONE_CHANNELS, Address
from app.domain.words import Channel, Reason, ReasonCode

ERASED_TEXT: Final = "[erased]"
"""The placeholder for an erased text."""

CONTACT_ERASED: Final = Reason(
    ReasonCode.CONTACT_ERASED, "The contact's data was erased before this was sent.", retryable=False
)


@dataclass(frozen=True, slots=True)
class BlockedPlace:
    """A blocked address: the same key is another address on each channel."""

    channel: Channel
    key: str = field(repr=False)

    @classmethod
    def of(cls, address: Address) -> "BlockedPlace":
        return cls(address.channel, address.key)


def addresses_of(email: str | None, phone: str | None) -> Iterable[Address]:
    """Yield every address at which a contact with these may be reached."""
    if email is not None:
        yield Address.read(Channel.EMAIL, email)
    if phone is not None:
        yield from (Address.read(channel, phone) for channel in sorted(PHONE_CHANNELS))


@dataclass(frozen=True, slots=True)
class AddressDigests:
    """Recognises an address without storing it.

    Keyed, because all phone numbers can be tried in minutes. The key is in the database at most encrypted. A key that
    was replaced still recognises the digests that were made with it.
    """

    secret_key: str = field(repr=False)
    former_keys: Sequence[str] = field(default=(), repr=False)

    def of(self, tenant: UUID, place: BlockedPlace) -> bytes:
        return _digest(self.secret_key, tenant, place)

    def possible(self, tenant: UUID, address: Address) -> Sequence[bytes]:
        """Return every digest by which the address may be known.

        Keys were once made by other rules, and a digest cannot be made again: so any spelling of the address matches.
        """
        forms = {address.key} | {form for spelt in address.spellings for form in (spelt, spelt.lower())}
        places = [BlockedPlace(address.channel, form) for form in sorted(forms)]
        return [_digest(key, tenant, place) for key in (self.secret_key, *self.former_keys) for place in places]


def _digest(secret_key: str, tenant: UUID, place: BlockedPlace) -> bytes:
    named = b"erased:" + tenant.bytes + f"{place.channel}:{place.key}".encode()
    return hmac.new(secret_key.encode(), named, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure changed."""

    contact_id: UUID
    conversations: int
    deliveries: int
    cancelled: int
    """Deliveries that were not sent yet."""

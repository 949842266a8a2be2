"""Erasing a contact: what it leaves behind, and how an address stays blocked that nobody knows any more."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from app.domain.addresses import PHONE_CHANNELS, comparable
from app.domain.model import Channel, Reason, ReasonCode

ERASED_TEXT: Final = "[erased]"
"""What stands where a text was."""

CONTACT_ERASED: Final = Reason(
    ReasonCode.CONTACT_ERASED, "The contact's data was erased before this was sent.", retryable=False
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is written to: the same number is another address on each channel."""

    channel: Channel
    address: str = field(repr=False)

    @classmethod
    def spelled(cls, channel: Channel, address: str) -> "Address":
        """In the spelling in which addresses are blocked."""
        return cls(channel, comparable(channel, address))


def addresses_of(email: str | None, phone: str | None) -> Iterable[Address]:
    """Where a contact may be written to who has these."""
    if email is not None:
        yield Address.spelled(Channel.EMAIL, email)
    if phone is not None:
        yield from (Address.spelled(channel, phone) for channel in sorted(PHONE_CHANNELS))


@dataclass(frozen=True, slots=True)
class AddressDigests:
    """Knows an address again without keeping it.

    Keyed, because ten thousand million phone numbers are tried in minutes; the key is in the database at most under a
    seal. A key that was replaced still knows those that were made with it.
    """

    secret_key: str = field(repr=False)
    former_keys: Sequence[str] = field(default=(), repr=False)

    def of(self, tenant: UUID, address: Address) -> bytes:
        return _digest(self.secret_key, tenant, address)

    def possible(self, tenant: UUID, address: Address) -> Sequence[bytes]:
        """All that the address may be known by."""
        return [_digest(key, tenant, address) for key in (self.secret_key, *self.former_keys)]


def _digest(secret_key: str, tenant: UUID, address: Address) -> bytes:
    place = b"erased:" + tenant.bytes + f"{address.channel}:{address.address}".encode()
    return hmac.new(secret_key.encode(), place, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure touched."""

    contact_id: UUID
    conversations: int
    deliveries: int
    cancelled: int
    """Deliveries that were still to be sent."""

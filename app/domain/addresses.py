"""An address: what is stored, the key that its spellings share, and what goes on the wire.

Every place that asks whether two addresses are the same compares keys, and every place that sends uses `wire`. Nothing
else normalises. Keys are stored beside addresses, because PostgreSQL has to find people by them.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from app.domain.mailboxes import mailbox_spellings, read_mailbox_address
from app.domain.phone_numbers import ReadNumber, number_spellings, read_number
from app.domain.text.written import without_marks
from app.domain.words import Channel

PHONE_CHANNELS: Final = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})
"""Channels whose addresses are phone numbers: the same number is the same person on all of them."""

LONGEST: Final = 1_000
"""Characters. A longer text is no mailbox and no number, whatever name is beside it. Reading takes time that grows with
its square."""

_SHOWN_DIGITS: Final = 10
"""A shorter number is not shown in part: its ends would be most of it."""

_REMEMBERED: Final = 8_192
"""A batch reads each address several times in a row."""


# These two are not frozen: an import reads three addresses for each line, and a frozen one takes three times as long to
# make. Nobody changes one that is made.
@dataclass(slots=True, unsafe_hash=True)
class _Written:
    """What an address was read from."""

    text: str = field(repr=False)
    region: str | None
    private: bool


@dataclass(slots=True, unsafe_hash=True)
class Address:
    """Where a person is reached on a channel."""

    channel: Channel
    stored: str = field(repr=False)
    """As it was written, without what is not part of an address: invisible marks, `mailto:`, a display name."""
    key: str = field(repr=False)
    """Equal for every spelling of the same address on its channel."""
    _read_from: "_Written" = field(repr=False, compare=False)

    @classmethod
    def read(cls, channel: Channel, text: str, region: str | None = None, *, private: bool = False) -> "Address":
        """Read an address as people and providers write it. Never fails: an invalid one keeps its text and has no
        `wire`.

        `region` is the country (ISO 3166) in which national numbers of SMS and voice are read. `private` allows e-mail
        domains that only the tenant's own mail server knows, such as `.local`.
        """
        if not _is_too_long(channel, text):
            return _read(channel, text, region, private)
        left = without_marks(text)
        written = _Written(text, region, private)
        return cls(channel, left, left.lower() if channel is Channel.EMAIL else left, written)

    @property
    def wire(self) -> str | None:
        """As a provider takes it, or None if it is not a complete address.

        Computed on demand: most imported addresses are never written to, and this check is the slowest part.
        """
        return None if _is_too_long(self.channel, self._read_from.text) else _wire(self.channel, self._read_from)

    @property
    def family(self) -> str:
        """The kind of address, which several channels may share. Family and key identify a person."""
        return family_of(self.channel)

    @property
    def spellings(self) -> frozenset[str]:
        """The spellings that providers may use in their reports, the key included."""
        if self.channel is Channel.EMAIL:
            return mailbox_spellings(self.key) | {self.stored}
        return (number_spellings(self.key) if self.channel in PHONE_CHANNELS else frozenset({self.key})) | {self.stored}


def _is_too_long(channel: Channel, text: str) -> bool:
    return len(text) > LONGEST and (channel is Channel.EMAIL or channel in PHONE_CHANNELS)


@lru_cache(_REMEMBERED)
def _read(channel: Channel, text: str, region: str | None, private: bool) -> Address:
    written = _Written(text, region, private)
    if channel is Channel.EMAIL:
        mailbox = read_mailbox_address(written.text)
        return Address(channel, mailbox.stored, mailbox.key, written)
    if channel not in PHONE_CHANNELS:
        opaque = without_marks(written.text)
        return Address(channel, opaque, opaque, written)
    number = _number(channel, written)
    return Address(
        channel, number.stored, _whatsapp_key(number) if channel is Channel.WHATSAPP else number.key, written
    )


@lru_cache(_REMEMBERED)
def _wire(channel: Channel, written: _Written) -> str | None:
    if channel is Channel.EMAIL:
        return read_mailbox_address(written.text).wire(private=written.private)
    if channel not in PHONE_CHANNELS:
        opaque = without_marks(written.text)
        return opaque if opaque and opaque.isprintable() else None
    number = _number(channel, written)
    return _whatsapp_wire(number) if channel is Channel.WHATSAPP else number.dialled()


def _number(channel: Channel, written: _Written) -> ReadNumber:
    if channel is Channel.WHATSAPP:
        return read_number(written.text, None, bare_is_international=True)
    return read_number(written.text, written.region)


def _whatsapp_key(number: ReadNumber) -> str:
    return number.stored if number.international is None else number.key


def _whatsapp_wire(number: ReadNumber) -> str | None:
    """A WhatsApp id: a number, with or without its `+`, or the id of a person who hides their number."""
    if number.international is not None:
        return number.international
    is_id = number.stored.isascii() and number.stored[:1].isalpha() and number.stored.replace(".", "").isalnum()
    return number.stored if is_id else None


def masked(channel: Channel, stored: str) -> str | None:
    """Return enough of an address to tell people apart, as `a…@example.com` or `+14…100`.

    Return None if little would be left, or if the address is an id that only programs read.
    """
    if channel is Channel.EMAIL:
        before, at, domain = stored.rpartition("@")
        return f"{before[0]}…@{domain}" if before and at and domain else None
    is_number = channel in PHONE_CHANNELS and stored.removeprefix("+").isdigit()
    return f"{stored[:3]}…{stored[-3:]}" if is_number and len(stored) >= _SHOWN_DIGITS else None


def family_of(channel: Channel) -> str:
    return "phone" if channel in PHONE_CHANNELS else channel.value


def identity(address: Address) -> str:
    """Return the external id of a contact that has none: the same on all channels that share such addresses."""
    return f"{address.family}:{address.key}"


def email_key(email: str | None) -> str | None:
    """Return the key of a contact's e-mail address."""
    return None if email is None else Address.read(Channel.EMAIL, email).key


def phone_key(phone: str | None) -> str | None:
    """Return the key of a contact's phone number. Bare digits are read as WhatsApp reads them."""
    return None if phone is None else Address.read(Channel.WHATSAPP, phone).key

"""Addresses in one spelling, so that two mentions of the same customer meet.

An address is kept, and written to, in its `canonical` spelling. Whether two are the same is asked without regard to
case: here of their `comparable` spelling, and in SQL of `lower()`, which is what `conversations.address_key` holds. By
the standard the part before the @ is its host's own affair (RFC 5321 section 2.4); in practice Ann@ and ann@ are one.
Ids that a provider made up may differ in case alone: they block each other, and never share a conversation.
"""

import phonenumbers

from app.domain.model import Channel

PHONE_CHANNELS = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})


def canonical(channel: Channel, address: str) -> str:
    """Spell an address as it is stored and looked up; what is not valid stays as it was written."""
    address = address.strip()
    if channel is Channel.EMAIL:
        return _email(address)
    return e164(address) if channel in PHONE_CHANNELS else address


def comparable(channel: Channel, address: str) -> str:
    """Spell an address so that it equals every other mention of the same one on its channel."""
    return canonical(channel, address).lower()


def _email(address: str) -> str:
    # What is sent goes out with the part before the @ as it was written: the receiving host may want it so.
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def e164(number: str) -> str:
    """Write a phone number in E.164 where it is a valid international one; WhatsApp leaves its `+` out."""
    number = number.strip()
    try:
        read = phonenumbers.parse(f"+{number}" if number.isdecimal() else number, None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_valid_number(read):
        return number
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def identity(channel: Channel, address: str) -> str:
    """Name the contact behind an address that nobody gave an id: the same on all channels that share such addresses."""
    if channel is Channel.EMAIL:
        return f"email:{comparable(channel, address)}"
    return f"phone:{e164(address)}" if channel in PHONE_CHANNELS else f"{channel}:{address.strip()}"

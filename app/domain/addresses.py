"""Addresses in one spelling, so that two mentions of the same customer meet."""

import phonenumbers

from app.domain.model import Channel

PHONE_CHANNELS = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})


def canonical(channel: Channel, address: str) -> str:
    """Spell an address as it is stored and looked up; what is not valid stays as it was written."""
    address = address.strip()
    if channel is Channel.EMAIL:
        return _email(address)
    return e164(address) if channel in PHONE_CHANNELS else address


def _email(address: str) -> str:
    # Domains are case-insensitive (RFC 5321 section 2.4); the part before the @ belongs to the receiving host.
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
        return f"email:{address.strip().lower()}"
    return f"phone:{e164(address)}" if channel in PHONE_CHANNELS else f"{channel}:{address.strip()}"

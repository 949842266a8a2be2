"""Contacts to whom an import gives no id: the same address means the same contact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from app.conversations.import_line import ConversationLine
from app.conversations.known_accounts import KnownAccounts
from app.domain.addresses import PHONE_CHANNELS, Address, identity
from app.domain.conversation import Contact, Conversation
from app.domain.words import Channel


def unnamed_id(conversation: Conversation, contact: Contact) -> str:
    """Return the key of a contact without an id: the conversation's address, else the contact's own.

    Without any address the conversation's id is the key: such a contact cannot be reached, and is shared with no other
    conversation.
    """
    if conversation.address:
        return identity(Address.read(conversation.channel, conversation.address))
    by_kind = [_email_identity(contact.email)] if contact.email else []
    by_kind += [_phone_identity(contact.phone)] if contact.phone else []
    if conversation.channel in PHONE_CHANNELS:
        by_kind.reverse()
    return next(iter(by_kind), f"conversation:{conversation.external_id}")


def _email_identity(email: str) -> str:
    return identity(Address.read(Channel.EMAIL, email))


def _phone_identity(phone: str) -> str:
    return identity(Address.read(Channel.WHATSAPP, phone))


def named_contacts(lines: Iterable[ConversationLine]) -> set[str]:
    """Return the contacts that lines name."""
    return {line.contact.external_id for line in lines if line.contact is not None and line.contact.external_id}


def possible_contacts(
    lines: Sequence[ConversationLine],
    conversations: Mapping[str, Conversation],
    contacts: Mapping[str, Contact],
    accounts: KnownAccounts,
) -> set[str]:
    """Return every contact without an id that the lines may lead to, in whatever order they apply."""
    by_conversation = defaultdict[str, list[ConversationLine]](list)
    for line in lines:
        by_conversation[line.external_id].append(line)
    found = set[str]()
    for external_id, own_lines in by_conversation.items():
        stored = conversations.get(external_id)
        if stored is None and len(own_lines) == 1 and named_contacts(own_lines):
            continue
        contact = None if stored is None else contacts[stored.contact]
        nameless = any(line.contact is not None and line.contact.nameless for line in own_lines)
        if contact is None or contact.unnamed or nameless:
            found |= _possible_ids(external_id, own_lines, stored, contact, accounts)
    return found


def _possible_ids(
    external_id: str,
    lines: Sequence[ConversationLine],
    stored: Conversation | None,
    contact: Contact | None,
    accounts: KnownAccounts,
) -> set[str]:
    of_conversation = [line.given for line in lines] + ([_attributes(stored)] if stored else [])
    of_contact = [line.contact.given for line in lines if line.contact] + ([_attributes(contact)] if contact else [])
    channels = {given["channel"] for given in of_conversation if "channel" in given}
    addresses = {given["address"] for given in of_conversation if given.get("address")}
    emails = {given["email"] for given in of_contact if given.get("email")}
    phones = {given["phone"] for given in of_contact if given.get("phone")}
    by_address = {
        identity(Address.read(channel, address, region))
        for channel in channels
        for address in addresses
        for region in accounts.regions(channel)
    }
    by_contact = {*map(_email_identity, emails), *map(_phone_identity, phones)}
    return by_address | by_contact | {f"conversation:{external_id}"}


def _attributes(value: Conversation | Contact) -> Mapping[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}

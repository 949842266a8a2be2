"""What the lines of an import make of what is stored: applied one after the other, in memory.

The store loads what a chunk of lines speaks of, lets this module apply them, and writes what came out of it, set-based.
So each line sees what the lines before it did, and "unchanged" means that the line said nothing new.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.domain.addresses import PHONE_CHANNELS, canonical, e164, identity
from app.domain.conversation import (
    Contact,
    Conversation,
    CustomerMessage,
    MessageKey,
    message_key,
    receive,
    updated,
)
from app.domain.erasure import Address, addresses_of
from app.domain.events import ConversationUpdated
from app.domain.import_line import ContactLine, ConversationLine, FieldsPatch, InvalidLine
from app.domain.model import Channel


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def contact_id(line: ConversationLine) -> str:
    """Name the contact that a line would make: by its own id, else by how the channel reaches it, else by what it has.

    Without any of these the conversation's id stands for the contact: it cannot be reached and meets no other one.
    """
    contact = line.contact or ContactLine()
    if contact.external_id is not None:
        return contact.external_id
    channel, address = line.given.get("channel", Channel.OTHER), line.given.get("address")
    email, phone = contact.given.get("email"), contact.given.get("phone")
    by_kind = [identity(Channel.EMAIL, email)] if email else []
    by_kind += [identity(Channel.SMS, phone)] if phone else []
    if channel in PHONE_CHANNELS:
        by_kind.reverse()
    return next(iter([identity(channel, address)] if address else by_kind), f"conversation:{line.external_id}")


@dataclass(frozen=True, slots=True)
class NewMessage:
    external_id: str
    """The conversation's."""
    message: CustomerMessage


@dataclass(slots=True)
class Chunk:
    """What is stored of that which some lines speak of, and what they made of it so far."""

    accounts: Mapping[str, Channel]
    """The tenant's channel accounts by key."""
    conversations: dict[str, Conversation]
    """By external id."""
    contacts: dict[str, Contact]
    """By external id."""
    known: set[tuple[str, MessageKey]]
    """Messages by their conversation's external id."""
    stored: Mapping[str, Conversation] = field(default_factory=dict)
    """The conversations as they were before the first line; those that the lines make are not in here."""
    messages: list[NewMessage] = field(default_factory=list)
    changed_conversations: set[str] = field(default_factory=set)
    changed_contacts: set[str] = field(default_factory=set)

    def changed_addresses(self) -> list[Address]:
        """Where somebody may be written to now who perhaps could not be before."""
        conversations = (self.conversations[key] for key in self.changed_conversations)
        contacts = (self.contacts[key] for key in self.changed_contacts)
        own = [Address.spelled(each.channel, each.address) for each in conversations if each.address is not None]
        return own + [address for each in contacts for address in addresses_of(each.email, each.phone)]

    def apply(self, line: ConversationLine, now: datetime) -> Outcome:
        """Apply one line. Raises InvalidLine, and then nothing has changed."""
        before = self.conversations.get(line.external_id)
        contact = self._contact(line, before)
        conversation = self._conversation(line, before, contact, now)
        message = self._new_message(line)
        if message is not None:
            conversation = _received(conversation, line, message, now)
            self.messages.append(NewMessage(line.external_id, message))
            self.known.add((line.external_id, message_key(message)))
        changed = self._keep(conversation, before) | self._keep_contact(contact) | (message is not None)
        if before is None:
            return Outcome.CREATED
        return Outcome.UPDATED if changed else Outcome.UNCHANGED

    def updates(self) -> list[ConversationUpdated]:
        """What to tell others of the conversations that there were: a first import is no news, however large."""
        both = [
            (self.stored[key], self.conversations[key]) for key in sorted(self.changed_conversations & {*self.stored})
        ]
        told = [updated(before.id, before, after) for before, after in both if before.id is not None]
        return [each for each in told if each is not None]

    def _contact(self, line: ConversationLine, before: Conversation | None) -> Contact:
        named = line.contact is not None and line.contact.external_id is not None
        key = contact_id(line) if named or before is None else before.contact
        contact = _patched(self.contacts.get(key, Contact(key)), line.contact or ContactLine())
        address = line.given.get("address")
        return contact if named or before or not address else _reachable(contact, line.given.get("channel"), address)

    def _conversation(
        self, line: ConversationLine, before: Conversation | None, contact: Contact, now: datetime
    ) -> Conversation:
        given = {name: value for name, value in line.given.items() if (name, value) != ("created_at", None)}
        if before is None and "channel" not in given:
            raise InvalidLine("channel_required", "/channel: A new conversation needs its channel.")
        start = before or Conversation(
            given["channel"], contact.external_id, given.get("created_at") or now, line.external_id
        )
        draft = replace(start, **given, contact=contact.external_id)
        self._check_account(line, draft)
        return replace(
            draft,
            address=_address(draft, contact, given),
            custom_fields=_merged(draft.custom_fields, line.custom_fields),
        )

    def _check_account(self, line: ConversationLine, draft: Conversation) -> None:
        if draft.channel_account is None or not line.given.keys() & {"channel", "channel_account"}:
            return
        channel = self.accounts.get(draft.channel_account)
        if channel is None and "channel_account" in line.given:
            raise InvalidLine("unknown_channel_account", "/channel_account: There is no channel account of this key.")
        if channel not in (None, draft.channel):
            raise InvalidLine("channel_mismatch", "/channel_account: This account is on another channel.")

    def _new_message(self, line: ConversationLine) -> CustomerMessage | None:
        known = line.message is not None and (line.external_id, message_key(line.message)) in self.known
        return None if known else line.message

    def _keep(self, conversation: Conversation, before: Conversation | None) -> bool:
        assert conversation.external_id is not None  # noqa: S101 - narrows for mypy: a line always has one
        if conversation == before:
            return False
        self.conversations[conversation.external_id] = conversation
        self.changed_conversations.add(conversation.external_id)
        return True

    def _keep_contact(self, contact: Contact) -> bool:
        if contact == self.contacts.get(contact.external_id):
            return False
        self.contacts[contact.external_id] = contact
        self.changed_contacts.add(contact.external_id)
        return True


def _patched(contact: Contact, line: ContactLine) -> Contact:
    return replace(contact, **line.given, custom_fields=_merged(contact.custom_fields, line.custom_fields))


def _merged(fields: Mapping[str, object], patch: FieldsPatch) -> Mapping[str, object]:
    if patch is None:
        return {}
    merged = {**fields, **patch}
    return {name: value for name, value in merged.items() if value is not None}


def _reachable(contact: Contact, channel: Channel | None, address: str) -> Contact:
    """Give a contact that is known by its address that address, so that a template may use it."""
    if channel is Channel.EMAIL and contact.email is None:
        return replace(contact, email=canonical(channel, address))
    if channel in PHONE_CHANNELS and contact.phone is None:
        return replace(contact, phone=e164(address))
    return contact


def _address(draft: Conversation, contact: Contact, given: Mapping[str, object]) -> str | None:
    """Where a reply goes: as given or as before, else taken from the contact."""
    own = (
        contact.email if draft.channel is Channel.EMAIL else contact.phone if draft.channel in PHONE_CHANNELS else None
    )
    address = draft.address if "address" in given else draft.address or own
    return None if address is None else canonical(draft.channel, address)


def _received(
    conversation: Conversation, line: ConversationLine, message: CustomerMessage, now: datetime
) -> Conversation:
    """What the line says of status and engagement goes before what its message would make of them."""
    said = {name: line.given[name] for name in ("status", "engagement") if name in line.given}
    return replace(receive(conversation, message, now), **said)

"""Apply the lines of an import to the stored objects, one after the other, in memory.

The store loads the objects that a chunk of lines refers to, lets this module apply the lines, and writes the changes,
set-based. So each line sees the changes of the lines before it, and "unchanged" means that a line held nothing new.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from app.conversations.import_line import ContactLine, ConversationLine, FieldsPatch, InvalidLine, too_many_fields
from app.conversations.known_accounts import KnownAccounts
from app.conversations.unnamed_contacts import unnamed_id
from app.domain.addresses import PHONE_CHANNELS, Address, email_key, phone_key
from app.domain.conversation import (
    Contact,
    Conversation,
    CustomerMessage,
    MessageKey,
    message_key,
    receive,
    spelled,
    updated,
)
from app.domain.erased_addresses import addresses_of
from app.domain.outbox import ConversationUpdated
from app.domain.words import Channel, ConversationId


class LineOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class RowIds(dict[str, str]):
    """The ids of rows by external id. A row without an id gets a new one when it is looked up."""

    def __init__(self, known: Mapping[str, str], new: Iterator[str]) -> None:
        super().__init__(known)
        self._new = new

    def __missing__(self, external_id: str) -> str:
        id_ = self[external_id] = next(self._new)
        return id_


@dataclass(slots=True)
class AddedMessage:
    """A message, with the other values that are stored with it."""

    message: CustomerMessage
    conversation: Conversation
    reply_key: str | None
    """The key of the address that a reply goes to."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of some lines, to be stored."""

    left: Sequence[str]
    """Contacts without an id that their last conversation has left. A newcomer at such an address is somebody else."""
    contacts: Sequence[Contact]
    conversations: Mapping[str, Conversation]
    """By external id."""
    messages: Sequence[AddedMessage]
    updates: Sequence[ConversationUpdated]
    """To publish."""
    ids: RowIds
    """Of conversations."""
    contact_ids: RowIds
    published: frozenset[ConversationId]
    """The conversations that were stored before the first line. Changes of others are not published."""
    addresses: Callable[[], Iterable[Address]] = field(repr=False)
    """Returns the addresses that the lines made reachable."""


_ADDRESS_FIELDS = {
    Channel.EMAIL: "/contact/email or /address",
    **dict.fromkeys(PHONE_CHANNELS, "/contact/phone or /address"),
}


@dataclass(slots=True)
class Chunk:
    """The stored objects that some lines refer to, with the lines' changes so far."""

    accounts: KnownAccounts
    conversations: dict[str, Conversation]
    """By external id."""
    contacts: dict[str, Contact]
    """By external id."""
    known: set[tuple[str, MessageKey]]
    """Messages by their conversation's external id."""
    ids: RowIds
    """Of conversations."""
    contact_ids: RowIds
    stored: dict[str, Conversation] = field(default_factory=dict)
    """The conversations as they are stored, without those that the lines create."""
    used_elsewhere: frozenset[str] = frozenset()
    """Contacts without an id that other conversations have."""
    left: set[str] = field(default_factory=set)
    """Contacts without an id that their last conversation has left. A newcomer at such an address is somebody else."""
    messages: list[AddedMessage] = field(default_factory=list)
    changed_conversations: set[str] = field(default_factory=set)
    changed_contacts: set[str] = field(default_factory=set)

    def take_changes(self) -> Changes:
        """Return the changes since the last call. Lines that are applied later do not alter them."""
        contacts = [self.contacts[key] for key in sorted(self.changed_contacts)]
        conversations = {key: self.conversations[key] for key in sorted(self.changed_conversations)}
        changes = Changes(
            left=sorted(self.left),
            contacts=contacts,
            conversations=conversations,
            messages=self.messages,
            updates=self._updates(conversations),
            ids=self.ids,
            contact_ids=self.contact_ids,
            published=frozenset(each.id for each in self.stored.values() if each.id is not None),
            addresses=lambda: self._addresses(conversations.values(), contacts),
        )
        self.stored |= {key: each for key, each in conversations.items() if key in self.stored}
        self.left, self.messages, self.changed_conversations, self.changed_contacts = set(), [], set(), set()
        return changes

    def _addresses(self, conversations: Iterable[Conversation], contacts: Iterable[Contact]) -> Iterable[Address]:
        for each in conversations:
            if each.address is not None:
                yield self._read(each, each.address)
        for contact in contacts:
            yield from addresses_of(contact.email, contact.phone)

    def _reply_key(self, conversation: Conversation) -> str | None:
        if conversation.address_key is not None:
            return conversation.address_key
        contact = self.contacts[conversation.contact]
        if conversation.channel is Channel.EMAIL:
            return email_key(contact.email)
        return phone_key(contact.phone) if conversation.channel in PHONE_CHANNELS else None

    def _updates(self, conversations: Mapping[str, Conversation]) -> list[ConversationUpdated]:
        """Return the changes of existing conversations, to publish. New conversations are not published."""
        both = [(self.stored[key], after) for key, after in conversations.items() if key in self.stored]
        changes = [updated(before.id, before, after) for before, after in both if before.id is not None]
        return [each for each in changes if each is not None]

    def apply(self, line: ConversationLine, now: datetime) -> LineOutcome:
        """Apply one line. If it raises InvalidLine, nothing has changed."""
        before = self.conversations.get(line.external_id)
        draft = self._draft(line, before, now)
        contact = self._contact(line, before, draft)
        conversation = self._addressed(draft, before, contact)
        message = self._new_message(line, draft.channel)
        if message is not None:
            conversation = _received(conversation, line, message, now)
            self.known.add((line.external_id, message_key(message)))
        changed = self._keep(conversation, before) | self._keep_contact(contact) | (message is not None)
        if message is not None:
            self.messages.append(AddedMessage(message, conversation, self._reply_key(conversation)))
        if before is None:
            return LineOutcome.CREATED
        if before.contact != contact.external_id:
            self._leave(before.contact)
        return LineOutcome.UPDATED if changed else LineOutcome.UNCHANGED

    def no_address(self, line: ConversationLine) -> str | None:
        """Return the field that a conversation without an address lacks for a reply; None if it has an address."""
        conversation = self.conversations[line.external_id]
        channel, contact = conversation.channel, self.contacts[conversation.contact]
        if channel is Channel.VOICE or conversation.address or contact.address_on(channel):
            return None
        return f"This conversation cannot be replied to: {_ADDRESS_FIELDS.get(channel, '/address')} is missing."

    def _draft(self, line: ConversationLine, before: Conversation | None, now: datetime) -> Conversation:
        """Return the conversation as the line says it, with its contact unchanged, or the one that the line names."""
        if before is None and "channel" not in line.given:
            raise InvalidLine("channel_required", "/channel: A new conversation needs a channel.")
        self._check_account(line, before)
        fields = _merged({} if before is None else before.custom_fields, line.custom_fields)
        if before is None:
            given = {"created_at": now, **line.given}
            named = (line.contact and line.contact.external_id) or ""
            draft = Conversation(contact=named, external_id=line.external_id, custom_fields=fields, **given)
        else:
            draft = replace(before, custom_fields=fields, **line.given)
        address = None if draft.address is None else self._read(draft, draft.address).stored or None
        return draft if address == draft.address else replace(draft, address=address)

    def _contact(self, line: ConversationLine, before: Conversation | None, draft: Conversation) -> Contact:
        """Return the conversation's contact as the line leaves it."""
        contact_line = line.contact or ContactLine()
        if contact_line.external_id is not None and (before is None or contact_line.external_id != before.contact):
            known = self.contacts.get(contact_line.external_id)
            if known is None:
                return _new_contact(contact_line.external_id, contact_line)
            return _patched(known, contact_line)
        if before is None:
            return self._at_address(draft, contact_line, replace(_new_contact("", contact_line), unnamed=True))
        current = self.contacts[before.contact]
        patched = _patched(current, contact_line)
        if current.unnamed and unnamed_id(draft, patched) == unnamed_id(before, current):
            return patched
        if not current.unnamed and not contact_line.nameless:
            return patched
        return self._at_address(draft, contact_line, _moved(replace(patched, unnamed=True), contact_line, before))

    def _at_address(self, draft: Conversation, contact_line: ContactLine, fresh: Contact) -> Contact:
        """Return the contact without an id at the conversation's address: a known one, else `fresh`."""
        key = unnamed_id(draft, fresh)
        known = self.contacts.get(key)
        return _reachable(replace(fresh, external_id=key) if known is None else _patched(known, contact_line), draft)

    def _leave(self, key: str) -> None:
        """Retire a contact without an id whose last conversation has left it: a newcomer is somebody else."""
        used = key in self.used_elsewhere or any(each.contact == key for each in self.conversations.values())
        if used or not self.contacts[key].unnamed:
            return
        del self.contacts[key]
        self.contact_ids.pop(key, None)
        self.changed_contacts.discard(key)
        self.left.add(key)

    def _read(self, conversation: Conversation, address: str) -> Address:
        region = self.accounts.region(conversation.channel, conversation.channel_account)
        return Address.read(conversation.channel, address, region)

    def _addressed(self, draft: Conversation, before: Conversation | None, contact: Contact) -> Conversation:
        """Name the contact, and store the given address, with its key; none if it equals the contact's own.

        A line that repeats a derived address, as one that sends our own answer back does, gives no address.
        """
        named = contact.external_id
        own, derived = contact.address_on(draft.channel), before is not None and before.address is None
        given = None if draft.address is None else self._read(draft, draft.address)
        if given is None or (derived and own is not None and self._read(draft, own).key == given.key):
            is_so = draft.contact == named and draft.address is None and draft.address_key is None
            return draft if is_so else replace(draft, contact=named, address=None, address_key=None)
        return replace(draft, contact=named, address_key=given.key)

    def _check_account(self, line: ConversationLine, before: Conversation | None) -> None:
        key = line.given.get("channel_account", before and before.channel_account)
        if key is None or not line.given.keys() & {"channel", "channel_account"}:
            return
        channel = self.accounts.channel_of(key)
        if channel is None and "channel_account" in line.given:
            raise InvalidLine("unknown_channel_account", "/channel_account: There is no channel account with this key.")
        if channel not in (None, line.given.get("channel", before and before.channel)):
            raise InvalidLine("channel_mismatch", "/channel_account: This account is on another channel.")

    def _new_message(self, line: ConversationLine, channel: Channel) -> CustomerMessage | None:
        message = None if line.message is None else spelled(line.message, channel)
        known = message is not None and (line.external_id, message_key(message)) in self.known
        return None if known else message

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


def _new_contact(external_id: str, line: ContactLine) -> Contact:
    return Contact(external_id, **line.given, custom_fields=_merged({}, line.custom_fields))


def _patched(contact: Contact, line: ContactLine) -> Contact:
    return replace(contact, **line.given, custom_fields=_merged(contact.custom_fields, line.custom_fields))


def _merged(fields: Mapping[str, object], patch: FieldsPatch) -> Mapping[str, object]:
    if not patch:
        return fields if patch is not None else {}
    merged = {name: value for name, value in {**fields, **patch}.items() if value is not None}
    # What a line gives alone was counted when it was read.
    why = too_many_fields(merged) if fields and any(value is not None for value in patch.values()) else None
    if why is not None:
        raise InvalidLine("too_many", f"{why} Set others to null first.")
    return merged


def _moved(contact: Contact, contact_line: ContactLine, before: Conversation) -> Contact:
    """Return a contact without the address that its conversation had before."""
    own = contact.address_on(before.channel)
    if own is None or Address.read(before.channel, own).key != before.address_key:
        return contact
    if before.channel is Channel.EMAIL:
        return contact if "email" in contact_line.given else replace(contact, email=None)
    return contact if "phone" in contact_line.given else replace(contact, phone=None)


def _reachable(contact: Contact, conversation: Conversation) -> Contact:
    """Give a contact that is known only by its address that address, so that a template may use it."""
    channel, address = conversation.channel, conversation.address
    if address is not None and channel is Channel.EMAIL and contact.email is None:
        return replace(contact, email=address)
    if address is not None and channel in PHONE_CHANNELS and contact.phone is None:
        return replace(contact, phone=address)
    return contact


def _received(
    conversation: Conversation, line: ConversationLine, message: CustomerMessage, now: datetime
) -> Conversation:
    """Return the conversation. The line's status and engagement win over those that its message would set."""
    received = receive(conversation, message, now)
    explicit = {name: line.given[name] for name in ("status", "engagement") if name in line.given}
    differs = any(getattr(received, name) is not value for name, value in explicit.items())
    return replace(received, **explicit) if differs else received

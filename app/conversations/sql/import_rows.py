"""What the lines of an import have changed, as statements take it: rows, a column each."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from app.conversations.import_chunk import Changes
from app.conversations.sql.customer_messages import message_columns, message_row
from app.domain.addresses import email_key, phone_key
from app.domain.conversation import Contact, Conversation
from app.domain.filters import filterable
from app.domain.json_reader import write_time
from app.store.text_arrays import array_literal, with_literals

CONTACT_TEXTS: Final = (
    "external_id",
    "name",
    "first_name",
    "email",
    "phone",
    "email_key",
    "phone_key",
    "custom_fields",
)
CONVERSATION_TEXTS: Final = (
    "external_id",
    "human_id",
    "channel",
    "channel_account",
    "contact",
    "address",
    "address_key",
    "status",
    "engagement",
    "subject",
    "team",
    "assignee",
    "custom_fields",
    "reply_to_message_id",
    "reply_references",
)

Columns = Mapping[str, Any]
"""By the names of a statement's parameters: those of texts as array literals, the others as lists."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Rows that belong to conversations."""

    of: Sequence[str]
    """The external ids of their conversations, which may have no other id yet."""
    columns: Columns


@dataclass(frozen=True, slots=True)
class Rows:
    changes: Changes
    contacts: Columns
    conversations: Columns
    tags: Owned
    fields: Owned
    messages: Owned


def rows_of(changes: Changes, now: datetime) -> Rows:
    """Return the rows of changes. No statement has to wait for this: it needs nothing that is stored before it."""
    conversations = changes.conversations.items()
    tags = [(key, tag) for key, each in conversations for tag in each.tags]
    named = [
        (key, name, value)
        for key, each in conversations
        for name, given in each.custom_fields.items()
        for value in filterable(given)
    ]
    messages = [message_row(each.conversation, each.message, now, each.reply_key) for each in changes.messages]
    return Rows(
        changes=changes,
        contacts=_contact_columns(changes.contacts),
        conversations=_conversation_columns(changes.conversations.values()),
        tags=_owned(tags, "tags"),
        fields=_owned(named, "names", "field_values"),
        messages=Owned([each.conversation.external_id or "" for each in changes.messages], message_columns(messages)),
    )


def _owned(rows: Sequence[tuple[str, ...]], *names: str) -> Owned:
    """Return rows whose first value is their conversation's external id."""
    of, *columns = zip(*rows, strict=True) if rows else ((), *((),) * len(names))
    return Owned(of, dict(zip(names, map(array_literal, columns), strict=True)))


def _contact_columns(contacts: Collection[Contact]) -> Columns:
    if not contacts:
        return {}
    columns = _attributes(Contact, contacts)
    columns["email_key"] = list(map(email_key, columns["email"]))
    columns["phone_key"] = list(map(phone_key, columns["phone"]))
    return with_literals(columns, CONTACT_TEXTS)


def _conversation_columns(conversations: Collection[Conversation]) -> Columns:
    if not conversations:
        return {}
    columns = _attributes(Conversation, conversations)
    columns["reply_references"] = [written(each) if each else None for each in columns["reply_references"]]
    return with_literals(columns, CONVERSATION_TEXTS)


def _attributes(kind: type[Contact | Conversation], values: Collection[Contact | Conversation]) -> dict[str, list[Any]]:
    """Return the values of each attribute, in the order of the objects. Those of JSON are written."""
    names = [each.name for each in fields(kind)]
    columns = {name: list(map(attrgetter(name), values)) for name in names}
    columns["custom_fields"] = list(map(written, columns["custom_fields"]))
    return columns


def _json(value: object) -> object:
    match value:
        case datetime():
            return write_time(value)
        case UUID():
            return str(value)
        case Mapping():
            return dict(value)
    raise TypeError(type(value))


written: Final = json.JSONEncoder(default=_json, ensure_ascii=False, separators=(",", ":")).encode

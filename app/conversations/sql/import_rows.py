"""What the lines of an import have changed, as rows of each table."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from app.conversations.import_chunk import Changes
from app.conversations.sql.customer_messages import message_row
from app.domain.addresses import email_key, phone_key
from app.domain.conversation import Contact, Conversation
from app.domain.filters import filterable
from app.domain.json_reader import write_time
from app.store.row_arrays import RowArrays

CONTACTS: Final = RowArrays(
    "contact",
    {
        "id": "uuid",
        **dict.fromkeys(("external_id", "name", "first_name", "email", "phone", "email_key", "phone_key"), "text"),
        "opted_out": "boolean",
        "custom_fields": "jsonb",
        "unnamed": "boolean",
    },
)
CONVERSATIONS: Final = RowArrays(
    "conversation",
    {
        "id": "uuid",
        "contact_id": "uuid",
        **dict.fromkeys(("external_id", "human_id", "channel", "channel_account", "address", "address_key"), "text"),
        **dict.fromkeys(("status", "engagement", "subject", "team", "assignee"), "text"),
        "custom_fields": "jsonb",
        **dict.fromkeys(("created_at", "last_customer_message_at"), "timestamptz"),
        "reply_to_message_id": "text",
        "reply_references": "jsonb",
    },
)
TAGS: Final = RowArrays("tag", {"conversation_id": "uuid", "tag": "text"})
FIELDS: Final = RowArrays("field", {"conversation_id": "uuid", "name": "text", "value": "text"})
MESSAGES: Final = RowArrays(
    "message",
    {
        "conversation_id": "uuid",
        **dict.fromkeys(("text", "provider_message_id", "sender"), "text"),
        "automatic": "boolean",
        "attachments": "jsonb",
        "created_at": "timestamptz",
    },
)


@dataclass(frozen=True, slots=True)
class Rows:
    changes: Changes
    known: Sequence[str]
    """The ids of conversations that are stored already, and may have tags and custom fields."""
    values: Mapping[str, Any]
    """Parameters of statements."""


def rows_of(changes: Changes, now: datetime) -> Rows:
    """Return the rows of changes, new ones with their ids. So no statement has to wait for the result of another."""
    known = [changes.ids[key] for key in changes.conversations if key in changes.ids]
    owned = [(changes.ids[key], each) for key, each in changes.conversations.items()]
    tags = [(id_, tag) for id_, each in owned for tag in each.tags]
    named = [
        (id_, name, value)
        for id_, each in owned
        for name, given in each.custom_fields.items()
        for value in filterable(given)
    ]
    values = {
        **_contacts(changes),
        **_conversations(changes),
        **TAGS.values(_columns(tags, TAGS.types)),
        **FIELDS.values(_columns(named, FIELDS.types)),
        **_messages(changes, now),
    }
    return Rows(changes, known, values)


def _contacts(changes: Changes) -> dict[str, Any]:
    columns = _attributes(Contact, changes.contacts)
    columns["id"] = [changes.contact_ids[key] for key in columns["external_id"]]
    columns["email_key"] = list(map(email_key, columns["email"]))
    columns["phone_key"] = list(map(phone_key, columns["phone"]))
    return CONTACTS.values(columns)


def _conversations(changes: Changes) -> dict[str, Any]:
    columns = _attributes(Conversation, changes.conversations.values())
    columns["id"] = [changes.ids[key] for key in changes.conversations]
    columns["contact_id"] = [changes.contact_ids[key] for key in columns["contact"]]
    columns["reply_references"] = [written(each) if each else None for each in columns["reply_references"]]
    return CONVERSATIONS.values(columns)


def _messages(changes: Changes, now: datetime) -> dict[str, Any]:
    rows = [message_row(each.conversation, each.message, now, each.reply_key) for each in changes.messages]
    columns = {name: [row.get(name) for row in rows] for name in MESSAGES.types}
    columns["conversation_id"] = [changes.ids[each.conversation.external_id or ""] for each in changes.messages]
    return MESSAGES.values(columns)


def _columns(rows: Sequence[tuple[str, ...]], names: Collection[str]) -> Mapping[str, Sequence[str]]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return dict(zip(names, columns, strict=True))


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

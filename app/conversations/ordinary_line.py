"""Read a line of an import that holds nothing unusual, in compiled code: several times as fast as `import_line`.

A line that is not understood here need not be wrong. `import_line` then reads it, and names each fault.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Annotated, Any, Final, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

# Pydantic demands this one before Python 3.12.
from typing_extensions import TypedDict

from app.conversations.import_line import (
    MAX_CUSTOM_FIELDS,
    MAX_REFERENCES,
    MAX_SHORT_TEXT_BYTES,
    MAX_TAGS,
    NOBODY,
    ContactLine,
    ConversationLine,
    FieldsPatch,
    Given,
)
from app.domain.addresses import Address
from app.domain.conversation import CustomerMessage
from app.domain.filters import MAX_FIELD_NAME_BYTES
from app.domain.json_reader import MAX_KEY_BYTES, MAX_NAME_BYTES, read_time
from app.domain.words import Channel, ConversationStatus, Engagement

MOST_BYTES: Final = 16_000
"""Of a line. So its custom fields are not too large, nor its text."""
_LARGEST: Final = 2**63
_BYTES_OF_CHARACTER: Final = 4
"""At most, in UTF-8: lengths are compared in characters here."""

Key = Annotated[str, Field(max_length=MAX_KEY_BYTES // _BYTES_OF_CHARACTER)]
Name = Annotated[str, Field(max_length=MAX_NAME_BYTES // _BYTES_OF_CHARACTER)]
ShortText = Annotated[str, Field(max_length=MAX_SHORT_TEXT_BYTES // _BYTES_OF_CHARACTER)]
FieldName = Annotated[str, Field(min_length=1, max_length=MAX_FIELD_NAME_BYTES // _BYTES_OF_CHARACTER)]
CustomFields = Annotated[dict[FieldName, Any], Field(max_length=MAX_CUSTOM_FIELDS)] | None

_STRICT: Final = ConfigDict(strict=True, extra="forbid")


@with_config(_STRICT)
class Contact(TypedDict, total=False):
    external_id: Key | None
    name: ShortText | None
    first_name: ShortText | None
    email: Name | None
    phone: Name | None
    opted_out: bool
    custom_fields: CustomFields


@with_config(_STRICT)
class Message(TypedDict):
    text: str
    provider_message_id: NotRequired[Name | None]
    references: NotRequired[Annotated[list[Key], Field(max_length=MAX_REFERENCES)] | None]
    sent_at: NotRequired[str | None]
    automatic: NotRequired[bool | None]


@with_config(_STRICT)
class Line(TypedDict, total=False):
    external_id: Key
    channel: Channel
    channel_account: Key | None
    status: ConversationStatus
    engagement: Engagement
    subject: ShortText | None
    human_id: Key | None
    tags: Annotated[list[Key], Field(max_length=MAX_TAGS)] | None
    team: Key | None
    assignee: Key | None
    address: Name | None
    created_at: str
    contact: Contact | None
    custom_fields: CustomFields
    last_customer_message: Message | None


_validate: Final = TypeAdapter(Line).validator.validate_json


class _Unusual(Exception):
    """There is something in the line that this module does not judge."""


def parse_ordinary(raw: bytes) -> ConversationLine | None:
    """Return what `parse_line` does, or None if it has to read the line."""
    if len(raw) > MOST_BYTES or b"\\u0000" in raw:
        return None
    try:
        return _line(_validate(raw))
    except (ValidationError, _Unusual, ValueError):
        return None


def _line(data: Line) -> ConversationLine:
    contact = data.get("contact")
    message = data.get("last_customer_message")
    return ConversationLine(
        external_id=_filled(data.get("external_id") or ""),
        given={name: read(data[name]) for name, read in _FIELDS if name in data},  # type: ignore[literal-required]
        contact=_contact(contact) if contact is not None else NOBODY if "contact" in data else None,
        custom_fields=_custom_fields(data),
        message=None if message is None else _message(message),
    )


def _contact(data: Contact) -> ContactLine:
    external_id = _stripped(data.get("external_id"))
    given: Given = {name: read(data[name]) for name, read in _CONTACT_FIELDS if name in data}  # type: ignore[literal-required]
    return ContactLine(
        external_id=external_id,
        nameless="external_id" in data and external_id is None,
        given=given,
        custom_fields=_custom_fields(data),
    )


def _message(data: Message) -> CustomerMessage:
    sent_at, references = data.get("sent_at"), data.get("references")
    if references and "" in references:
        raise _Unusual
    return CustomerMessage(
        text=data["text"],
        provider_message_id=_stripped(data.get("provider_message_id")),
        sent_at=None if sent_at is None else read_time(sent_at),
        automatic=data.get("automatic") is True,
        references=tuple(references or ()),
    )


def _custom_fields(data: Mapping[str, Any]) -> FieldsPatch:
    fields: FieldsPatch = data.get("custom_fields", _NO_FIELDS)
    if fields is not None and not all(map(_is_simple, fields.values())):
        raise _Unusual
    return {} if fields is _NO_FIELDS else fields


_NO_FIELDS: Final[Mapping[str, object]] = {}


def _is_simple(value: object) -> bool:
    """Return whether this is a text, a flag, nothing, or a number that every reader of JSON reads as this one."""
    match value:
        case str() | bool() | None:
            return True
        case int():
            return -_LARGEST < value < _LARGEST
        case float():
            return isfinite(value)
    return False


def _same(value: Any) -> Any:
    return value


def _filled(value: str) -> str:
    stripped = value.strip()
    if not stripped:
        raise _Unusual
    return stripped


def _stripped(value: str | None) -> str | None:
    return None if value is None else value.strip() or None


def _text(value: str | None) -> str | None:
    return value or None


def _tags(value: list[str] | None) -> tuple[str, ...]:
    return tuple(sorted({_filled(tag) for tag in value or ()}))


def _email(value: str | None) -> str | None:
    address = _stripped(value)
    return None if address is None else Address.read(Channel.EMAIL, address).stored


def _phone(value: str | None) -> str | None:
    number = _stripped(value)
    return None if number is None else Address.read(Channel.SMS, number).stored


def _time(value: str) -> datetime:
    return read_time(value)


_Reading = tuple[tuple[str, Callable[[Any], object]], ...]
_FIELDS: Final[_Reading] = (
    ("channel", _same),
    ("channel_account", _stripped),
    ("status", _same),
    ("engagement", _same),
    ("subject", _text),
    ("human_id", _stripped),
    ("tags", _tags),
    ("team", _stripped),
    ("assignee", _stripped),
    ("address", _stripped),
    ("created_at", _time),
)
_CONTACT_FIELDS: Final[_Reading] = (
    ("name", _text),
    ("first_name", _text),
    ("email", _email),
    ("phone", _phone),
    ("opted_out", _same),
)

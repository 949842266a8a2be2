"""One line of an import, read strictly: what is left out stays left out, and null clears."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from app.domain.addresses import Address
from app.domain.conversation import CustomerMessage
from app.domain.errors import Fault, InvalidRequest
from app.domain.filters import MAX_FIELD_NAME_BYTES
from app.domain.json_reader import MAX_NAME_BYTES, Reader, child
from app.domain.json_values import MOST_VALUES, values_in
from app.domain.storable import storable_value
from app.domain.words import Channel, ConversationStatus, Engagement

MAX_TEXT_BYTES = 1024 * 1024
MAX_SHORT_TEXT_BYTES = 10_000
MAX_REFERENCES = 200
MAX_FILE_NAMES = 100
MAX_DEPTH = 10
MAX_TAGS = 200
MAX_CUSTOM_FIELDS = 200
"""The most of one conversation or contact, stored ones included: each is a row, and a filter may name any."""
MAX_CUSTOM_FIELDS_SIZE = 100_000
"""The most characters of all of them together, numbers and brackets included."""
MAX_VALUES = 1_000
"""The most values in all of them together: each value of a list is searchable by itself."""
MAX_FAULTS_SAID = 3


class InvalidLine(Exception):
    """A line that cannot be imported. `detail` never repeats its contents."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


Given = Mapping[str, Any]
"""Values by attribute name; only those that the line gives."""

FieldsPatch = Mapping[str, object] | None
"""A merge patch (RFC 7396) of custom fields: a null removes one of them, None removes all."""


@dataclass(slots=True)
class ContactLine:
    external_id: str | None = None
    given: Given = field(default_factory=dict, repr=False)
    """Attributes of Contact."""
    custom_fields: FieldsPatch = field(default_factory=dict, repr=False)
    nameless: bool = False
    """Whether the line says that the contact has no id, which differs from leaving the id out."""


NOBODY = ContactLine(given=dict.fromkeys(("name", "first_name", "email", "phone")), custom_fields=None, nameless=True)
"""What null makes of a contact. Its opt-out stays."""


@dataclass(slots=True)
class ConversationLine:
    external_id: str
    given: Given = field(default_factory=dict, repr=False)
    """Attributes of Conversation."""
    contact: ContactLine | None = None
    custom_fields: FieldsPatch = field(default_factory=dict, repr=False)
    message: CustomerMessage | None = None


READ_ONLY = frozenset({"id", "updated_at", "last_customer_message_at"})
"""The other fields of our own answers, which may be sent back unchanged."""


def parse_line(raw: bytes) -> ConversationLine:
    """Read one line of an import. Raise InvalidLine."""
    try:
        return _parse(_load(raw))
    except RecursionError:
        raise InvalidLine("invalid_json", "This line is nested too deeply.") from None


def _load(raw: bytes) -> object:
    if values_in(raw) > MOST_VALUES:
        raise InvalidLine("too_many", f"This line holds more than {MOST_VALUES:,} values.")
    try:
        data: object = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except ValueError:
        raise InvalidLine("invalid_json", "This line is not valid JSON in UTF-8.") from None
    return storable_value(data) if b"\\u0000" in raw or b"\\ud" in raw.lower() else data


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _parse(data: object) -> ConversationLine:
    reader = Reader()
    fields = reader.mapping(data, "", _FIELDS.keys() | _NESTED | READ_ONLY)
    line = ConversationLine(
        external_id=reader.key(fields.get("external_id"), "/external_id"),
        given=_given(reader, fields, _FIELDS),
        contact=_contact(reader, fields["contact"]) if "contact" in fields else None,
        custom_fields=_custom_fields(reader, fields, ""),
        message=_message(reader, fields.get("last_customer_message")),
    )
    if reader.faults:
        raise _invalid(reader.faults)
    return line


def _invalid(faults: list[Fault]) -> InvalidLine:
    sentences = [f"{fault.pointer or 'The line'}: {fault.detail}" for fault in faults[:MAX_FAULTS_SAID]]
    return InvalidLine(faults[0].code, " ".join(sentences))


Read = Callable[[Reader, object, str], object]


def _given(reader: Reader, fields: Mapping[str, object], known: Mapping[str, Read], at: str = "") -> Given:
    return {name: read(reader, fields[name], child(at, name)) for name, read in known.items() if name in fields}


def _key(reader: Reader, value: object, pointer: str) -> str | None:
    """Read a short text that may be looked up. Null or blank clears it."""
    return None if value is None else reader.text(value, pointer).strip() or None


def _name(reader: Reader, value: object, pointer: str) -> str | None:
    """Read an address or a message's id."""
    return None if value is None else reader.text(value, pointer, most_bytes=MAX_NAME_BYTES).strip() or None


def _text(reader: Reader, value: object, pointer: str) -> str | None:
    return None if value is None else reader.text(value, pointer, most_bytes=MAX_SHORT_TEXT_BYTES) or None


def _email(reader: Reader, value: object, pointer: str) -> str | None:
    address = _name(reader, value, pointer)
    return None if address is None else Address.read(Channel.EMAIL, address).stored


def _phone(reader: Reader, value: object, pointer: str) -> str | None:
    number = _name(reader, value, pointer)
    return None if number is None else Address.read(Channel.SMS, number).stored


def _channel(reader: Reader, value: object, pointer: str) -> Channel:
    return reader.member(Channel, value, pointer)


def _status(reader: Reader, value: object, pointer: str) -> ConversationStatus:
    return reader.member(ConversationStatus, value, pointer)


def _engagement(reader: Reader, value: object, pointer: str) -> Engagement:
    return reader.member(Engagement, value, pointer)


def _tags(reader: Reader, value: object, pointer: str) -> tuple[str, ...]:
    items = [] if value is None else reader.array(value, pointer, most=MAX_TAGS)
    return tuple(sorted({reader.key(item, child(pointer, at)) for at, item in enumerate(items)}))


def _time(reader: Reader, value: object, pointer: str) -> datetime | None:
    return None if value is None else reader.time(value, pointer)


_FIELDS: Mapping[str, Read] = {
    "channel": _channel,
    "channel_account": _key,
    "status": _status,
    "engagement": _engagement,
    "subject": _text,
    "human_id": _key,
    "tags": _tags,
    "team": _key,
    "assignee": _key,
    "address": _name,
    "created_at": Reader.time,
}
_NESTED = frozenset({"external_id", "contact", "custom_fields", "last_customer_message"})
_CONTACT_FIELDS: Mapping[str, Read] = {
    "name": _text,
    "first_name": _text,
    "email": _email,
    "phone": _phone,
    "opted_out": Reader.flag,
}
_MESSAGE_FIELDS = ("text", "provider_message_id", "references", "sent_at", "automatic", "attachments")


def _contact(reader: Reader, data: object) -> ContactLine:
    if data is None:
        return NOBODY
    fields = reader.mapping(data, "/contact", _CONTACT_FIELDS.keys() | {"external_id", "custom_fields"})
    external_id = _key(reader, fields.get("external_id"), "/contact/external_id")
    return ContactLine(
        external_id=external_id,
        nameless="external_id" in fields and external_id is None,
        given=_given(reader, fields, _CONTACT_FIELDS, "/contact"),
        custom_fields=_custom_fields(reader, fields, "/contact"),
    )


def _custom_fields(reader: Reader, fields: Mapping[str, object], at: str) -> FieldsPatch:
    if "custom_fields" not in fields:
        return {}
    data, pointer = fields["custom_fields"], child(at, "custom_fields")
    if data is None:
        return None
    patch = reader.mapping(data, pointer)
    if (why := too_many_fields({name: value for name, value in patch.items() if value is not None})) is not None:
        reader.fault(pointer, "too_many", why)
        return {}
    for name, value in patch.items():
        reader.name(name, child(pointer, name), most_bytes=MAX_FIELD_NAME_BYTES)
        if _depth(value) > MAX_DEPTH:
            reader.fault(child(pointer, name), "too_deep", f"A custom field may be nested {MAX_DEPTH} deep.")
    return patch


def too_many_fields(fields: Mapping[str, object]) -> str | None:
    """Return why these are too many custom fields; None if they are not."""
    if len(fields) > MAX_CUSTOM_FIELDS:
        return f"At most {MAX_CUSTOM_FIELDS} custom fields are allowed."
    if _values(fields) > MAX_VALUES:
        return f"At most {MAX_VALUES:,} values are allowed in all custom fields together."
    if _size(fields) > MAX_CUSTOM_FIELDS_SIZE:
        return f"At most {MAX_CUSTOM_FIELDS_SIZE:,} characters of custom fields are allowed."
    return None


def _values(value: object) -> int:
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 1 if nested is None else sum(map(_values, nested))


def _size(value: object) -> int:
    match value:
        case str():
            return len(value) + 2
        case dict():
            return 2 + sum(len(name) + _size(member) + 4 for name, member in value.items())
        case list():
            return 2 + sum(_size(item) + 1 for item in value)
        case _:
            return len(str(value))


def _depth(value: object) -> int:
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, nested), default=0)


def _message(reader: Reader, data: object) -> CustomerMessage | None:
    # Its text may be empty: the last message in the helpdesk may hold files only.
    return None if data is None else _read_message(reader, data, "/last_customer_message", reader.text)


def _read_message(reader: Reader, data: object, at: str, read_text: Callable[..., str]) -> CustomerMessage:
    fields = reader.mapping(data, at, _MESSAGE_FIELDS)
    references = [] if fields.get("references") is None else fields["references"]
    return CustomerMessage(
        text=read_text(fields.get("text"), child(at, "text"), most_bytes=MAX_TEXT_BYTES),
        provider_message_id=_name(reader, fields.get("provider_message_id"), child(at, "provider_message_id")),
        sent_at=_time(reader, fields.get("sent_at"), child(at, "sent_at")),
        automatic=fields.get("automatic") is not None and reader.flag(fields["automatic"], child(at, "automatic")),
        references=tuple(
            reader.name(item, child(child(at, "references"), n))
            for n, item in enumerate(reader.array(references, child(at, "references"), most=MAX_REFERENCES))
        ),
        attachment_names=_file_names(reader, fields.get("attachments"), child(at, "attachments")),
    )


def _file_names(reader: Reader, data: object, at: str) -> tuple[str, ...]:
    """Read the names of a message's files. The timeline shows the names; the files are not stored."""
    listed = [] if data is None else reader.array(data, at, most=MAX_FILE_NAMES)
    files = ((reader.mapping(each, child(at, n), ("filename",)), child(at, n)) for n, each in enumerate(listed))
    return tuple(
        reader.name(file.get("filename"), child(place, "filename"), most_bytes=MAX_NAME_BYTES) for file, place in files
    )


def parse_message(data: object) -> CustomerMessage:
    """Read a customer's message that is not part of a line. Raise InvalidRequest with every fault."""
    reader = Reader()
    message = _read_message(reader, storable_value(data), "", reader.name)
    if reader.faults:
        raise InvalidRequest(faults=reader.faults)
    return message

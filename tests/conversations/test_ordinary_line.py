"""An ordinary line is read by compiled code, exactly as every other line is."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.conversations.import_line import ConversationLine, FieldsPatch, InvalidLine, parse_line
from app.conversations.ordinary_line import MOST_BYTES, parse_ordinary
from tests.imports import line

TEXTS = st.sampled_from(
    ["", " ", "vip", " vip ", "\t", "x" * 250, "x" * 251, "x" * 501, "é" * 400, "🦊" * 30, "a\u0000b", "\ud800", "Ann"]
) | st.text(max_size=8)
NUMBERS = st.sampled_from([0, 1, -1, True, 1.5, 1e300, 2**63, -(2**63), 10**40, 0.1, -0.0])
OTHERS = st.sampled_from([None, [], {}, [1], {"a": 1}, False]) | NUMBERS
TIMES = st.sampled_from(
    [
        "2026-05-01T09:00:00Z",
        "2026-05-01t09:00:00.123456789z",
        "2026-05-01T09:00:00+02:00",
        "2026-05-01 09:00:00Z",
        "2026-05-01T09:00:00",
        "2026-13-01T09:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2026-05-01",
        "1714550400",
    ]
)
ADDRESSES = st.sampled_from(
    [
        "ann@example.test",
        "Ann.Lee+x@Example.TEST",
        "a.n.n@gmail.com",
        "Ann <ann@example.test>",
        "mailto:ann@example.test",
        "ann@exämple.test",
        "ann@xn--exmple-cua.test",
        "ann",
        "+14155550100",
        "+1 (415) 555-0100",
        "+44 07911 123456",
        "+5511912345678",
        "+551112345678",
        "004915112345678",
        "4155550100",
        "+390612345678",
        "+999123456789",
        "+1",
    ]
)
VALUES = TEXTS | OTHERS | TIMES | ADDRESSES
FIELDS = st.dictionaries(TEXTS, VALUES | st.lists(VALUES, max_size=2), max_size=4) | OTHERS
CONTACTS = st.fixed_dictionaries(
    {},
    optional={
        "external_id": VALUES,
        "name": VALUES,
        "first_name": VALUES,
        "email": VALUES,
        "phone": VALUES,
        "opted_out": VALUES,
        "custom_fields": FIELDS,
        "other": VALUES,
    },
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "text": VALUES,
        "provider_message_id": VALUES,
        "references": st.lists(TEXTS, max_size=3) | OTHERS,
        "sent_at": VALUES,
        "automatic": VALUES,
        "attachments": st.lists(st.fixed_dictionaries({"filename": TEXTS}), max_size=2) | OTHERS,
    },
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "external_id": VALUES,
        "channel": st.sampled_from(["sms", "voice", "fax"]) | OTHERS,
        "channel_account": VALUES,
        "status": st.sampled_from(["done", "open"]) | OTHERS,
        "engagement": st.sampled_from(["engaged", "x"]) | OTHERS,
        "subject": VALUES,
        "human_id": VALUES,
        "tags": st.lists(TEXTS, max_size=3) | OTHERS,
        "team": VALUES,
        "assignee": VALUES,
        "address": VALUES,
        "created_at": TIMES | OTHERS,
        "contact": CONTACTS | OTHERS,
        "custom_fields": FIELDS,
        "last_customer_message": MESSAGES | OTHERS,
        "id": VALUES,
        "other": VALUES,
    },
)
LEFT_OUT = st.sets(st.sampled_from(sorted(line())), max_size=4)
SPELLED = st.fixed_dictionaries({"ensure_ascii": st.booleans(), "indent": st.sampled_from([None, 1])})


def parsed(raw: bytes) -> ConversationLine | None:
    try:
        return parse_line(raw)
    except InvalidLine:
        return None


def agree(raw: bytes) -> bool:
    """Return whether the line was ordinary. If so, both ways must read the same."""
    ordinary = parse_ordinary(raw)
    assert ordinary is None or repr_of(ordinary) == repr_of(parsed(raw))
    return ordinary is not None


def repr_of(line: ConversationLine | None) -> Any:
    """Everything in a line, with the types of its values: `True == 1`, and `0.0 == -0.0`."""
    assert line is not None, "a line that is refused was taken for an ordinary one"
    contact, message = line.contact, line.message
    return (
        line,
        repr(sorted(line.given.items())),
        in_order(line.custom_fields),
        contact and (repr(sorted(contact.given.items())), in_order(contact.custom_fields)),
        message and (message.text, message.attachment_names),
    )


def in_order(fields: FieldsPatch) -> str:
    return repr(fields and sorted(fields.items()))


def random_lines(changes: dict[str, Any], left_out: set[str], spelled: dict[str, Any]) -> None:
    said = {name: value for name, value in (line() | changes).items() if name not in left_out}
    try:
        raw = json.dumps(said, **spelled).encode()
    except UnicodeEncodeError:
        raw = json.dumps(said).encode()
    agree(raw)


@given(changes=CHANGES, left_out=LEFT_OUT, spelled=SPELLED)
@settings(max_examples=150, deadline=None)
def test_an_ordinary_line_is_read_as_every_line_is(
    changes: dict[str, Any], left_out: set[str], spelled: dict[str, Any]
) -> None:
    random_lines(changes, left_out, spelled)


@pytest.mark.proof
@given(changes=CHANGES, left_out=LEFT_OUT, spelled=SPELLED)
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_thousands_of_lines_are_read_the_same_both_ways(
    changes: dict[str, Any], left_out: set[str], spelled: dict[str, Any]
) -> None:
    random_lines(changes, left_out, spelled)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"external_id": "a", "external_id": "b", "channel": "sms"}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": 1, "n": 2}}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": 0.1e1, "m": 123456789012345678, "f": -0}}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": 3.141592653589793238462643383279}}',
        b'{"external_id": "a", "channel": "sms", "subject": "\\ud83e\\udd8a"}',
    ],
)
def test_what_json_allows_is_read_as_python_reads_it(raw: bytes) -> None:
    assert agree(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'\xef\xbb\xbf{"external_id": "a", "channel": "sms"}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": NaN}}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": 1e999}}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": %b}}' % (b"9" * 5_000),
        b'{"external_id": "a", "channel": "sms", "subject": "\\ud83e"}',
        b'{"external_id": "a", "channel": "sms", "subject": "\\u0000"}',
        b'{"external_id": "a", "channel": "sms", "subject": "\xff"}',
        b'{"external_id": "a", "channel": "sms", "subject": "\x01"}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": {"n": [1]}}',
        b'{"external_id": "a", "channel": "sms", "custom_fields": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"external_id": "a", "channel": "sms", "last_customer_message": {"text": "%b"}}' % (b"x" * MOST_BYTES),
        b"[]",
        b"null",
        b"",
        b" ",
        b"{",
    ],
    ids=range(16),
)
def test_what_is_unusual_is_left_to_the_careful_reader(raw: bytes) -> None:
    assert not agree(raw)


def test_the_lines_of_an_export_are_ordinary() -> None:
    assert agree(json.dumps(line()).encode())
    assert agree(json.dumps(line(contact=None, tags=None, last_customer_message=None)).encode())

"""What SendGrid's events and its inbound mail come out as."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.sendgrid import webhooks as events
from app.channels.sendgrid.form_data import read_form
from app.domain.provider_events import Inbound, MalformedWebhook, ProviderEvent, Receipt, ReceiptKind, Unrecognized
from app.domain.words import ReasonCode
from tests.channels.cases import CONVERSATION, CORRELATION, sample
from tests.channels.mail_cases import BOUNDARY, OUR_MESSAGE_ID, form

REPLY_TO = "Support <reply+{token}@in.example.com>"
NAMES = ["processed", "delivered", "deferred", "open", "bounce", "blocked", "dropped", "spamreport", "unsubscribe"]
ANN = "ann@example.com"


def read(name: str, **changes: Any) -> ProviderEvent:
    event = {key: value for key, value in {**sample("sendgrid", name), **changes}.items() if value is not None}
    [found] = events.read(json.dumps([event]).encode(), "example.com")
    return found


@pytest.mark.parametrize(
    ("name", "kind"),
    [("processed", ReceiptKind.SENT), ("delivered", ReceiptKind.DELIVERED), ("open", ReceiptKind.READ)],
)
def test_progress_is_told(name: str, kind: ReceiptKind) -> None:
    event = read(name)

    assert isinstance(event, Receipt)
    assert (event.kind, event.correlation, event.provider_message_id) == (kind, CORRELATION, "sg-1")
    assert (event.event_key, event.code, event.bad_address) == (f"evt-{name}", None, None)
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "changes", "code", "bad_address"),
    [
        ("bounce", {}, ReasonCode.BOUNCED, ANN),
        ("blocked", {}, ReasonCode.UNREACHABLE, None),
        ("blocked", {"bounce_classification": "Reputation"}, ReasonCode.BLOCKED, None),
        ("blocked", {"bounce_classification": None}, ReasonCode.BLOCKED, None),
        ("blocked", {"bounce_classification": "Content"}, ReasonCode.CONTENT_REJECTED, None),
        ("blocked", {"bounce_classification": "Invalid Address"}, ReasonCode.INVALID_RECIPIENT, None),
        ("dropped", {}, ReasonCode.BOUNCED, ANN),
        ("dropped", {"reason": "Invalid"}, ReasonCode.INVALID_RECIPIENT, ANN),
        ("dropped", {"reason": "Spam Reporting Address"}, ReasonCode.COMPLAINED, ANN),
        ("dropped", {"reason": "Unsubscribed Address"}, ReasonCode.OPTED_OUT, ANN),
        ("dropped", {"reason": "Spam Content (if Spam Checker app is enabled)"}, ReasonCode.CONTENT_REJECTED, None),
        ("dropped", {"reason": "Recipient List over Package Quota"}, ReasonCode.UNREACHABLE, None),
        ("spamreport", {}, ReasonCode.COMPLAINED, ANN),
    ],
)
def test_failures_say_why_and_whether_the_address_is_lost(
    name: str, changes: dict[str, Any], code: ReasonCode, bad_address: str | None
) -> None:
    event = read(name, **changes)

    assert isinstance(event, Receipt)
    assert (event.kind, event.code, event.bad_address) == (ReceiptKind.FAILED, code, bad_address)


@pytest.mark.parametrize("changes", [{"event": "deferred"}, {"event": "teleported"}, {"sg_machine_open": True}])
def test_what_settles_nothing_is_only_kept(changes: dict[str, Any]) -> None:
    assert isinstance(read("open", **changes), Unrecognized)


@pytest.mark.parametrize("name", ["processed", "delivered", "bounce", "spamreport"])
def test_other_mail_of_the_same_sendgrid_account_is_no_receipt(name: str) -> None:
    assert isinstance(read(name, delivery=None), Unrecognized)


@pytest.mark.parametrize(
    ("name", "kind", "opted_out"),
    [
        ("unsubscribe", "unsubscribe", True),
        ("unsubscribe", "group_unsubscribe", True),
        ("group_resubscribe", "group_resubscribe", False),
    ],
)
def test_a_person_s_choice_is_a_message_and_fails_nothing(name: str, kind: str, opted_out: bool) -> None:
    event = read(name, event=kind)

    assert isinstance(event, Inbound)
    assert (event.sender, event.opted_out, event.automatic) == (ANN, opted_out, True)
    assert event.in_reply_to == (OUR_MESSAGE_ID,)


def test_events_come_in_their_order_and_have_keys_of_their_own() -> None:
    body = json.dumps([sample("sendgrid", name) for name in NAMES]).encode()

    assert [event.event_key for event in events.read(body, "example.com")] == [f"evt-{name}" for name in NAMES]


def test_an_event_without_an_id_of_its_own_is_told_apart_by_all_it_has() -> None:
    keys = {read(name, sg_event_id=None).event_key for name in NAMES}

    assert len(keys) == len({read(name).raw["event"] for name in NAMES})


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_list_of_events_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        events.read(body, "example.com")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_shape_of_event_breaks_the_reading(name: str, data: st.DataObject) -> None:
    event = sample("sendgrid", name)
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(event)), _JSON, max_size=3))
    [found] = events.read(json.dumps([{**event, **changes}]).encode(), "example.com")

    assert found.event_key


# Inbound Parse


def posted(fields: dict[str, Any], files: dict[str, bytes] | None = None, reply_to: str | None = REPLY_TO) -> Inbound:
    body = form(fields, files)
    return events.read_inbound(read_form(f'multipart/form-data; boundary="{BOUNDARY}"', body), reply_to)


@pytest.mark.parametrize("name", ["inbound_raw", "inbound_parsed"])
def test_an_e_mail_comes_in_with_its_thread_in_either_form(name: str) -> None:
    event = posted(sample("sendgrid", name), {"attachment1": b"\x00\xff" * 700_000})

    assert event.text == "Works again, thanks!"
    assert event.sender == ANN
    assert event.provider_message_id == "<CAxyz@mail.example.com>"
    assert event.in_reply_to == (OUR_MESSAGE_ID, "<first@mail.example.com>")
    assert event.references == ("<first@mail.example.com>", OUR_MESSAGE_ID)
    assert event.conversation_id == CONVERSATION
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    assert not event.automatic
    assert event.raw["SPF"] == "pass"
    assert "email" not in event.raw


def test_the_text_of_a_part_is_read_in_the_charset_that_is_named() -> None:
    fields = {**sample("sendgrid", "inbound_parsed"), "text": "Grüße".encode("latin-1")}
    charsets = json.dumps({"text": "iso-8859-1"})

    assert posted({**fields, "charsets": charsets}).text == "Grüße"
    assert posted({**fields, "text": "", "charsets": charsets}).text == "Works again, thanks!"


@pytest.mark.parametrize("name", ["inbound_raw", "inbound_parsed"])
def test_a_machine_s_answer_is_told_from_a_person_s(name: str) -> None:
    fields = sample("sendgrid", name)
    key = "email" if "email" in fields else "headers"

    assert posted({**fields, key: "Auto-Submitted: auto-replied\r\n" + fields[key]}).automatic


def test_the_same_mail_posted_again_has_the_same_key_and_another_has_not() -> None:
    fields = sample("sendgrid", "inbound_raw")

    assert posted(fields).event_key == posted(fields).event_key
    assert posted(fields).event_key != posted({**fields, "email": fields["email"] + "More."}).event_key


@pytest.mark.parametrize("reply_to", [None, "answers@example.com", "other+{token}@in.example.com"])
def test_only_a_reply_address_of_ours_names_a_conversation(reply_to: str | None) -> None:
    assert posted(sample("sendgrid", "inbound_raw"), reply_to=reply_to).conversation_id is None


@pytest.mark.parametrize("fields", [{}, {"email": "no mail"}, {"headers": "Subject: nobody's\n"}, {"text": "Hi"}])
def test_a_form_without_a_mail_is_malformed(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedWebhook):
        posted(fields)


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=other",
        "x; boundary=\xff",
        "multipart/form-data; boundary*0=a; boundary*=b",
    ],
)
def test_a_form_that_cannot_be_taken_apart_is_malformed(content_type: str) -> None:
    with pytest.raises(MalformedWebhook):
        read_form(content_type, form({"email": "x"}))


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading_of_a_form(body: bytes) -> None:
    with contextlib.suppress(MalformedWebhook):
        events.read_inbound(read_form(f"multipart/form-data; boundary={BOUNDARY}", body), REPLY_TO)

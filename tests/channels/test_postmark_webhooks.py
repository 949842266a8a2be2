"""What Postmark's webhooks come out as."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.postmark import webhooks as events
from app.domain.provider_events import Inbound, MalformedWebhook, ProviderEvent, Receipt, ReceiptKind, Unrecognized
from app.domain.words import ReasonCode
from tests.channels.cases import CONVERSATION, CORRELATION, sample

OUR_ID = f"<{CORRELATION.partition('.')[0]}@example.com>"
NAMES = ["delivery", "open", "bounce_hard", "spam_complaint", "subscription_change", "inbound"]


def read(name: str, **changes: Any) -> ProviderEvent:
    return events.read({**sample("postmark", name), **changes}, "example.com")


def test_a_hard_bounce_fails_the_message_and_the_address() -> None:
    event = read("bounce_hard")

    assert isinstance(event, Receipt)
    assert (event.kind, event.code, event.bad_address) == (ReceiptKind.FAILED, ReasonCode.BOUNCED, "ann@example.com")
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 9, tzinfo=UTC)


def test_a_soft_bounce_fails_the_message_for_now_and_not_the_address() -> None:
    event = read("bounce_soft")

    assert isinstance(event, Receipt)
    assert (event.kind, event.code, event.bad_address) == (ReceiptKind.FAILED, ReasonCode.UNREACHABLE, None)


@pytest.mark.parametrize("kind", ["Transient", "AutoResponder", "Subscribe", "SomethingNew"])
def test_a_bounce_that_ends_nothing_is_only_kept(kind: str) -> None:
    assert isinstance(read("bounce_transient", Type=kind), Unrecognized)


def test_a_complaint_is_told_as_one() -> None:
    event = read("spam_complaint")

    assert isinstance(event, Receipt)
    assert (event.code, event.bad_address) == (ReasonCode.COMPLAINED, "ann@example.com")


def test_an_open_says_that_it_was_read() -> None:
    event = read("open")

    assert isinstance(event, Receipt)
    assert event.kind is ReceiptKind.READ


@pytest.mark.parametrize("suppressed", [True, False])
def test_an_unsubscription_opts_out_and_does_not_fail_what_was_delivered(suppressed: bool) -> None:
    event = read("subscription_change", SuppressSending=suppressed)

    assert isinstance(event, Inbound)
    assert (event.sender, event.opted_out, event.automatic) == ("ann@example.com", suppressed, True)
    assert event.in_reply_to == (OUR_ID,)


def test_a_suppression_that_follows_a_bounce_says_nothing_new() -> None:
    assert isinstance(read("subscription_change", SuppressionReason="HardBounce"), Unrecognized)


def test_an_e_mail_comes_in_with_its_thread() -> None:
    event = read("inbound")

    assert isinstance(event, Inbound)
    assert event.text == "Works again, thanks!"
    assert event.provider_message_id == "<CAxyz@mail.example.com>"
    assert event.in_reply_to == (OUR_ID, "<first@mail.example.com>")
    assert event.references == ("<first@mail.example.com>", OUR_ID)
    assert event.conversation_id == CONVERSATION
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    assert not event.automatic


@pytest.mark.parametrize(
    "date",
    ["Fri, 1 May 99999999999999999999 14:30:00 +0200", "Fri, 1 May 2026 14:30:00 +99999999999999999999", "yesterday"],
)
def test_an_e_mail_whose_date_is_none_comes_in_without_one(date: str) -> None:
    event = read("inbound", Date=date)

    assert isinstance(event, Inbound)
    assert event.sent_at is None


def test_the_text_of_an_e_mail_is_the_best_that_there_is() -> None:
    whole = read("inbound", StrippedTextReply="")
    html_only = read("inbound", StrippedTextReply="", TextBody="")

    assert isinstance(whole, Inbound)
    assert whole.text.endswith("> Hi Ann")
    assert isinstance(html_only, Inbound)
    assert html_only.text == "Works again, thanks!"


@pytest.mark.parametrize(
    ("name", "value", "automatic"),
    [
        ("Auto-Submitted", "auto-replied; owner-token=x", True),
        ("auto-submitted", "auto-generated", True),
        ("Auto-Submitted", "No", False),
        ("X-Autoreply", "yes", True),
        ("X-Autorespond", "", True),
        ("Precedence", "Bulk", True),
        ("Precedence", "first-class", False),
        ("Return-Path", "<>", True),
        ("Return-Path", "<ann@example.com>", False),
        ("Content-Type", "multipart/report; report-type=delivery-status", True),
    ],
)
def test_a_machine_s_answer_is_told_from_a_person_s(name: str, value: str, automatic: bool) -> None:
    event = read("inbound", Headers=[{"Name": name, "Value": value}])

    assert isinstance(event, Inbound)
    assert event.automatic is automatic


def test_an_e_mail_without_a_sender_is_malformed() -> None:
    with pytest.raises(MalformedWebhook):
        read("inbound", FromFull={})


def test_different_events_of_one_message_have_different_keys() -> None:
    assert len({read(name).event_key for name in NAMES}) == len(NAMES)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_shape_of_event_breaks_the_reading(name: str, data: st.DataObject) -> None:
    body = sample("postmark", name)
    changes = data.draw(st.dictionaries(st.sampled_from(["RecordType", *body]), _JSON, max_size=3))
    with contextlib.suppress(MalformedWebhook):
        assert events.read({**body, **changes}, "example.com").event_key

"""What comes from Messenger and Instagram: echoes, deliveries, watermarks, and what customers write."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.domain.provider_events import Amended, Inbound, Receipt, ReceiptKind, Unrecognized, Watermark
from tests.channels.cases import CORRELATION, sample
from tests.channels.graph_cases import (
    INSTAGRAM_ID,
    MID,
    PAGE_ID,
    PERSON,
    graph_webhook,
)
from tests.channels.test_meta import adapter


def events(http: httpx.AsyncClient, name: str) -> list[Any]:
    return list(adapter(http).parse(graph_webhook(sample("meta", name))))


def changed(name: str, part: str, changes: Mapping[str, Any]) -> Any:
    body = sample("meta", name)
    body["entry"][0]["messaging"][0][part].update(changes)
    return graph_webhook(body)


# Reports


@pytest.mark.parametrize("name", ["echo", "instagram_echo"])
def test_an_echo_proves_that_the_attempt_was_sent(http: httpx.AsyncClient, name: str) -> None:
    [event] = events(http, name)

    assert isinstance(event, Receipt)
    assert (event.kind, event.correlation) == (ReceiptKind.SENT, CORRELATION)
    assert event.provider_message_id
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("metadata", [None, "", "campaign-7", f"{CORRELATION} "])
def test_an_echo_of_another_app_or_of_a_file_is_no_report(http: httpx.AsyncClient, metadata: str | None) -> None:
    [event] = adapter(http).parse(changed("echo", "message", {"metadata": metadata}))

    assert isinstance(event, Unrecognized)


def test_a_delivery_names_its_messages(http: httpx.AsyncClient) -> None:
    several = changed("delivery", "delivery", {"mids": [MID, "m_2"]})
    told: list[Any] = list(adapter(http).parse(several))

    assert [(event.kind, event.provider_message_id) for event in told] == [
        (ReceiptKind.DELIVERED, MID),
        (ReceiptKind.DELIVERED, "m_2"),
    ]
    assert {event.occurred_at for event in told} == {datetime(2026, 5, 1, 12, 0, 5, 500_000, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("name", "kind", "second"),
    [("delivery_watermark", ReceiptKind.DELIVERED, 5), ("read", ReceiptKind.READ, 6)],
)
def test_a_watermark_speaks_of_all_that_one_person_got_until_then(
    http: httpx.AsyncClient, name: str, kind: ReceiptKind, second: int
) -> None:
    [event] = events(http, name)

    assert isinstance(event, Watermark)
    assert (event.kind, event.recipient, event.account_identity) == (kind, PERSON, PAGE_ID)
    assert event.up_to == datetime(2026, 5, 1, 12, 0, second, 500_000, tzinfo=UTC)


def test_watermarks_are_equal_only_for_the_same_person_kind_and_time(http: httpx.AsyncClient) -> None:
    [delivered], [read] = events(http, "delivery_watermark"), events(http, "read")
    [later] = adapter(http).parse(changed("read", "read", {"watermark": 1777636806501}))
    [other] = adapter(http).parse(changed("read", "sender", {"id": "7300123456780000"}))

    assert len({event.event_key for event in (delivered, read, later, other, *events(http, "read"))}) == 4


def test_instagram_names_the_message_that_was_seen(http: httpx.AsyncClient) -> None:
    [event], [echo] = events(http, "instagram_seen"), events(http, "instagram_echo")

    assert isinstance(event, Receipt)
    assert (event.kind, event.provider_message_id) == (ReceiptKind.READ, echo.provider_message_id)
    assert event.account_identity == INSTAGRAM_ID


def test_many_events_of_several_pages_come_in_one_call(http: httpx.AsyncClient) -> None:
    body, other = sample("meta", "read"), sample("meta", "instagram_inbound")
    body["entry"][0]["messaging"] += sample("meta", "delivery")["entry"][0]["messaging"]
    body["entry"] += other["entry"]

    told = adapter(http).parse(graph_webhook(body))

    assert [type(event) for event in told] == [Watermark, Receipt, Inbound]
    assert [event.account_identity for event in told] == [PAGE_ID, PAGE_ID, INSTAGRAM_ID]


def test_reports_in_any_order_name_the_same_message(http: httpx.AsyncClient) -> None:
    ordered = [*events(http, "echo"), *events(http, "delivery")]
    reordered = [*events(http, "delivery"), *events(http, "echo")]

    assert {event.provider_message_id for event in ordered} == {MID}
    assert sorted(event.event_key for event in ordered) == sorted(event.event_key for event in reordered)


# Customers' messages


@pytest.mark.parametrize(
    ("name", "words", "answered"),
    [
        ("inbound", "Works again, thanks! 😀", (MID,)),
        ("inbound_image", "[image] [file]", ()),
        ("postback", "Still broken", ()),
        ("instagram_inbound", "Works again", ()),
    ],
)
def test_a_customer_s_words_come_in(http: httpx.AsyncClient, name: str, words: str, answered: tuple[str, ...]) -> None:
    [event] = events(http, name)

    assert isinstance(event, Inbound)
    assert (event.text, event.in_reply_to, event.automatic) == (words, answered, False)
    assert event.provider_message_id
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


def test_a_reaction_owes_no_answer(http: httpx.AsyncClient) -> None:
    [event] = events(http, "reaction")
    [taken_back] = adapter(http).parse(changed("reaction", "reaction", {"action": "unreact"}))

    assert isinstance(event, Inbound)
    assert (event.text, event.automatic, event.in_reply_to) == ("[reaction: ❤]", True, (MID,))
    assert isinstance(taken_back, Unrecognized)


def test_a_message_that_is_gone_takes_its_text_with_it(http: httpx.AsyncClient) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", {"is_deleted": True}))
    assert isinstance(event, Amended)
    assert event.text is None


@pytest.mark.parametrize("change", [{"text": ""}, {"text": None}])
def test_a_message_that_is_empty_is_kept_only(http: httpx.AsyncClient, change: Mapping[str, Any]) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", change))

    assert isinstance(event, Unrecognized)


def test_what_meta_does_not_pass_on_is_a_message_still(http: httpx.AsyncClient) -> None:
    [event] = adapter(http).parse(changed("inbound", "message", {"text": None, "is_unsupported": True}))

    assert isinstance(event, Inbound)
    assert event.text == "[a message that Meta does not pass on]"


def test_comments_and_the_like_are_kept(http: httpx.AsyncClient) -> None:
    body = {"object": "instagram", "entry": [{"id": INSTAGRAM_ID, "changes": [{"field": "comments", "value": {}}]}]}
    [event] = adapter(http).parse(graph_webhook(body))

    assert isinstance(event, Unrecognized)
    assert event.account_identity == INSTAGRAM_ID

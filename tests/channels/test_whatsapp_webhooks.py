"""WhatsApp's webhooks: what became of a message, and what customers write."""

from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from app.channels.whatsapp_cloud.adapter import WhatsAppCloudAdapter, recipient_of
from app.channels.whatsapp_cloud.webhooks import file_mark
from app.domain.provider_events import Inbound, Receipt, ReceiptKind, Unrecognized
from app.domain.words import ReasonCode
from tests.channels.cases import CORRELATION, sample
from tests.channels.graph_cases import (
    PHONE_NUMBER_ID,
    WAMID,
    WHATSAPP,
    graph_webhook,
)

USER_ID = "US.13491208655302741918"
STATUSES_SCHEMA = sample("whatsapp_cloud", "statuses.schema")


def adapter(http: httpx.AsyncClient) -> WhatsAppCloudAdapter:
    return WhatsAppCloudAdapter.from_config(WHATSAPP.setup("http://graph.example.com"), http)


def events(http: httpx.AsyncClient, name: str) -> list[Any]:
    return list(adapter(http).parse(graph_webhook(sample("whatsapp_cloud", name))))


def statuses(http: httpx.AsyncClient, *listed: Any) -> list[Any]:
    body = sample("whatsapp_cloud", "status_delivered")
    body["entry"][0]["changes"][0]["value"]["statuses"] = list(listed)
    return list(adapter(http).parse(graph_webhook(body)))


def status(kind: str, **changes: Any) -> dict[str, Any]:
    [value] = sample("whatsapp_cloud", "status_delivered")["entry"][0]["changes"]
    return {**value["value"]["statuses"][0], "status": kind, **changes}


# Statuses


@pytest.mark.parametrize("name", ["status_delivered", "status_failed"])
def test_our_samples_of_statuses_are_ones_that_meta_could_send(name: str) -> None:
    [change] = sample("whatsapp_cloud", name)["entry"][0]["changes"]

    jsonschema.validate(change["value"], STATUSES_SCHEMA)


@pytest.mark.parametrize("kind", ["sent", "delivered", "read", "failed"])
def test_every_status_is_a_receipt_for_the_attempt(http: httpx.AsyncClient, kind: str) -> None:
    [event] = statuses(http, status(kind))

    assert isinstance(event, Receipt)
    assert (event.kind, event.correlation, event.provider_message_id) == (ReceiptKind(kind), CORRELATION, WAMID)
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)
    assert (event.code is None) == (event.kind is not ReceiptKind.FAILED)


def test_many_statuses_in_one_call_are_told_as_they_came_and_repeats_are_equal(http: httpx.AsyncClient) -> None:
    told = statuses(http, *(status(kind) for kind in ("read", "delivered", "sent", "delivered")))

    assert [event.kind for event in told] == ["read", "delivered", "sent", "delivered"]
    assert len({event.event_key for event in told}) == 3


def test_a_window_that_was_closed_is_told_later_with_meta_s_words(http: httpx.AsyncClient) -> None:
    [event] = events(http, "status_failed")

    assert isinstance(event, Receipt)
    assert (event.kind, event.code) == (ReceiptKind.FAILED, ReasonCode.WINDOW_CLOSED)
    assert (event.detail or "").startswith("WhatsApp 131047: ")
    assert "since the customer last replied" in (event.detail or "")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (131026, ReasonCode.INVALID_RECIPIENT),
        (131056, ReasonCode.UNREACHABLE),
        (130429, ReasonCode.UNREACHABLE),
        (131042, ReasonCode.PROVIDER_REJECTED),
        (131000, ReasonCode.PROVIDER_REJECTED),
        (987654, ReasonCode.PROVIDER_REJECTED),
    ],
)
def test_a_failed_status_is_final_whatever_the_code_says(
    http: httpx.AsyncClient, code: int, expected: ReasonCode
) -> None:
    [event] = statuses(http, status("failed", errors=[{"code": code, "title": "Something"}]))

    assert event.code is expected
    assert str(code) in event.detail


def test_a_failed_status_without_an_error_is_a_failure_still(http: httpx.AsyncClient) -> None:
    [event] = statuses(http, status("failed", errors=[]))

    assert (event.kind, event.code) == (ReceiptKind.FAILED, ReasonCode.PROVIDER_REJECTED)


@pytest.mark.parametrize("kind", ["played", "warning", "", 7])
def test_other_statuses_are_kept(http: httpx.AsyncClient, kind: Any) -> None:
    [event] = statuses(http, status(kind))

    assert isinstance(event, Unrecognized)


def test_events_of_several_numbers_come_in_one_call(http: httpx.AsyncClient) -> None:
    body = sample("whatsapp_cloud", "status_delivered")
    other = sample("whatsapp_cloud", "inbound_text")["entry"][0]
    other["changes"][0]["value"]["metadata"]["phone_number_id"] = "106540352242999"
    body["entry"].append(other)

    receipt, inbound = adapter(http).parse(graph_webhook(body))

    assert (receipt.account_identity, inbound.account_identity) == (PHONE_NUMBER_ID, "106540352242999")


def test_an_error_that_stands_alone_is_kept(http: httpx.AsyncClient) -> None:
    body = sample("whatsapp_cloud", "status_delivered")
    value = body["entry"][0]["changes"][0]["value"]
    del value["statuses"]
    value["errors"] = [{"code": 130429, "title": "Rate limit hit"}]

    [event] = adapter(http).parse(graph_webhook(body))

    assert isinstance(event, Unrecognized)
    assert event.raw["code"] == 130429


def test_a_file_does_not_report_as_if_it_were_the_text(http: httpx.AsyncClient) -> None:
    mark = file_mark(CORRELATION, 1)
    [event] = statuses(http, status("failed", id="wamid.file", biz_opaque_callback_data=mark))
    assert isinstance(event, Unrecognized)


# Customers' messages


def test_a_text_comes_in_with_its_thread(http: httpx.AsyncClient) -> None:
    [event] = events(http, "inbound_text")

    assert isinstance(event, Inbound)
    assert event.text == "Works again, thanks! 😀"
    assert (event.sender, event.in_reply_to, event.automatic) == ("14155550123", (WAMID,), False)
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, 1, tzinfo=UTC)


def test_every_kind_of_message_is_told_in_words(http: httpx.AsyncClient) -> None:
    told = events(http, "inbound_many")

    assert [event.text for event in told] == [
        "Works again, see",
        "[image]",
        "[document: invoice.pdf]",
        "[audio]",
        "Yes, it works",
        "Still broken",
        "Card payment",
        "[location: Town hall]",
        "[contacts: Bea]",
        "[reaction: 👍]",
        "[a message that WhatsApp does not pass on]",
    ]
    assert len({event.event_key for event in told}) == len(told)


def test_a_reaction_owes_no_answer(http: httpx.AsyncClient) -> None:
    told = {event.text: event for event in events(http, "inbound_many")}

    assert [text for text, event in told.items() if event.automatic] == ["[reaction: 👍]"]
    assert told["[reaction: 👍]"].in_reply_to == (WAMID,)


def test_a_person_who_shows_no_number_writes_under_the_user_id(http: httpx.AsyncClient) -> None:
    [event] = events(http, "inbound_user_id")

    assert (event.sender, recipient_of(event.sender)) == (USER_ID, {"recipient": USER_ID})


@pytest.mark.parametrize(
    "change", [{"type": "system"}, {"type": "text", "text": {}}, {"group_id": "g-1"}, {"id": None}]
)
def test_what_is_no_message_to_this_business_is_kept(http: httpx.AsyncClient, change: dict[str, Any]) -> None:
    body = sample("whatsapp_cloud", "inbound_text")
    body["entry"][0]["changes"][0]["value"]["messages"][0].update(change)

    [event] = adapter(http).parse(graph_webhook(body))

    assert isinstance(event, Unrecognized)

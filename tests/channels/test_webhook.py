"""What is particular to the helpdesk as provider: the body we post, its answers, and its signed reports."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.channels.webhook import WebhookAdapter
from app.domain.outbound import AttachmentFile, Deferred, Rejected, Unknown
from app.domain.provider_events import Inbound, MalformedWebhook, Receipt, ReceiptKind, Webhook
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CONVERSATION, CORRELATION, outbound, sample, signed_webhook, webhook_case
from tests.channels.playing import URL, playing


def adapter(http: httpx.AsyncClient, url: str = "http://helpdesk.example.com") -> WebhookAdapter:
    return WebhookAdapter.from_config(webhook_case().setup(url), http)


def read(http: httpx.AsyncClient, name: str, **data: Any) -> Any:
    body = sample("webhook", name)
    [event] = adapter(http).parse(signed_webhook({**body, "data": {**body["data"], **data}}))
    return event


async def answer_to(status: int, body: Any) -> Any:
    async with playing(status, body) as provider:
        return await adapter(provider.http, URL).send(outbound(Channel.CHAT, "visitor-1"))


async def test_the_body_is_the_one_of_the_contract() -> None:
    file = AttachmentFile("a.txt", "text/plain", b"hello")
    async with playing(200, {"message_id": "m-1"}) as provider:
        await adapter(provider.http, URL).send(
            outbound(Channel.CHAT, "visitor-1", html="<p>Hi</p>", attachments=(file,))
        )

    sent = json.loads(provider.requests[0].body)
    age = datetime.now(UTC) - datetime.fromisoformat(sent.pop("timestamp"))
    assert timedelta(0) <= age < timedelta(minutes=1)
    assert sent == {
        "type": "message.send",
        "data": {
            "correlation": CORRELATION,
            "conversation": {
                "id": str(CONVERSATION),
                "external_id": "c-1",
                "channel": "chat",
                "address": "visitor-1",
                "subject": "Re: Payment failed",
            },
            "message": {
                "text": "Hi Ann, our payments provider is back up – € 5 off!",
                "html": "<p>Hi</p>",
                "attachments": [
                    {
                        "filename": "a.txt",
                        "content_type": "text/plain",
                        "content": base64.b64encode(b"hello").decode(),
                    }
                ],
            },
            "author": {"id": "agent-7", "name": "Kim", "email": "kim@example.com"},
        },
    }


def test_voice_is_carried_by_nobody() -> None:
    assert WebhookAdapter.channels == frozenset(Channel) - {Channel.VOICE}


@pytest.mark.parametrize("status", [400, 404, 410, 422])
async def test_the_documented_refusals_are_final(status: int) -> None:
    result = await answer_to(status, {"code": "blocked", "detail": "no\r\nmore"})

    assert result == Rejected(ReasonCode.BLOCKED, f"HTTP {status}: no more")


@pytest.mark.parametrize(
    ("changes", "ends"),
    [({}, True), ({"address": "U-18"}, False), ({"address": None}, False), ({"code": "unreachable"}, False)],
)
async def test_a_refusal_ends_the_address_that_it_names(changes: dict[str, Any], *, ends: bool) -> None:
    refusal = {"code": "opted_out", "detail": "The person left.", "address": "visitor-1"}
    result = await answer_to(422, refusal | changes)

    assert isinstance(result, Rejected)
    assert result.ends_address is ends


@pytest.mark.parametrize("body", [b"", b"gone", {"code": "sent"}, {"code": 7}, {"code": "voice_not_supported"}])
async def test_a_refusal_without_a_reason_that_fits_is_a_refusal_still(body: Any) -> None:
    result = await answer_to(404, body)

    assert isinstance(result, Rejected)
    assert (result.code, result.temporary) == (ReasonCode.PROVIDER_REJECTED, True)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_closed_door_pauses_the_account(status: int) -> None:
    result = await answer_to(status, {})

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


@pytest.mark.parametrize("status", [204, 302, 402, 405, 409, 500])
async def test_anything_else_is_unknown(status: int) -> None:
    assert isinstance(await answer_to(status, {}), Unknown)


@pytest.mark.parametrize("kind", ["sent", "delivered", "read", "failed"])
def test_reports_become_receipts(http: httpx.AsyncClient, kind: str) -> None:
    body = {**sample("webhook", "delivered"), "type": f"message.{kind}"}
    [event] = adapter(http).parse(signed_webhook(body, event="evt-7"))

    assert isinstance(event, Receipt)
    assert event.kind is ReceiptKind(kind)
    assert (event.correlation, event.provider_message_id, event.event_key) == (CORRELATION, "hd-1", "evt-7")
    assert (event.code is None) == (kind != "failed")


def test_a_failure_says_why_and_whether_the_address_is_dead(http: httpx.AsyncClient) -> None:
    assert read(http, "failed").code is ReasonCode.OPTED_OUT
    assert read(http, "failed").bad_address == "U-17"
    assert read(http, "failed", code="unreachable").bad_address is None
    assert read(http, "failed", code="nonsense").code is ReasonCode.PROVIDER_REJECTED


def test_a_customer_s_message_names_its_conversation(http: httpx.AsyncClient) -> None:
    event = read(http, "received", conversation={"id": str(CONVERSATION)}, opted_out=True)

    assert isinstance(event, Inbound)
    assert (event.conversation_id, event.conversation_external_id) == (CONVERSATION, None)
    assert event.opted_out is True
    assert event.sent_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
    assert read(http, "received").conversation_external_id == "c-1"


def test_a_customer_s_message_names_its_files(http: httpx.AsyncClient) -> None:
    message = {"id": "m-1", "text": "", "attachments": [{"filename": "bill.pdf", "size": 7}, {"filename": ""}]}
    event = read(http, "received", message=message)

    assert isinstance(event, Inbound)
    assert event.attachment_names == ("bill.pdf",)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "message.sent"},
        {"type": "message.sent", "data": {"correlation": 7}},
        {"type": "message.received", "data": {"message": {}}},
        {"type": "message.received", "data": {"conversation": {"id": "no-uuid"}, "message": {"text": "x"}}},
        *(
            {"type": "message.sent", "timestamp": time, "data": {"correlation": CORRELATION}}
            for time in ("soon", 1_777_777_777, "1777777777", "2026-05-01", "2026-05-01T09:00:00")
        ),
    ],
)
def test_a_report_that_breaks_the_contract_is_malformed(http: httpx.AsyncClient, body: Any) -> None:
    with pytest.raises(MalformedWebhook):
        adapter(http).parse(signed_webhook(body))


def test_what_is_malformed_is_told_without_its_value(http: httpx.AsyncClient) -> None:
    with pytest.raises(MalformedWebhook) as error:
        adapter(http).parse(signed_webhook({"type": "message.sent", "data": {"correlation": ["secret words"]}}))

    assert "data.correlation" in str(error.value)
    assert "secret words" not in str(error.value)


@pytest.mark.parametrize("age", [600, -600])
def test_a_signature_from_another_time_is_not_believed(http: httpx.AsyncClient, age: float) -> None:
    assert not adapter(http).verify(signed_webhook(sample("webhook", "delivered"), age=age))


@pytest.mark.parametrize("signature", ["v1", "v1,%%%", "v2,AAAA", "", "v1,AAAA v1", "v1,é"])
def test_an_odd_signature_is_not_believed_and_breaks_nothing(http: httpx.AsyncClient, signature: str) -> None:
    good = signed_webhook(sample("webhook", "delivered"))

    assert not adapter(http).verify(replace(good, headers={**good.headers, "webhook-signature": signature}))


def test_a_body_that_is_no_text_is_not_believed(http: httpx.AsyncClient) -> None:
    good: Webhook = signed_webhook({})

    assert not adapter(http).verify(replace(good, body=b"\xff"))

"""What is particular to SendGrid: its payload, its refusals, its rate limits, and who may call back."""

import base64
import json
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.channels.registry import validate
from app.channels.sendgrid import adapter as sendgrid_adapter
from app.channels.sendgrid.adapter import FIELDS, SendGridAdapter
from app.domain.errors import InvalidAccount
from app.domain.outbound import Accepted, AttachmentFile, Deferred, Outbound, Rejected, Unknown
from app.domain.provider_events import Inbound
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CONVERSATION, CORRELATION, outbound, sample
from tests.channels.cases import webhook as call
from tests.channels.mail_cases import (
    EVENT_KEY,
    INBOUND_KEY,
    OUR_MESSAGE_ID,
    SENDGRID,
    check_sendgrid_request,
    public,
    sendgrid_events,
    sendgrid_mail,
    signed,
)
from tests.channels.playing import URL, playing

RAW_MAIL = sample("sendgrid", "inbound_raw")


def adapter(http: httpx.AsyncClient, url: str = "http://sendgrid.example.com", **config: Any) -> SendGridAdapter:
    setup = SENDGRID.setup(url)
    return SendGridAdapter.from_config(replace(setup, config={**setup.config, **config}), http)


async def payload_of(message: Outbound, **config: Any) -> dict[str, Any]:
    """Send the message, hold the call against SendGrid's description, and give back what it said."""
    async with playing(202, b"", {"X-Message-Id": "sg-1"}) as provider:
        assert isinstance(await adapter(provider.http, URL, **config).send(message), Accepted)
    check_sendgrid_request(provider.requests[0])
    sent: dict[str, Any] = json.loads(provider.requests[0].body)
    return sent


async def result_of(status: int, body: Any = b"", headers: dict[str, str] | None = None) -> Any:
    async with playing(status, body, headers) as provider:
        return await adapter(provider.http, URL).send(SENDGRID.message)


async def test_a_reply_is_threaded_under_the_customer_s_message() -> None:
    long_id = f"<{'x' * 200}@mail.example.com>"
    thread = ("<first@mail.example.com>", long_id)

    payload = await payload_of(replace(SENDGRID.message, in_reply_to=long_id, references=thread))

    assert payload["headers"] == {
        "Message-ID": OUR_MESSAGE_ID,
        "In-Reply-To": long_id,
        "References": " ".join(thread),
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    assert payload["from"] == {"email": "support@example.com", "name": "Support"}
    assert payload["reply_to"] == {"email": f"reply+{CONVERSATION.hex}@in.example.com", "name": "Support"}
    assert payload["subject"] == "Re: Payment failed"
    assert payload["content"] == [{"type": "text/plain", "value": SENDGRID.message.text}]
    assert "attachments" not in payload


async def test_text_comes_before_html_and_files_go_along() -> None:
    file = AttachmentFile("a.pdf", "application/pdf", b"%PDF")
    payload = await payload_of(replace(SENDGRID.message, html="<p>Hi</p>", attachments=(file,)))

    assert [part["type"] for part in payload["content"]] == ["text/plain", "text/html"]
    assert payload["attachments"] == [
        {"filename": "a.pdf", "type": "application/pdf", "content": "JVBERg==", "disposition": "attachment"}
    ]


@pytest.mark.parametrize("subject", [None, "", "\r\n"])
async def test_a_mail_without_a_subject_gets_one_because_sendgrid_demands_it(subject: str | None) -> None:
    assert (await payload_of(replace(SENDGRID.message, subject=subject)))["subject"] == "Re: your message"


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85"])
async def test_a_line_break_never_reaches_a_header(newline: str) -> None:
    attack = f"{newline}Bcc: everyone@example.com"
    message = replace(
        SENDGRID.message,
        subject=f"Re: Hello{attack}",
        in_reply_to=f"<a@b.example.com>{attack}",
        references=(f"<a@b.example.com>{attack}",),
    )
    payload = await payload_of(message)

    assert all(len(line.splitlines()) == 1 for line in [payload["subject"], *payload["headers"].values()])


async def test_a_second_attempt_keeps_the_message_id_and_changes_the_correlation() -> None:
    async with playing(202, b"", {"X-Message-Id": "sg-1"}) as provider:
        await adapter(provider.http, URL).send(replace(SENDGRID.message, epoch=2))
    payload = json.loads(provider.requests[0].body)

    assert payload["headers"]["Message-ID"] == OUR_MESSAGE_ID
    assert payload["personalizations"][0]["custom_args"] == {"delivery": CORRELATION.replace(".1", ".2")}


@pytest.mark.parametrize("address", ["ann@example.com, bob@example.com", "ann@example.com\r\nBcc: x@y.example", "ann"])
async def test_an_address_that_is_not_exactly_one_is_refused_without_a_call(
    http: httpx.AsyncClient, address: str
) -> None:
    result = await adapter(http).send(outbound(Channel.EMAIL, address))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.ADDRESS_INVALID


async def test_what_is_larger_than_sendgrid_takes_is_refused_without_a_call(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sendgrid_adapter, "MESSAGE_BYTES", 1_000)
    file = AttachmentFile("a.bin", "application/octet-stream", b"x" * 1_000)
    result = await adapter(http).send(replace(SENDGRID.message, attachments=(file,)))

    assert isinstance(result, Rejected)
    assert result.code is ReasonCode.CONTENT_REJECTED


def complaint(*fields: str | None) -> dict[str, Any]:
    return {"errors": [{"field": field, "message": "Bad Request", "help": None} for field in fields]}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, complaint("personalizations.0.to.0.email"), ReasonCode.INVALID_RECIPIENT),
        (400, complaint("personalizations"), ReasonCode.PROVIDER_REJECTED),
        (400, complaint("content.0.value"), ReasonCode.CONTENT_REJECTED),
        (400, complaint("attachments.0.content"), ReasonCode.CONTENT_REJECTED),
        (400, complaint("from.email"), ("account", None)),
        (400, complaint("reply_to"), ("account", None)),
        (400, complaint(None, "from"), ("account", None)),
        (400, complaint(None), ReasonCode.PROVIDER_REJECTED),
        (400, complaint("headers"), ReasonCode.PROVIDER_REJECTED),
        (400, {"errors": "what"}, ReasonCode.PROVIDER_REJECTED),
        (401, complaint(None), ("account", None)),
        (403, complaint("from"), ("account", None)),
        (404, b"", ("account", None)),
        (413, b"<html>", ReasonCode.CONTENT_REJECTED),
        (415, complaint(None), ReasonCode.PROVIDER_REJECTED),
    ],
)
async def test_refusals_mean_what_the_tables_say(status: int, body: Any, expected: Any) -> None:
    result = await result_of(status, body)

    if isinstance(expected, ReasonCode):
        assert isinstance(result, Rejected)
        assert result.code is expected
    else:
        assert isinstance(result, Deferred)
        assert (result.scope, result.retry_after) == expected


@pytest.mark.parametrize("field", sorted(FIELDS))
async def test_every_field_of_the_table_is_told_in_our_words(field: str) -> None:
    assert (await result_of(400, complaint(field))).detail == f"SendGrid: {FIELDS[field].words}"


async def test_a_rate_limit_is_waited_out() -> None:
    result = await result_of(429, headers={"X-RateLimit-Reset": str(int(time.time()) + 40)})

    assert isinstance(result, Deferred)
    assert result.scope == "account"
    assert result.retry_after is not None
    assert 35 < result.retry_after.total_seconds() <= 40


@pytest.mark.parametrize(("status", "headers"), [(202, {}), (200, {"X-Message-Id": "sg-1"})])
async def test_only_202_with_an_id_is_a_yes(status: int, headers: dict[str, str]) -> None:
    assert isinstance(await result_of(status, headers=headers), Unknown)


# Who may call back


def test_an_event_is_believed_by_its_signature_and_not_by_the_secret_in_the_url(http: httpx.AsyncClient) -> None:
    true = sendgrid_events(sample("sendgrid", "delivered"))
    forged = call(true.body, {"content-type": "application/json"}, "token=callback-secret")

    assert adapter(http).verify(true)
    assert not adapter(http).verify(forged)


@pytest.mark.parametrize(
    "changes",
    [
        {"x-twilio-email-event-webhook-timestamp": "1777636811"},
        {"x-twilio-email-event-webhook-timestamp": ""},
        {"x-twilio-email-event-webhook-signature": "not base64!"},
        {"x-twilio-email-event-webhook-signature": base64.b64encode(b"not a signature").decode()},
        signed(sendgrid_events(sample("sendgrid", "delivered")).body, INBOUND_KEY),
    ],
    ids=["another time", "no time", "no base64", "no signature", "another key"],
)
def test_a_signature_that_does_not_fit_is_not_believed(http: httpx.AsyncClient, changes: dict[str, str]) -> None:
    true = sendgrid_events(sample("sendgrid", "delivered"))

    assert not adapter(http).verify(replace(true, headers={**true.headers, **changes}))


def test_the_line_end_after_the_events_is_signed_too(http: httpx.AsyncClient) -> None:
    true = sendgrid_events(sample("sendgrid", "delivered"))

    assert not adapter(http).verify(replace(true, body=true.body.rstrip()))


def test_inbound_mail_is_believed_by_the_secret_in_the_url(http: httpx.AsyncClient) -> None:
    assert adapter(http).verify(sendgrid_mail(RAW_MAIL))
    assert not adapter(http).verify(sendgrid_mail(RAW_MAIL, token="callback-secreT"))


def test_inbound_mail_must_be_signed_where_the_tenant_has_set_that_up(http: httpx.AsyncClient) -> None:
    strict = adapter(http, inbound_public_key=public(INBOUND_KEY))

    assert strict.verify(sendgrid_mail(RAW_MAIL, key=INBOUND_KEY))
    assert not strict.verify(sendgrid_mail(RAW_MAIL))
    assert not strict.verify(sendgrid_mail(RAW_MAIL, key=EVENT_KEY))


def test_without_a_secret_of_ours_no_mail_is_believed(http: httpx.AsyncClient) -> None:
    careless = SendGridAdapter.from_config(replace(SENDGRID.setup("http://x.example"), callback_secret=""), http)

    assert not careless.verify(sendgrid_mail(RAW_MAIL, token=""))


def test_a_form_is_never_read_as_events_nor_events_as_a_mail(http: httpx.AsyncClient) -> None:
    [mail] = adapter(http).parse(sendgrid_mail({**RAW_MAIL, "event": "delivered"}))

    assert isinstance(mail, Inbound)


@pytest.mark.parametrize("key", ["", "zzz", "c29tZXRoaW5n", public(EVENT_KEY)[:-8]])
def test_a_verification_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        validate("sendgrid", Channel.EMAIL, {**SENDGRID.config, "webhook_public_key": key}, SENDGRID.credentials)

    assert [fault.pointer for fault in refused.value.faults] == ["/config/webhook_public_key"]


def test_without_its_key_an_account_is_saved_and_no_event_is_believed(http: httpx.AsyncClient) -> None:
    config = {name: value for name, value in SENDGRID.config.items() if name != "webhook_public_key"}
    validate("sendgrid", Channel.EMAIL, config, SENDGRID.credentials)
    setup = replace(SENDGRID.setup("http://x.example"), config=config)
    assert not SendGridAdapter.from_config(setup, http).verify(sendgrid_events({"event": "delivered"}))

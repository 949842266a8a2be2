"""The sandbox answers and reports as SendGrid documents it, and our own adapter understands it."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import aiohttp
import httpx
import pytest

from app.channels.http import open_http
from app.channels.registry import AccountSetup
from app.channels.sendgrid.adapter import SendGridAdapter
from app.dev.sandbox import InjectedFault, Sandbox
from app.dev.sandbox.faults import STAGES, Stage
from app.dev.sandbox.sendgrid import SendGrid, new_keys
from app.domain.outbound import Accepted, Deferred, Outbound, Rejected, Unknown
from app.domain.provider_events import Receipt, ReceiptKind
from app.domain.words import Channel, ReasonCode
from tests.channels.cases import CORRELATION, outbound
from tests.channels.mail_cases import OUR_MESSAGE_ID
from tests.dev.sandbox_calls import QUICK, Answered, get, quick_sandbox, run_receiver, within

KEY = "SG.sandbox"
PRIVATE, PUBLIC = new_keys()
RESULTS: Mapping[InjectedFault, type] = {
    InjectedFault.INVALID: Rejected,
    InjectedFault.OPTED_OUT: Rejected,
    InjectedFault.BOUNCE: Accepted,
    InjectedFault.COMPLAINT: Accepted,
    InjectedFault.UNDELIVERED: Accepted,
    InjectedFault.THROTTLED: Deferred,
    InjectedFault.BUSY: Deferred,
    InjectedFault.BAD_TOKEN: Deferred,
    InjectedFault.ERROR_BEFORE: Unknown,
    InjectedFault.ERROR_AFTER: Unknown,
    InjectedFault.TIMEOUT: Unknown,
    InjectedFault.DROP_BEFORE: Unknown,
    InjectedFault.DROP_AFTER: Unknown,
    InjectedFault.DRIP: Accepted,  # there is no body to drip
    InjectedFault.GARBAGE: Unknown,
    InjectedFault.RECEIPT_FIRST: Accepted,
}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = open_http(allow_private_urls=True)
    yield client
    await client.aclose()


def adapter(sandbox: Sandbox, http: httpx.AsyncClient) -> SendGridAdapter:
    config = {
        "from": "Support <support@example.com>",
        "webhook_public_key": PUBLIC,
        "base_url": f"{sandbox.url}/sendgrid",
    }
    return SendGridAdapter.from_config(AccountSetup(config, {"api_key": KEY}, "callback-secret"), http)


def to(recipient: str) -> Outbound:
    return outbound(Channel.EMAIL, recipient)


def payload(**changes: object) -> dict[str, Any]:
    whole = {
        "personalizations": [{"to": [{"email": "ann@example.com"}], "custom_args": {"delivery": "d-1.1"}}],
        "from": {"email": "support@example.com"},
        "subject": "Re: Payment failed",
        "content": [{"type": "text/plain", "value": "Hello"}],
        **changes,
    }
    return {key: value for key, value in whole.items() if value is not None}


async def post(client: aiohttp.ClientSession, sandbox: Sandbox, body: object, key: str = KEY) -> Answered:
    content = BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with client.post(f"{sandbox.url}/sendgrid/v3/mail/send", data=content, headers=headers) as response:
        return Answered(response.status, response.headers, await response.read())


async def test_a_message_is_accepted_without_a_body_and_with_an_id(http: httpx.AsyncClient) -> None:
    async with quick_sandbox() as (sandbox, _):
        result = await adapter(sandbox, http).send(to("ann@example.com"))
        [entry] = sandbox.journal

    assert result == Accepted(entry.message_id)
    assert (entry.message.recipient, entry.message.correlation) == ("ann@example.com", CORRELATION)


async def test_an_unknown_key_is_401_once_an_account_is_registered() -> None:
    async with quick_sandbox() as (sandbox, client):
        before = await post(client, sandbox, payload(), "another")
        sandbox.register("sendgrid", KEY)
        after = await post(client, sandbox, payload(), "another")

    assert (before.status, before.body, after.status) == (202, b"", 401)
    assert after.json["errors"][0]["field"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"personalizations": [{"to": [{"email": "nobody"}]}]}, "personalizations.0.to.0.email"),
        ({"from": {"email": ""}}, "from.email"),
        ({"subject": ""}, "subject"),
        ({"content": []}, "content"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content"),
        ({"content": [{"type": kind, "value": "x"} for kind in ("text/html", "text/plain")]}, "content"),
        ({"headers": {"Reply-To": "a@example.com"}}, "headers"),
        ({"attachments": []}, "attachments"),
        ({"personalizations": [{"to": [{"email": "a@example.com"}], "custom_args": {"delivery": 1}}]}, None),
    ],
)
async def test_a_message_that_sendgrid_would_refuse_is_refused(changes: dict[str, Any], field: str | None) -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, payload(**changes))
        assert (answer.status, answer.json["errors"][0]["field"]) == (400, field)
        assert sandbox.journal.counts().accepted == 0


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"personalizations": 1}'])
async def test_a_call_that_cannot_be_read_is_refused(body: bytes) -> None:
    async with quick_sandbox() as (sandbox, client):
        assert (await post(client, sandbox, body)).status == 400


@pytest.mark.parametrize(("fault", "result"), RESULTS.items())
async def test_every_fault_comes_out_of_our_adapter_as_it_must(
    http: httpx.AsyncClient, fault: InjectedFault, result: type
) -> None:
    async with quick_sandbox(replace(QUICK, throttle_calls=1)) as (sandbox, _):
        assert type(await adapter(sandbox, http).send(to(f"{fault}@example.com"))) is result
        [entry] = sandbox.journal

    assert entry.accepted is (STAGES[fault] in {Stage.RECEIPT, Stage.ANSWER})


async def test_a_throttled_recipient_is_told_when_to_come_back(http: httpx.AsyncClient) -> None:
    async with quick_sandbox(replace(QUICK, throttle_calls=1)) as (sandbox, _):
        first, second = [await adapter(sandbox, http).send(to("throttled@example.com")) for _ in range(2)]

    assert isinstance(first, Deferred)
    assert first.retry_after is not None
    assert first.retry_after.total_seconds() <= 1
    assert isinstance(second, Accepted)


@pytest.mark.parametrize(
    ("recipient", "kinds", "code"),
    [
        ("ann@example.com", [ReceiptKind.SENT, ReceiptKind.DELIVERED], None),
        ("bounce@example.com", [ReceiptKind.SENT, ReceiptKind.FAILED], ReasonCode.BOUNCED),
        ("undelivered@example.com", [ReceiptKind.SENT, ReceiptKind.FAILED], ReasonCode.UNREACHABLE),
        (
            "complaint@example.com",
            [ReceiptKind.SENT, ReceiptKind.DELIVERED, ReceiptKind.FAILED],
            ReasonCode.COMPLAINED,
        ),
    ],
)
async def test_what_it_reports_is_signed_and_names_our_attempt(
    http: httpx.AsyncClient, recipient: str, kinds: list[ReceiptKind], code: ReasonCode | None
) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, _):
        sandbox.register("sendgrid", KEY, PRIVATE, receiver.url)
        ours = adapter(sandbox, http)
        sent = await ours.send(to(recipient))
        await within(5, sandbox)
        calls = [received.webhook for received in receiver.received]

    assert isinstance(sent, Accepted)
    assert all(ours.verify(call) for call in calls)
    assert not any(ours.verify(replace(call, body=call.body + b" ")) for call in calls)
    events = [event for call in calls for event in ours.parse(call)]
    receipts = [event for event in events if isinstance(event, Receipt)]
    assert [receipt.kind for receipt in receipts] == kinds
    assert {receipt.provider_message_id for receipt in receipts} == {sent.provider_message_id}
    assert {receipt.correlation for receipt in receipts} == {CORRELATION}
    assert receipts[-1].code is code
    assert len({event.event_key for event in events}) == len(kinds)


async def test_one_signed_call_may_tell_of_several_messages(http: httpx.AsyncClient) -> None:
    settings = replace(QUICK, receipts=False, receipts_at_once=10)
    async with run_receiver() as receiver, quick_sandbox(settings) as (sandbox, _):
        sandbox.register("sendgrid", KEY, PRIVATE, receiver.url)
        ours = adapter(sandbox, http)
        sent = [await ours.send(to(f"customer-{number}@example.com")) for number in range(3)]
        for entry in sandbox.journal:
            sandbox.courier.schedule(SendGrid(sandbox.exchange), entry)
        await within(5, sandbox)
        calls = [received.webhook for received in receiver.received]

    assert all(ours.verify(call) for call in calls)
    told = [event for call in calls for event in ours.parse(call) if isinstance(event, Receipt)]
    ids = [str(result.provider_message_id) for result in sent if isinstance(result, Accepted)]
    for kind in (ReceiptKind.SENT, ReceiptKind.DELIVERED):
        assert sorted(str(each.provider_message_id) for each in told if each.kind is kind) == sorted(ids)


async def test_without_a_key_nothing_is_reported() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register("sendgrid", KEY, callback_url=receiver.url)
        await post(client, sandbox, payload())
        await within(5, sandbox)
        assert receiver.received == []


async def test_a_message_is_shown_to_people(http: httpx.AsyncClient) -> None:
    async with quick_sandbox() as (sandbox, client):
        await adapter(sandbox, http).send(to("ann@example.com"))
        page = (await get(client, sandbox, "/outbox")).body.decode()

    assert all(text in page for text in ("Re: Payment failed", OUR_MESSAGE_ID.strip("<>"), "payments provider"))

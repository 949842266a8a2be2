"""What every provider must do, whichever it is: one suite over the registry."""

import asyncio

import httpx
import pytest

from app.channels.http import deadline
from app.channels.registry import ADAPTERS, AccountAdapter, build, validate
from app.domain.errors import InvalidAccount
from app.domain.messaging import (
    Accepted,
    Deferred,
    Inbound,
    MalformedWebhook,
    Receipt,
    ReceiptKind,
    Rejected,
    Unknown,
    Unrecognized,
)
from tests.channels.cases import CASES, CORRELATION, SAMPLES, ProviderCase, webhook
from tests.channels.raw_server import LOST_ANSWERS, answering, hang_after_reading, refusing_url, serving

SOMEWHERE = "http://provider.example.com"


@pytest.fixture(params=sorted(ADAPTERS))
def case(request: pytest.FixtureRequest) -> ProviderCase:
    return CASES[request.param]()


@pytest.fixture
def adapter(case: ProviderCase, http: httpx.AsyncClient) -> AccountAdapter:
    """An adapter for what needs no server."""
    return build(case.name, case.setup(SOMEWHERE), http)


def test_every_provider_has_samples(case: ProviderCase) -> None:
    assert any((SAMPLES / case.name).glob("*.json"))


async def test_an_accepted_message_gives_the_provider_s_id(case: ProviderCase, http: httpx.AsyncClient) -> None:
    async with serving(answering(case.accepted.status, case.accepted.body)) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert result == Accepted(case.message_id)
    [request] = server.requests
    case.check_request(request)


async def test_throttling_makes_the_account_wait(case: ProviderCase, http: httpx.AsyncClient) -> None:
    async with serving(answering(429, {}, {"Retry-After": "9"})) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Deferred)
    assert result.scope == "account"
    assert result.retry_after is not None
    assert result.retry_after.total_seconds() == 9


async def test_a_permanent_refusal_is_rejected(case: ProviderCase, http: httpx.AsyncClient) -> None:
    async with serving(answering(case.refused.status, case.refused.body)) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Rejected)
    assert result.code is case.refused.code


async def test_an_account_at_fault_is_paused_and_burns_nobody(case: ProviderCase, http: httpx.AsyncClient) -> None:
    fault = case.account_at_fault
    async with serving(answering(fault.status, fault.body)) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


async def test_a_connection_that_fails_is_deferred(case: ProviderCase, http: httpx.AsyncClient) -> None:
    result = await build(case.name, case.setup(refusing_url()), http).send(case.message)

    assert isinstance(result, Deferred)
    assert result.scope == "delivery"


@pytest.mark.parametrize("ending", LOST_ANSWERS)
async def test_a_lost_answer_is_unknown_and_asked_for_once(
    case: ProviderCase, http: httpx.AsyncClient, ending: str
) -> None:
    async with serving(LOST_ANSWERS[ending]) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert len(server.requests) <= 1
        assert server.connections == 1

    assert isinstance(result, Unknown)


async def test_a_provider_that_hangs_until_the_deadline_is_unknown(case: ProviderCase, http: httpx.AsyncClient) -> None:
    async with serving(hang_after_reading) as server:
        with deadline(asyncio.get_running_loop().time() + 0.2):
            result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert len(server.requests) == 1

    assert isinstance(result, Unknown)


@pytest.mark.parametrize(
    "body", [b"", b"OK", b"<html>", b"null", b"[]", b"{}", b'{"MessageID": 7, "sid": []}', b"\xff"]
)
async def test_a_success_that_cannot_be_read_is_unknown(
    case: ProviderCase, http: httpx.AsyncClient, body: bytes
) -> None:
    async with serving(answering(200, body)) as server:
        assert isinstance(await build(case.name, case.setup(server.url), http).send(case.message), Unknown)


@pytest.mark.parametrize("status", [301, 408, 500, 502, 503])
async def test_a_status_that_says_neither_yes_nor_no_is_unknown(
    case: ProviderCase, http: httpx.AsyncClient, status: int
) -> None:
    async with serving(answering(status, b"<html>", {"Location": "/elsewhere"})) as server:
        assert isinstance(await build(case.name, case.setup(server.url), http).send(case.message), Unknown)
        assert len(server.requests) == 1


async def test_after_the_deadline_no_byte_leaves(case: ProviderCase, http: httpx.AsyncClient) -> None:
    async with serving(answering(case.accepted.status, case.accepted.body)) as server:
        with deadline(asyncio.get_running_loop().time() - 1):
            result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert server.bytes_received == 0

    assert isinstance(result, Deferred)


def test_a_receipt_names_the_attempt(case: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(case.receipt)
    [event] = adapter.parse(case.receipt)

    assert isinstance(event, Receipt)
    assert event.kind is ReceiptKind.DELIVERED
    assert event.correlation == CORRELATION
    assert event.occurred_at is not None
    assert event.occurred_at.tzinfo is not None


def test_a_customer_s_message_comes_in(case: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(case.inbound)
    [event] = adapter.parse(case.inbound)

    assert isinstance(event, Inbound)
    assert event.text.startswith("Works again")
    assert event.sender
    assert event.provider_message_id


def test_a_tampered_webhook_is_not_believed(case: ProviderCase, adapter: AccountAdapter) -> None:
    assert not adapter.verify(case.tampered)


def test_an_unsigned_webhook_is_not_believed(case: ProviderCase, adapter: AccountAdapter) -> None:
    assert not adapter.verify(webhook(case.receipt.body, {}))


def test_an_event_of_an_unknown_kind_is_kept(case: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(case.unknown)
    [event] = adapter.parse(case.unknown)

    assert isinstance(event, Unrecognized)
    assert event.raw


def test_an_event_sent_again_has_the_same_key(case: ProviderCase, adapter: AccountAdapter) -> None:
    [once], [again] = adapter.parse(case.receipt), adapter.parse(case.receipt)

    assert once.event_key == again.event_key
    assert once.event_key


def test_an_unreadable_webhook_says_so(adapter: AccountAdapter) -> None:
    with pytest.raises(MalformedWebhook):
        adapter.parse(webhook(b"\xff\x00", {}))


def test_the_account_of_the_case_is_valid_and_an_unknown_key_is_not(case: ProviderCase) -> None:
    setup = case.setup(SOMEWHERE)
    [channel, *_] = ADAPTERS[case.name].channels

    validate(case.name, channel, setup.config, setup.credentials)
    with pytest.raises(InvalidAccount) as refused:
        validate(case.name, channel, {**setup.config, "colour": "red"}, {})

    pointers = {fault.pointer for fault in refused.value.faults}
    assert "/config/colour" in pointers
    assert {f"/credentials/{key}" for key in setup.credentials} <= pointers


def test_no_secret_shows_in_an_adapter_s_repr(case: ProviderCase, adapter: AccountAdapter) -> None:
    shown = repr(adapter) + repr(case.setup(SOMEWHERE))

    assert not any(secret in shown for secret in case.secrets)

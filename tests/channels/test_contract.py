"""What every provider must do, whichever it is: one suite over the registry."""

import asyncio
from collections.abc import Callable, Mapping

import httpx
import pytest

from app.channels.http import deadline
from app.channels.registry import ADAPTERS, AccountAdapter, build, validate
from app.domain.errors import InvalidAccount
from app.domain.outbound import Accepted, Deferred, Rejected, Unknown
from app.domain.provider_events import Inbound, MalformedWebhook, Receipt, Unrecognized
from tests.channels.all_cases import CASES
from tests.channels.cases import CORRELATION, SAMPLES, ProviderCase, SendingCase, Wire, webhook
from tests.channels.deadlines import deadline_passing_at
from tests.channels.raw_server import Script, refusing_url, serving
from tests.table import table

SOMEWHERE = "http://provider.example.com"


CALLED = sorted(set(ADAPTERS) - {"webchat"})
"""The providers that are called over a wire: the built-in web chat has none (`test_webchat.py`)."""


@pytest.fixture(params=CALLED)
def case(request: pytest.FixtureRequest) -> SendingCase:
    return CASES[request.param]()


@pytest.fixture(params=[name for name in CALLED if isinstance(CASES[name](), ProviderCase)])
def reporting(request: pytest.FixtureRequest) -> ProviderCase:
    """The cases of the providers that call back."""
    case = CASES[request.param]()
    assert isinstance(case, ProviderCase)
    return case


@pytest.fixture
def adapter(reporting: ProviderCase, http: httpx.AsyncClient) -> AccountAdapter:
    """An adapter for what needs no server."""
    return build(reporting.name, reporting.setup(SOMEWHERE), http)


def each(scripts: Callable[[Wire], Mapping[str, Script]]) -> pytest.MarkDecorator:
    """Every provider with each of its own scripts of a kind."""
    pairs = [(name, ending) for name in CALLED for ending in scripts(CASES[name]().wire)]
    return pytest.mark.parametrize(("name", "ending"), pairs)


def test_every_provider_that_reports_has_samples(reporting: ProviderCase) -> None:
    assert any((SAMPLES / reporting.name).glob("*.json"))


async def test_an_accepted_message_gives_the_provider_s_id(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.accept) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert result == Accepted(case.message_id)
    [request] = server.requests
    case.check_request(request)


async def test_throttling_makes_the_account_wait(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.throttle) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Deferred)
    assert result.scope == "account"
    assert result.retry_after is not None
    assert result.retry_after.total_seconds() == case.wire.throttled_for


async def test_a_permanent_refusal_is_rejected(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.refuse) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Rejected)
    assert result.code is case.refusal_code


async def test_an_account_at_fault_is_paused_and_burns_nobody(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.find_fault) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)

    assert isinstance(result, Deferred)
    assert (result.scope, result.retry_after) == ("account", None)


async def test_a_connection_that_fails_is_deferred(case: SendingCase, http: httpx.AsyncClient) -> None:
    result = await build(case.name, case.setup(refusing_url()), http).send(case.message)

    assert isinstance(result, Deferred)
    assert result.scope == "delivery"


@table
@each(lambda wire: wire.lose)
async def test_a_lost_answer_is_unknown_and_asked_for_once(http: httpx.AsyncClient, name: str, ending: str) -> None:
    case = CASES[name]()
    async with serving(case.wire.lose[ending]) as server:
        result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert len(server.requests) <= 1
        assert server.connections == 1

    assert isinstance(result, Unknown)


async def test_a_provider_that_hangs_until_the_deadline_is_unknown(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.hang) as server:
        async with deadline_passing_at(server.asked):
            result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert len(server.requests) == 1

    assert isinstance(result, Unknown)


@table
@each(lambda wire: wire.mumble)
async def test_an_answer_that_says_neither_yes_nor_no_is_unknown(
    http: httpx.AsyncClient, name: str, ending: str
) -> None:
    case = CASES[name]()
    async with serving(case.wire.mumble[ending]) as server:
        assert isinstance(await build(case.name, case.setup(server.url), http).send(case.message), Unknown)
        assert len(server.requests) == 1


async def test_after_the_deadline_no_byte_leaves(case: SendingCase, http: httpx.AsyncClient) -> None:
    async with serving(case.wire.accept) as server:
        with deadline(asyncio.get_running_loop().time() - 1):
            result = await build(case.name, case.setup(server.url), http).send(case.message)
        assert server.bytes_received == 0

    assert isinstance(result, Deferred)


def test_a_receipt_names_the_attempt(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(reporting.receipt)
    [event] = adapter.parse(reporting.receipt)

    assert isinstance(event, Receipt)
    assert event.kind is reporting.receipt_kind
    assert event.correlation == CORRELATION
    assert event.occurred_at is not None
    assert event.occurred_at.tzinfo is not None


def test_a_customer_s_message_comes_in(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(reporting.inbound)
    [event] = adapter.parse(reporting.inbound)

    assert isinstance(event, Inbound)
    assert event.text.startswith("Works again")
    assert event.sender
    assert event.provider_message_id


def test_a_tampered_webhook_is_not_believed(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    assert not adapter.verify(reporting.tampered)


def test_an_unsigned_webhook_is_not_believed(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    assert not adapter.verify(webhook(reporting.receipt.body, {}))


def test_an_event_of_an_unknown_kind_is_kept(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    assert adapter.verify(reporting.unknown)
    [event] = adapter.parse(reporting.unknown)

    assert isinstance(event, Unrecognized)
    assert event.raw


def test_an_event_sent_again_has_the_same_key(reporting: ProviderCase, adapter: AccountAdapter) -> None:
    [once], [again] = adapter.parse(reporting.receipt), adapter.parse(reporting.receipt)

    assert once.event_key == again.event_key
    assert once.event_key


def test_an_unreadable_webhook_says_so(adapter: AccountAdapter) -> None:
    with pytest.raises(MalformedWebhook):
        adapter.parse(webhook(b"\xff\x00", {}))


def test_the_account_of_the_case_is_valid_and_an_unknown_key_is_not(case: SendingCase) -> None:
    setup = case.setup(SOMEWHERE)
    adapter = ADAPTERS[case.name]
    [channel, *_] = adapter.channels
    needed = {key for key, field in adapter.credentials_model.model_fields.items() if field.is_required()}

    validate(case.name, channel, setup.config, setup.credentials)
    with pytest.raises(InvalidAccount) as refused:
        validate(case.name, channel, {**setup.config, "colour": "red"}, {})

    pointers = {fault.pointer for fault in refused.value.faults}
    assert pointers == {"/config/colour"} | {f"/credentials/{key}" for key in needed}


def test_no_secret_shows_in_an_adapter_s_repr(case: SendingCase, http: httpx.AsyncClient) -> None:
    setup = case.setup(SOMEWHERE)
    shown = repr(build(case.name, setup, http)) + repr(setup)

    assert not any(secret in shown for secret in case.secrets)

"""A customer who is played at the sandbox: what it tells, our own adapters believe and understand."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from app.channels.http import open_http
from app.channels.registry import AccountSetup, build
from app.domain.provider_events import Inbound, Webhook
from app.domain.words import Channel
from tests.dev.sandbox_calls import Received, graph_call, post, quick_sandbox, run_receiver
from tests.scene import CORRESPONDENTS

SECRET = "callback-secret"
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
CUSTOMERS: Mapping[Channel, str] = {
    Channel.EMAIL: "ann@example.com",
    Channel.SMS: "+14155550100",
    Channel.WHATSAPP: "14155550100",
    Channel.FACEBOOK: "7300123456789012",
    Channel.OTHER: "guest-1",
}
FIRST = "<first@mail.example.com>"
UNTHREADED, UNTIMED = {"twilio", "webhook", "whatsapp_cloud", "meta"}, {"twilio"}
"""Where a message names no message that it answers, as far as we read it, and where it names no time."""

each_provider = pytest.mark.parametrize("provider", sorted(CORRESPONDENTS))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    client = open_http(allow_private_urls=True)
    yield client
    await client.aclose()


async def told(provider: str, text: str, **changes: str) -> tuple[Received, dict[str, str]]:
    """Play a customer of a provider; answers its call to us, and its answer to whoever plays."""
    by = CORRESPONDENTS[provider]
    sender = CUSTOMERS[by.account("").channel]
    said = {"provider": provider, "identity": by.identity, "sender": sender, "text": text, "at": AT.isoformat()}
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        sandbox.register(provider, by.identity, by.secret, f"{receiver.url}?token={SECRET}")
        answer = await post(client, sandbox, graph_call("/sandbox/inbound", {**said, **changes}))
        assert (answer.status, answer.json["taken"]) == (200, True)
        [received] = receiver.received
        return received, answer.json


def understood(provider: str, received: Received, http: httpx.AsyncClient) -> Inbound:
    account = CORRESPONDENTS[provider].account("https://api.example.com")
    ours = build(provider, AccountSetup(account.config, account.credentials, SECRET), http)
    headers = {name.lower(): value for name, value in received.headers.items()}
    webhook = Webhook("POST", received.url, headers, dict(parse_qsl(urlsplit(received.url).query)), received.body)
    assert ours.verify(webhook)
    [event] = ours.parse(webhook)
    assert isinstance(event, Inbound)
    return event


@each_provider
async def test_a_customers_message_comes_as_each_provider_brings_it(provider: str, http: httpx.AsyncClient) -> None:
    received, _ = await told(provider, "Works again 😀", in_reply_to=FIRST)
    event = understood(provider, received, http)
    assert event.sender.removeprefix("+") == CUSTOMERS[CORRESPONDENTS[provider].account("").channel].removeprefix("+")
    assert event.text.strip() == "Works again 😀"
    assert event.sent_at == (None if provider in UNTIMED else AT)
    assert (event.automatic, event.opted_out) == (False, None)
    if provider not in UNTHREADED:
        assert event.in_reply_to == (FIRST,)


@each_provider
async def test_each_message_has_an_id_of_its_own_which_the_player_is_told(
    provider: str, http: httpx.AsyncClient
) -> None:
    received, answer = await told(provider, "Hello?")
    assert answer["message_id"] in (understood(provider, received, http).provider_message_id or "")


async def test_the_only_account_need_not_be_named_and_one_of_several_must_be() -> None:
    said = {"provider": "twilio", "sender": CUSTOMERS[Channel.SMS], "text": "Hello?"}
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        statuses = []
        for identity in ("AC1", "AC2"):
            sandbox.register("twilio", identity, "secret", receiver.url)
            statuses.append((await post(client, sandbox, graph_call("/sandbox/inbound", said))).status)
        assert (statuses, len(receiver.received)) == ([200, 422], 1)


async def test_stop_is_twilios_word_for_opting_out(http: httpx.AsyncClient) -> None:
    received, _ = await told("twilio", "STOP")
    assert understood("twilio", received, http).opted_out is True

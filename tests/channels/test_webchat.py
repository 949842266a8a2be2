"""The built-in web chat keeps the port's promises without a wire."""

from datetime import UTC, datetime

import httpx
import pytest

from app.channels.registry import AccountSetup, build, validate
from app.domain.channel_port import Absent, LooksUp
from app.domain.errors import InvalidAccount
from app.domain.outbound import Accepted
from app.domain.provider_events import MalformedWebhook
from app.domain.words import Channel
from tests.channels.cases import CORRELATION, outbound, webhook

SETUP = AccountSetup({}, {}, "callback-secret")


def refuse(request: httpx.Request) -> httpx.Response:
    raise AssertionError(f"{request.url} was called")


@pytest.fixture
def unused() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(refuse))


async def test_a_message_is_accepted_without_a_call(unused: httpx.AsyncClient) -> None:
    result = await build("webchat", SETUP, unused).send(outbound(Channel.CHAT, "visitor-1"))

    assert result == Accepted(CORRELATION)


async def test_an_attempt_that_nobody_recorded_was_never_sent(unused: httpx.AsyncClient) -> None:
    adapter = build("webchat", SETUP, unused)

    assert isinstance(adapter, LooksUp)
    assert await adapter.look_up(CORRELATION) == Absent()


async def test_nobody_may_call_back(unused: httpx.AsyncClient) -> None:
    adapter, call = build("webchat", SETUP, unused), webhook(b"{}", {"date": datetime.now(UTC).isoformat()})

    assert adapter.verify(call) is False
    with pytest.raises(MalformedWebhook):
        adapter.parse(call)


@pytest.mark.parametrize(("config", "credentials"), [({"url": "https://example.com"}, {}), ({}, {"secret": "x"})])
def test_an_account_has_nothing_to_set(config: dict[str, str], credentials: dict[str, str]) -> None:
    validate("webchat", Channel.CHAT, {}, {})
    with pytest.raises(InvalidAccount):
        validate("webchat", Channel.CHAT, config, credentials)


def test_it_serves_chat_alone() -> None:
    with pytest.raises(InvalidAccount):
        validate("webchat", Channel.SMS, {}, {})

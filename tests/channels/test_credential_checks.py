"""Whether the credentials work, asked of every provider that can be asked, without a message."""

from typing import Any

import httpx
import pytest

from app.channels.registry import ADAPTERS, build
from app.domain.account_check import CheckResult, Checks
from app.domain.account_check import CredentialsState as State
from tests.channels.all_cases import CASES
from tests.channels.raw_server import RawServer, Script, answering, reset_after_reading, serving
from tests.table import table

ASKED = {
    "postmark": "/server",
    "sendgrid": "/v3/scopes",
    "twilio": f"/2010-04-01/Accounts/{CASES['twilio']().config['account_sid']}.json",
    "meta": "?fields=id",
    "whatsapp_cloud": "?fields=id,display_phone_number",
}
BAD_TOKEN = {"error": {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}}
NO_OBJECT = {"error": {"message": "Unsupported get request.", "code": 100, "error_subcode": 33}}
CASES_OF_ANSWERS = [
    *((provider, 200, {"id": "1", "scopes": ["mail.send"], "status": "active"}, State.OK) for provider in ASKED),
    *((provider, 401, {}, State.REFUSED) for provider in ASKED),
    *((provider, status, {}, State.UNKNOWN) for provider in ASKED for status in (302, 404, 429, 500)),
    ("sendgrid", 200, {"scopes": ["user.profile.read"]}, State.REFUSED),
    ("twilio", 200, {"status": "suspended"}, State.REFUSED),
    ("meta", 400, BAD_TOKEN, State.REFUSED),
    ("meta", 400, NO_OBJECT, State.REFUSED),
    ("whatsapp_cloud", 400, BAD_TOKEN, State.REFUSED),
    ("whatsapp_cloud", 400, NO_OBJECT, State.REFUSED),
]


async def ask(provider: str, http: httpx.AsyncClient, script: Script) -> tuple[CheckResult, RawServer]:
    async with serving(script) as server:
        adapter = build(provider, CASES[provider]().setup(server.url), http)
        assert isinstance(adapter, Checks)
        return await adapter.check(), server


@table
@pytest.mark.parametrize(("provider", "status", "body", "expected"), CASES_OF_ANSWERS)
async def test_a_provider_says_whether_the_credentials_work(
    http: httpx.AsyncClient, provider: str, status: int, body: Any, expected: State
) -> None:
    result, server = await ask(provider, http, answering(status, body))
    assert result.credentials is expected
    [request] = server.requests
    assert request.method == "GET"
    assert request.target.endswith(ASKED[provider])
    for secret in CASES[provider]().credentials.values():
        assert str(secret) not in result.detail


@pytest.mark.parametrize("provider", ASKED)
async def test_a_provider_that_does_not_answer_is_unknown(http: httpx.AsyncClient, provider: str) -> None:
    result, _ = await ask(provider, http, reset_after_reading)
    assert result.credentials is State.UNKNOWN


def test_only_the_providers_without_such_a_call_cannot_be_asked() -> None:
    assert [name for name, adapter in ADAPTERS.items() if not issubclass(adapter, Checks)] == ["webhook"]

"""What a database cannot hold, in any string of a provider's callback: kept without it, or refused; never a 500."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID

import httpx
import pytest

from app.accounts.channel_accounts import save_account
from app.channels.registry import ADAPTERS
from app.domain.accounts import AccountDraft
from app.domain.provider_events import Webhook
from app.domain.words import AccountId, TenantId
from app.runtime import Runtime
from app.store.accounts import callback_tokens, load_account
from tests.api.conftest import stored_rows
from tests.channels import mail_cases
from tests.channels.all_cases import CASES
from tests.channels.cases import (
    SAMPLES,
    ProviderCase,
    postmark_webhook,
    sample,
    signed_webhook,
    twilio_signature,
    twilio_webhook,
)
from tests.channels.graph_cases import graph_webhook

UNSTORABLE = "\x00 and half \ud83d"
REPORTING = [name for name in sorted(set(ADAPTERS) - {"webchat"}) if isinstance(CASES[name](), ProviderCase)]


def _without_halves(value: Any) -> Any:
    """A form is UTF-8, which has no half characters."""
    return json.loads(json.dumps(value).replace("\\ud83d", "\\ufffd"))


def _sendgrid(body: Any, token: str, name: str) -> Webhook:
    if name.startswith("inbound"):
        return mail_cases.sendgrid_mail(_without_halves(body), token=token)
    return mail_cases.sendgrid_events(body)


SIGNED: Mapping[str, Callable[[Any, str, str], Webhook]] = {
    "meta": lambda body, _, __: graph_webhook(body),
    "postmark": lambda body, token, _: postmark_webhook(body, token),
    "sendgrid": _sendgrid,
    "twilio": lambda body, _, __: twilio_webhook(_without_halves(body)),
    "webhook": lambda body, _, __: signed_webhook(body, event=f"evt-{hash(str(body))}"),
    "whatsapp_cloud": lambda body, _, __: graph_webhook(body),
}


def _samples(provider: str) -> Iterator[str]:
    """The samples that are calls of the provider's."""
    for path in sorted((SAMPLES / provider).glob("*.json")):
        if "schema" not in path.name and path.stem not in (
            "mail_send",
            "create_message",
            "created",
            "sent",
            "daily_limit",
        ):
            yield path.stem


def _spoiled(value: Any) -> Any:
    match value:
        case str():
            return value + UNSTORABLE
        case dict():
            return {name: _spoiled(member) for name, member in value.items()}
        case list():
            return [_spoiled(member) for member in value]
    return value


def _spoiled_one_by_one(value: Any) -> Iterator[Any]:
    """The value with one string spoiled, for each of its strings."""
    match value:
        case str():
            yield value + UNSTORABLE
        case dict():
            for name, member in value.items():
                yield from ({**value, name: other} for other in _spoiled_one_by_one(member))
        case list():
            for place, member in enumerate(value):
                yield from ([*value[:place], other, *value[place + 1 :]] for other in _spoiled_one_by_one(member))


class Caller:
    def __init__(self, http: httpx.AsyncClient, provider: str, account: UUID, token: str) -> None:
        self._http, self._provider, self._account, self._token = http, provider, account, token

    async def call(self, name: str, body: Any) -> int:
        made = SIGNED[self._provider](body, self._token, name)
        url = f"/callbacks/{self._account}?{urlsplit(made.url).query}"
        headers = dict(made.headers)
        if self._provider == "twilio":
            fields = dict(parse_qsl(made.body.decode(), keep_blank_values=True))
            made = replace(made, body=urlencode(fields).encode())
            public = f"http://127.0.0.1:8000/callbacks/{self._account}"
            headers = {"x-twilio-signature": twilio_signature(public, fields)}
            url = f"/callbacks/{self._account}"
        return (await self._http.post(url, content=made.body, headers=headers)).status_code


@pytest.fixture(params=REPORTING)
async def caller(
    request: pytest.FixtureRequest, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> Caller:
    case = CASES[request.param]()
    assert isinstance(case, ProviderCase)
    config = {**case.config, **case.place("http://127.0.0.1:9")}
    draft = AccountDraft(case.message.channel, case.name, case.name, config, case.credentials, 100, 10, True)
    owner = TenantId(tenant)
    async with runtime.database.begin(owner) as tx:
        saved = await save_account(tx, runtime.vault, case.name, draft)
        account = await load_account(tx, runtime.vault, AccountId(saved.account.id))
    assert account is not None
    token, *_ = callback_tokens(runtime.vault, runtime.callbacks, owner, account, datetime.now(UTC))
    return Caller(anonymous, case.name, saved.account.id, token)


async def test_every_string_of_a_callback_may_hold_what_no_database_does(
    caller: Caller, runtime: Runtime, tenant: UUID
) -> None:
    provider = caller._provider
    statuses = {name: await caller.call(name, _spoiled(sample(provider, name))) for name in _samples(provider)}
    assert set(statuses.values()) <= {204, 401, 422}, statuses
    assert 204 in statuses.values()
    assert "\\u0000" not in await stored_rows(runtime.database, tenant, "receipts")


@pytest.mark.proof
async def test_any_one_string_of_a_callback_may_hold_what_no_database_does(
    caller: Caller, runtime: Runtime, tenant: UUID
) -> None:
    provider = caller._provider
    for name in _samples(provider):
        for body in _spoiled_one_by_one(sample(provider, name)):
            assert await caller.call(name, body) in {204, 422}, (name, body)
    assert await stored_rows(runtime.database, tenant, "receipts")
    assert "\\u0000" not in await stored_rows(runtime.database, tenant, "messages")

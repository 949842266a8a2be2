"""The question that Meta asks before it uses a callback address, put to the running application."""

import logging
from uuid import UUID, uuid4

import httpx
import pytest
import structlog

from app.runtime import Runtime
from tests.scene import META_SECRETS, add_account, messenger, twilio, whatsapp

API = "https://api.example.com"
QUESTION = {
    "hub.mode": "subscribe",
    "hub.verify_token": META_SECRETS["verify_token"],
    "hub.challenge": "1158201444<b>",
}
"""The challenge is Meta's to choose: it must come back as it is, and never as a page."""
PROVIDERS = {"whatsapp_cloud": whatsapp(API), "meta": messenger(API)}

each_provider = pytest.mark.parametrize("provider", PROVIDERS)


@each_provider
async def test_who_knows_the_verify_token_gets_the_challenge_back_as_plain_text(
    provider: str, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, PROVIDERS[provider])

    answer = await anonymous.get(f"/callbacks/{account}", params=QUESTION)

    assert (answer.status_code, answer.text) == (200, "1158201444<b>")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@each_provider
@pytest.mark.parametrize(
    "wrong",
    [
        {"hub.verify_token": "sandbox-verify-2"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "sandbox-vérify"},
        {"hub.mode": "unsubscribe"},
    ],
)
async def test_any_other_question_is_refused(
    provider: str, wrong: dict[str, str], anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, PROVIDERS[provider])

    for query in (QUESTION | wrong, {name: QUESTION[name] for name in QUESTION if name not in wrong}):
        answer = await anonymous.get(f"/callbacks/{account}", params=query)

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert not any(said in answer.text for said in QUESTION.values())


async def test_the_word_is_good_for_its_own_account_alone(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    asks_nothing = await add_account(runtime, tenant, twilio(API))

    answers = [await anonymous.get(f"/callbacks/{account}", params=QUESTION) for account in (asks_nothing, uuid4())]

    assert [answer.status_code for answer in answers] == [401, 404]


async def test_neither_the_word_nor_the_challenge_is_logged(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    account = await add_account(runtime, tenant, whatsapp(API))
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as lines:
        for query in (QUESTION, QUESTION | {"hub.mode": "unsubscribe"}):
            await anonymous.get(f"/callbacks/{account}", params=query)

    # The line of httpx is the asking client's own.
    said = [str(line) for line in lines] + [record.getMessage() for record in caplog.records if record.name != "httpx"]
    assert [line["status"] for line in lines if line["event"] == "request"] == [200, 401]
    assert not [line for line in said if "sandbox-verify" in line or "1158201444" in line]

"""Who does not want to be written to, as they say it, and who lets them be written to again."""

from uuid import UUID

import httpx
import pytest

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.e2e.callers import Callers, sms, whatsapp_message
from tests.e2e.test_opt_out import preview
from tests.scene import add_account, add_conversation, twilio, whatsapp

API = "https://api.example.com"
PHONE = "+14155550123"
REASON = {"reason": "She asked for it on the phone."}


@pytest.fixture
async def account(runtime: Runtime, tenant: UUID) -> UUID:
    account = await add_account(runtime, tenant, twilio(API))
    await add_conversation(runtime, tenant, Channel.SMS, PHONE, account_id=account, engagement="engaged")
    return account


@pytest.fixture
def callers(anonymous: httpx.AsyncClient, runtime: Runtime) -> Callers:
    return Callers(anonymous, runtime.settings.public_url)


@pytest.mark.parametrize("words", ["Stop.", "OPT OUT", "ARRET", "arrêt!", "revoke", "Opt-out", "“Quit”"])
async def test_whoever_says_so_gets_no_more_until_they_take_it_back(
    words: str, client: httpx.AsyncClient, callers: Callers, account: UUID
) -> None:
    await callers.twilio(account, sms(PHONE, words))
    assert await preview(client) == (0, ["opted_out"])
    await callers.twilio(account, sms(PHONE, "Start!"))
    assert await preview(client) == (1, [])


async def test_a_stop_on_whatsapp_counts_and_stays_a_message_that_somebody_reads(
    client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp(API))
    conversation = await add_conversation(runtime, tenant, Channel.WHATSAPP, PHONE, account_id=account)
    await callers.graph(account, whatsapp_message("100200300", PHONE[1:], "Stop!"))
    assert await preview(client) == (0, ["opted_out"])
    items = (await client.get(f"/conversations/{conversation}/timeline")).json()["items"]
    assert [item["text"] for item in items] == ["Stop!"]


async def test_a_person_lifts_a_block_and_the_audit_log_says_who_and_why(
    client: httpx.AsyncClient, callers: Callers, account: UUID
) -> None:
    await callers.twilio(account, sms(PHONE, "STOP"))
    query = {"channel": "sms", "address": "+1 (415) 555-0123"}
    [blocked] = (await client.get("/blocked-addresses", params=query)).json()["items"]
    assert (blocked["channel"], blocked["address"], blocked["reason"]) == ("sms", PHONE, "opted_out")
    assert (await client.get("/blocked-addresses", params={"address": "+14155550199"})).json()["items"] == []

    path = f"/blocked-addresses/{blocked['id']}"
    assert (await client.request("DELETE", path, json={"reason": " "})).status_code == 422
    assert (await client.request("DELETE", path, json=REASON)).status_code == 204
    assert await preview(client) == (1, [])
    assert (await client.request("DELETE", path, json=REASON)).status_code == 404
    log = await client.get("/audit-log", params={"action": "blocked_address.lifted"})
    [entry] = log.json()["items"]
    assert (entry["object_id"], entry["reason"]) == (blocked["id"], REASON["reason"])
    assert entry["details"] == {"channel": "sms", "blocked_for": "opted_out"}
    assert PHONE not in log.text


async def test_only_who_may_approve_lifts_a_block_and_only_in_their_own_tenant(
    anonymous: httpx.AsyncClient, callers: Callers, account: UUID, make_key: MakeKey, runtime: Runtime
) -> None:
    await callers.twilio(account, sms(PHONE, "STOP"))
    agent, supervisor = bearer(await make_key(Role.AGENT)), bearer(await make_key(Role.SUPERVISOR))
    [blocked] = (await anonymous.get("/blocked-addresses", headers=agent)).json()["items"]
    path = f"/blocked-addresses/{blocked['id']}"
    assert (await anonymous.request("DELETE", path, headers=agent, json=REASON)).status_code == 403
    stranger = bearer(await make_key(Role.ADMIN, owner=await create_tenant(runtime.database)))
    assert (await anonymous.request("DELETE", path, headers=stranger, json=REASON)).status_code == 404
    assert (await anonymous.request("DELETE", path, headers=supervisor, json=REASON)).status_code == 204

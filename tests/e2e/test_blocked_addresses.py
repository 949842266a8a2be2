"""Who does not want to be written to, as they say it, and who lets them be written to again."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.domain.permissions import Role
from app.domain.words import Channel, TenantId
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.e2e.callers import Callers, sms, whatsapp_message
from tests.e2e.test_opt_out import preview
from tests.scene import add_account, add_conversation, helpdesk, twilio, whatsapp

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


STOP, START = "Stop", "Start"
NOON = 1_777_638_600


@pytest.mark.parametrize(
    ("arrived", "blocked"),
    [
        ([(STOP, 20), (START, 10)], True),
        ([(START, 20), (STOP, 10)], False),
        ([(STOP, 10), (START, 10)], False),
        ([(START, 10), (STOP, 10)], True),
        ([(STOP, 10), (STOP, 30), (START, 20)], True),
        ([(STOP, 10), (START, 20), (STOP, 30), (START, 25)], True),
        ([(STOP, 30), (START, 20), (START, 40), (STOP, 35)], False),
        ([(START, 10), (STOP, -NOON)], True),
    ],
)
async def test_of_a_stop_and_a_start_the_one_that_was_sent_later_counts_however_they_arrive(
    arrived: list[tuple[str, int]],
    *,
    blocked: bool,
    client: httpx.AsyncClient,
    callers: Callers,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    account = await add_account(runtime, tenant, whatsapp(API))
    await add_conversation(runtime, tenant, Channel.WHATSAPP, PHONE, account_id=account)
    for word, second in arrived:
        await callers.graph(account, whatsapp_message("100200300", PHONE[1:], word, NOON + second))
    listed = (await client.get("/blocked-addresses")).json()["items"]
    assert [each["reason"] for each in listed] == ["opted_out"] * blocked
    assert await preview(client) == ((0, ["opted_out"]) if blocked else (1, []))


async def test_a_message_that_is_repeated_as_a_new_event_counts_from_when_it_first_came(
    client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, helpdesk(API))
    await add_conversation(runtime, tenant, Channel.OTHER, "ann", account_id=account)

    def said(choice: bool | None, id_: str) -> dict[str, Any]:
        data = {"sender": "ann", "message": {"id": id_, "text": "Well."}, "opted_out": choice}
        return {"type": "message.received", "data": data}

    start, stop, start_again = said(choice=False, id_="1"), said(choice=True, id_="2"), said(choice=False, id_="3")
    for event in (start, stop, start):
        await callers.helpdesk(account, event)
    assert await preview(client) == (0, ["opted_out"])
    for event in (start_again, stop):
        await callers.helpdesk(account, event)
    assert await preview(client) == (1, [])


async def test_a_person_lifts_what_they_saw_and_a_stop_by_a_slow_clock_counts(
    client: httpx.AsyncClient, callers: Callers, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, whatsapp(API))
    await add_conversation(runtime, tenant, Channel.WHATSAPP, PHONE, account_id=account)
    now = int(datetime.now(UTC).timestamp())

    async def listed_after(stop: int) -> list[str]:
        await callers.graph(account, whatsapp_message("100200300", PHONE[1:], STOP, stop))
        return [each["id"] for each in (await client.get("/blocked-addresses")).json()["items"]]

    [first] = await listed_after(now - 3_600)
    await client.request("DELETE", f"/blocked-addresses/{first}", json=REASON)
    assert await listed_after(now - 3_600) == []
    [second] = await listed_after(now - 7_200)
    assert second != first


async def test_a_stop_counts_after_our_clock_stepped_back(
    client: httpx.AsyncClient, callers: Callers, account: UUID, runtime: Runtime, tenant: UUID
) -> None:
    await callers.twilio(account, sms(PHONE, "START"))
    ahead = "UPDATE blocked_addresses SET created_at = now() + interval '1 h', lifted_at = now() + interval '1 h'"
    async with runtime.database.begin(TenantId(tenant)) as tx:
        await tx.execute(sa.text(f"{ahead} WHERE tenant_id = :tenant"))
    await callers.twilio(account, sms(PHONE, "STOP"))
    assert await preview(client) == (0, ["opted_out"])


async def test_a_stop_that_the_former_release_takes_counts(
    client: httpx.AsyncClient, callers: Callers, account: UUID, runtime: Runtime, tenant: UUID
) -> None:
    await callers.twilio(account, sms(PHONE, "START"))
    former = """
        INSERT INTO blocked_addresses (tenant_id, channel, address, reason)
        VALUES (:tenant, 'sms', :address, 'opted_out') ON CONFLICT DO NOTHING
    """
    async with runtime.database.begin(TenantId(tenant)) as tx:
        await tx.execute(sa.text(former), address=PHONE)
    assert await preview(client) == (0, ["opted_out"])


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

"""`/channel-accounts`: what goes in, what comes out, and what never does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from dirty_equals import IsNow, IsUUID

from app.api.routes.channel_accounts import AccountBody
from app.domain.permissions import Role
from app.domain.words import AccountId, Channel
from app.runtime import Runtime
from app.store.accounts import hold_account, load_account, tenant_of_account
from app.store.credentials import CredentialsUnreadable, Vault
from app.store.database import Database
from app.store.transactions import TenantTx
from app.tables import channel_accounts
from tests.api.conftest import MakeKey, bearer, stored_rows
from tests.channels.raw_server import answering, serving
from tests.conftest import create_tenant
from tests.scene import SID, add_conversation

SECRET = "wholly-secret-token"
SMS: dict[str, Any] = {
    "channel": "sms",
    "provider": "twilio",
    "name": "Support SMS",
    "config": {"account_sid": SID, "from": "+12025550100"},
    "rate_per_second": 2.5,
    "max_in_flight": 8,
    "enabled": True,
}
EMAIL: dict[str, Any] = {
    "channel": "email",
    "provider": "postmark",
    "name": "Support",
    "config": {"from": "support@example.com"},
    "credentials": {"server_token": SECRET},
}
TOKEN = {"credentials": {"auth_token": SECRET}}


async def put(client: httpx.AsyncClient, body: dict[str, Any], *, status: int = 201, key: str = "sms") -> Any:
    answer = await client.put(f"/channel-accounts/{key}", json=body)
    assert answer.status_code == status, answer.text
    assert SECRET not in answer.text
    return answer.json()


def faults(problem: Any) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in problem["errors"]}


async def loaded_token(runtime: Runtime, tenant: UUID, account: str) -> str:
    """The token as the sender gets it."""
    async with runtime.database.begin(tenant) as tx:
        opened = await load_account(tx, runtime.vault, AccountId(UUID(account)))
    assert opened is not None
    return opened.credentials["auth_token"]


async def test_an_account_is_made_read_listed_and_replaced(client: httpx.AsyncClient) -> None:
    made = await put(client, SMS | TOKEN)
    assert made == SMS | {
        "id": IsUUID,
        "key": "sms",
        "callback_url": f"http://127.0.0.1:8000/callbacks/{made['id']}",
        "state": "ready",
        "pause_reason": None,
        "resume_at": None,
    }
    assert (await client.get("/channel-accounts/sms")).json() == made
    replaced = await put(client, SMS | {"name": "Other", "enabled": False}, status=200)
    assert replaced == made | {"name": "Other", "enabled": False, "state": "disabled"}
    assert (await client.get("/channel-accounts")).json() == {"items": [replaced], "next_cursor": None}


async def test_one_account_comes_of_many_savers_at_once(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.put("/channel-accounts/sms", json=SMS | TOKEN) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_sender_who_is_named_like_a_page_is_told_whole(client: httpx.AsyncClient) -> None:
    sender = '"Shop https://shop.example.com" <support@example.com>'
    await put(client, EMAIL | {"config": {"from": sender}})
    [entry] = (await client.get("/audit-log", params={"limit": 1})).json()["items"]
    assert entry["details"]["config"]["from"] == sender


async def test_what_is_left_out_has_its_default(client: httpx.AsyncClient) -> None:
    given = SMS.keys() - {"rate_per_second", "max_in_flight", "enabled"}
    made = await put(client, {name: SMS[name] for name in given} | TOKEN)
    assert (made["rate_per_second"], made["max_in_flight"], made["enabled"]) == (10, 32, True)


async def test_an_account_that_sends_many_in_one_call_has_more_under_way(client: httpx.AsyncClient) -> None:
    assert (await put(client, EMAIL))["max_in_flight"] == 1_000
    assert (await put(client, EMAIL | {"max_in_flight": 8}, status=200))["max_in_flight"] == 8


async def test_credentials_are_in_no_answer_and_not_in_the_database(
    client: httpx.AsyncClient, database: Database, tenant: UUID
) -> None:
    await put(client, SMS | TOKEN)
    for path in ("/channel-accounts", "/channel-accounts/sms"):
        answer = await client.get(path)
        assert SECRET not in answer.text
        assert "credentials" not in answer.text
    stored = await stored_rows(database, tenant, "channel_accounts")
    assert "auth_token" in stored
    assert SECRET not in stored


async def test_credentials_moved_to_another_account_do_not_open(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    mine, other = await put(client, SMS | TOKEN, key="mine"), await put(client, SMS | TOKEN, key="other")
    assert await loaded_token(runtime, tenant, mine["id"]) == SECRET
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(
            sa.text(
                "UPDATE channel_accounts other SET credentials = mine.credentials FROM channel_accounts mine "
                "WHERE other.key = 'other' AND mine.key = 'mine'"
            )
        )
    with pytest.raises(CredentialsUnreadable):
        await loaded_token(runtime, tenant, other["id"])


@pytest.mark.parametrize("rest", [{}, {"credentials": None}], ids=["left out", "null"])
async def test_credentials_left_out_are_kept(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, rest: dict[str, Any]
) -> None:
    made = await put(client, SMS | TOKEN)
    await put(client, SMS | {"name": "Other"} | rest, status=200)
    assert await loaded_token(runtime, tenant, made["id"]) == SECRET


async def test_a_new_account_needs_its_credentials(client: httpx.AsyncClient) -> None:
    assert faults(await put(client, SMS, status=422)) == {"/credentials/auth_token": "missing"}


async def test_credentials_must_be_given_again_when_they_would_go_elsewhere(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    elsewhere = SMS | {"config": SMS["config"] | {"base_url": "https://thief.example.test"}}
    assert faults(await put(client, elsewhere, status=422)) == {"/credentials": "credentials_required"}
    assert (await client.get("/channel-accounts/sms")).json() == made

    await put(client, elsewhere | {"credentials": {"auth_token": "another"}}, status=200)
    assert await loaded_token(runtime, tenant, made["id"]) == "another"
    assert faults(await put(client, SMS, status=422)) == {"/credentials": "credentials_required"}


async def test_another_provider_gets_no_credentials_of_the_last(client: httpx.AsyncClient) -> None:
    await put(client, EMAIL, key="email")
    other = {"channel": "email", "provider": "webhook", "name": "Other", "config": EMAIL["config"]}
    assert faults(await put(client, other, key="email", status=422)) == {"/credentials": "credentials_required"}


async def test_credentials_saved_by_somebody_else_meanwhile_are_the_ones_kept(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    async with runtime.database.begin(tenant) as somebody:
        await hold_account(somebody, "sms", AccountBody.model_validate(SMS).to_draft())
        saving = asyncio.create_task(put(client, SMS, status=200))
        await wait_until_blocking(somebody)
        await store_credentials(somebody, runtime.vault.seal(tenant, UUID(made["id"]), {"auth_token": "newer"}))
    await saving
    assert await loaded_token(runtime, tenant, made["id"]) == "newer"


async def wait_until_blocking(tx: TenantTx) -> None:
    """Wait until another connection waits for this one's locks."""
    waiting = sa.text(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    async with asyncio.timeout(10):
        while not await tx.scalar(waiting):
            await asyncio.sleep(0.01)


async def store_credentials(tx: TenantTx, sealed: dict[str, str]) -> None:
    await tx.execute(sa.update(channel_accounts).values(credentials=sealed))


async def test_credentials_sealed_under_a_lost_key_must_be_given_again(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    sealed = Vault("another-key-" + "0" * 32).seal(tenant, UUID(made["id"]), TOKEN["credentials"])
    async with runtime.database.begin(tenant) as tx:
        await store_credentials(tx, sealed)
    assert faults(await put(client, SMS, status=422)) == {"/credentials": "credentials_required"}
    await put(client, SMS | TOKEN, status=200)
    assert await loaded_token(runtime, tenant, made["id"]) == SECRET


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"provider": "pigeon"}, "/provider"),
        ({"channel": "email"}, "/channel"),
        ({"channel": "fax"}, "/channel"),
        ({"config": {"account_sid": SECRET, "from": "+12025550100"}}, "/config/account_sid"),
        ({"config": SMS["config"] | {"colour": "red"}}, "/config/colour"),
        ({"credentials": {"auth_token": SECRET, SECRET[:6]: "x"}}, f"/credentials/{SECRET[:6]}"),
        ({"credentials": {"auth_token": [SECRET]}}, "/credentials/auth_token"),
        ({"credentials": SECRET}, "/credentials"),
        ({"rate_per_second": 0}, "/rate_per_second"),
        ({"max_in_flight": 0}, "/max_in_flight"),
        ({"max_in_flight": 1.5}, "/max_in_flight"),
        ({"max_in_flight": "5"}, "/max_in_flight"),
        ({"rate_per_second": True}, "/rate_per_second"),
        ({"enabled": "yes"}, "/enabled"),
        ({"id": str(UUID(int=0))}, "/id"),
    ],
)
async def test_a_wrong_setting_is_named_and_not_repeated(
    client: httpx.AsyncClient, changes: dict[str, Any], pointer: str
) -> None:
    problem = await put(client, SMS | TOKEN | changes, status=422)
    assert problem["code"] == "invalid_request"
    assert pointer in faults(problem)
    assert (await client.get("/channel-accounts/sms")).status_code == 404


async def test_an_account_whose_provider_signs_nothing_has_a_secret_in_its_callback_address(
    client: httpx.AsyncClient, runtime: Runtime
) -> None:
    made = await put(client, EMAIL, key="email")
    url = httpx.URL(made["callback_url"])
    assert url.path == f"/callbacks/{made['id']}"
    assert url.params["token"] == runtime.callbacks.token(UUID(made["id"]))


async def test_a_new_account_is_found_by_its_callback_address(client: httpx.AsyncClient, runtime: Runtime) -> None:
    made = await put(client, SMS | TOKEN)
    owner = await tenant_of_account(runtime.database, UUID(made["id"]))
    assert str(owner) == (await client.get("/me")).json()["tenant"]


async def set_columns(runtime: Runtime, tenant: UUID, **columns: Any) -> None:
    settings = ", ".join(f"{name} = :{name}" for name in columns)
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text(f"UPDATE channel_accounts SET {settings}"), **columns)


async def test_saving_ends_a_pause(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> None:
    await put(client, SMS | TOKEN)
    await set_columns(runtime, tenant, pause_reason="The token is wrong.", failures_in_a_row=7)
    paused = (await client.get("/channel-accounts/sms")).json()
    assert (paused["state"], paused["pause_reason"]) == ("paused", "The token is wrong.")
    saved = await put(client, SMS | TOKEN, status=200)
    assert (saved["state"], saved["pause_reason"]) == ("ready", None)


async def test_a_cooling_account_says_until_when(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> None:
    await put(client, SMS | TOKEN)
    until = datetime.now(UTC) + timedelta(hours=1)
    await set_columns(runtime, tenant, cool_until=until)
    cooling = (await client.get("/channel-accounts/sms")).json()
    assert (cooling["state"], datetime.fromisoformat(cooling["resume_at"])) == ("cooling", until)
    await set_columns(runtime, tenant, cool_until=datetime.now(UTC) - timedelta(seconds=1))
    rested = (await client.get("/channel-accounts/sms")).json()
    assert (rested["state"], rested["resume_at"]) == ("ready", None)


async def test_conversations_keep_an_account_on_their_channel(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, SMS | TOKEN)
    await put(client, EMAIL, status=200)
    await put(client, SMS | TOKEN, status=200)
    await add_conversation(runtime, tenant, Channel.SMS, "+12025550101", account_id=UUID(made["id"]))
    assert (await put(client, EMAIL, status=409))["code"] == "account_in_use"
    assert (await client.get("/channel-accounts/sms")).json() == made


async def test_another_tenants_account_is_not_there(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    mine = await put(client, SMS | TOKEN)
    other = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    for method in ("GET", "DELETE"):
        answer = await anonymous.request(method, "/channel-accounts/sms", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await anonymous.get("/channel-accounts", headers=other)).json()["items"] == []
    theirs = await anonymous.put("/channel-accounts/sms", json=SMS | TOKEN, headers=other)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine["id"]
    assert (await client.get("/channel-accounts/sms")).json() == mine


async def test_pages_go_by_key(client: httpx.AsyncClient) -> None:
    for key in ("b", "a", "c"):
        await put(client, SMS | TOKEN, key=key)
    first = (await client.get("/channel-accounts", params={"limit": 2})).json()
    second = (await client.get("/channel-accounts", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["key"] for item in first["items"] + second["items"]] == ["a", "b", "c"]
    assert second["next_cursor"] is None


async def test_an_account_is_tested_without_sending_and_its_callbacks_are_told(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient
) -> None:
    async with serving(answering(200, {"ID": 1})) as server:
        made = await put(client, EMAIL | {"config": EMAIL["config"] | {"base_url": server.url}}, key="email")
        first = await client.post("/channel-accounts/email/test")
        assert (first.status_code, first.json()["credentials"]) == (200, "ok")
        assert (first.json()["last_callback_at"], first.json()["callbacks"]) == (None, "none_yet")
        assert [(request.method, request.target) for request in server.requests] == [("GET", "/server")]

        path = httpx.URL(made["callback_url"]).raw_path.decode()
        for called, status, state in ((path[:-3], 401, "not_verified"), (path, 204, "verified")):
            assert (await anonymous.post(called, json={"RecordType": "Unknown"})).status_code == status
            told = (await client.post("/channel-accounts/email/test")).json()
            assert told["callbacks"] == state
            assert told["last_callback_at"] == IsNow(iso_string=True, tz=UTC)
    assert (await client.post("/channel-accounts/email/test")).json()["credentials"] == "unknown"
    assert (await client.post("/channel-accounts/none/test")).status_code == 404


async def test_an_account_whose_credentials_cannot_be_read_says_so_when_it_is_tested(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    made = await put(client, EMAIL, key="email")
    sealed = Vault("another-key-" + "0" * 32).seal(tenant, UUID(made["id"]), EMAIL["credentials"])
    async with runtime.database.begin(tenant) as tx:
        await store_credentials(tx, sealed)
    told = (await client.post("/channel-accounts/email/test")).json()
    assert (told["credentials"], "Save them again" in told["detail"]) == ("unknown", True)

"""Secrets that are replaced: the service's own key, and the one in an account's callback address."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.accounts.sql.tenants import every_tenant
from app.automation.model import Rule
from app.automation.rules import open_secret
from app.automation.sql import rules
from app.compliance import key_rotation
from app.compliance.key_rotation import rotate_secrets
from app.domain.addresses import Address
from app.domain.callback_urls import Callbacks, first_token, replaced
from app.domain.erased_addresses import AddressDigests, BlockedPlace
from app.domain.words import Channel, TenantId
from app.runtime import Runtime, open_runtime
from app.settings import Settings, SettingsInvalid, load_settings
from app.store import erased_addresses
from app.store.accounts import find_account, load_account
from app.store.database import Database
from app.store.installation_secrets import former_digest_keys
from app.store.transactions import SweepTx
from tests.conftest import SECRET_KEY

NEW = "a-newer-key-" + "1" * 32
EMAIL: dict[str, Any] = {
    "channel": "email",
    "provider": "postmark",
    "name": "Support",
    "config": {"from": "support@example.test"},
    "credentials": {"server_token": "pm-token"},
}
HOOK = {"type": "call_webhook", "url": "http://127.0.0.1:9/hook"}
ADDRESS = Address.read(Channel.EMAIL, "gone@example.test")
Running = Callable[..., AbstractAsyncContextManager[Runtime]]


@pytest.fixture
def running(usual_settings: Settings) -> Running:
    @asynccontextmanager
    async def running(*keys: str) -> AsyncIterator[Runtime]:
        settings = load_settings(**usual_settings.model_dump() | {"secret_key": ",".join(keys)})
        async with open_runtime(settings) as runtime:
            yield runtime

    return running


@pytest.fixture
async def turned_back(
    tenant: UUID, database: Database, superusers_connection: Any, running: Running, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Change no secret of the hundreds of tenants that earlier tests have made, and leave none under the new key."""
    async with database.begin_sweep() as tx:
        latest = (await every_tenant(tx))[-20:]
    assert tenant in latest

    async def the_latest(_: SweepTx) -> list[TenantId]:
        return latest

    monkeypatch.setattr(key_rotation, "every_tenant", the_latest)
    yield
    async with running(SECRET_KEY, NEW) as back:
        await rotate_secrets(database, back.vault, back.callbacks, back.settings.secret_keys)
    await superusers_connection.execute("DELETE FROM installation_secrets")


async def made(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.put("/channel-accounts/email", json=EMAIL)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def token_of(runtime: Runtime, tenant: UUID, account: UUID) -> str:
    async with runtime.database.begin(tenant) as tx:
        line = await runtime.senders.fresh(tx, account)  # type: ignore[arg-type]
    return httpx.URL(line.callback_url).params["token"]


async def test_after_a_rotation_the_former_key_is_not_needed_any_more(
    client: httpx.AsyncClient, database: Database, tenant: UUID, running: Running, turned_back: None
) -> None:
    account = await made(client)
    id_, token = UUID(account["id"]), httpx.URL(account["callback_url"]).params["token"]
    async with database.begin(tenant) as tx:  # as an account was kept before its secret was
        await tx.execute(sa.text("UPDATE channel_accounts SET callback_secrets = '{}'"))
        await tx.execute(
            sa.text("INSERT INTO erased_blocks VALUES (:tenant, 'email', :digest, 'bounced')"),
            digest=AddressDigests(SECRET_KEY).of(tenant, BlockedPlace.of(ADDRESS)),
        )

    async with running(NEW, SECRET_KEY) as both:
        assert await token_of(both, tenant, id_) == token
        keys = both.settings.secret_keys
        first = await rotate_secrets(database, both.vault, both.callbacks, keys)
        again = await rotate_secrets(database, both.vault, both.callbacks, keys)
    assert first.resealed > 0
    assert again.resealed == 0
    assert again.current >= first.resealed

    async with running(NEW) as alone:
        assert await token_of(alone, tenant, id_) == token
        async with database.begin(tenant) as tx:
            opened = await load_account(tx, alone.vault, id_)  # type: ignore[arg-type]
            assert opened is not None
            assert opened.credentials == EMAIL["credentials"]
            await erased_addresses.block_again(tx, alone.address_digests, lambda: [ADDRESS])
            blocked = await tx.scalars(sa.text("SELECT address FROM blocked_addresses"))
            assert list(blocked) == [ADDRESS.key]
        assert await former_digest_keys(database, alone.vault) == [SECRET_KEY]


def test_each_of_several_keys_must_be_long() -> None:
    with pytest.raises(SettingsInvalid, match="MASS_REPLY_SECRET_KEY: must have at least 32"):
        load_settings(database_url="postgresql://nobody@/nothing", secret_key=f"{NEW},short")


async def test_a_replaced_callback_secret_is_believed_for_a_day(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, database: Database, tenant: UUID, runtime: Runtime
) -> None:
    account = await made(client)
    answer = await client.post("/channel-accounts/email/rotate-callback")
    assert answer.status_code == 200, answer.text
    old, new = account["callback_url"], answer.json()["callback_url"]
    assert old != new
    assert (await client.get("/channel-accounts/email")).json()["callback_url"] == new
    for url, status in ((old, 204), (new, 204), (new[:-4], 401)):
        called = await anonymous.post(str(httpx.URL(url).raw_path, "ascii"), json={"RecordType": "Unknown"})
        assert called.status_code == status

    async with database.begin(tenant) as tx:
        kept = await find_account(tx, "email")
    assert kept is not None
    opened = runtime.vault.open(tenant, kept.id, kept.callback_secrets)
    now = datetime.now(UTC)
    assert len(runtime.callbacks.tokens(kept.id, opened, now)) == 2
    assert len(runtime.callbacks.tokens(kept.id, opened, now + timedelta(days=1))) == 1
    log = (await client.get("/audit-log", params={"action": "channel_account.callback_rotated"})).json()
    assert [entry["object_id"] for entry in log["items"]] == ["email"]
    assert httpx.URL(new).params["token"] not in str(log)


def test_secrets_that_are_replaced_twice_within_a_day_are_all_believed_that_long() -> None:
    account, now = UUID(int=7), datetime(2026, 1, 1, tzinfo=UTC)
    callbacks = Callbacks("https://reply.example.test", SECRET_KEY)
    once = replaced("first", first_token("first"), now)
    second = callbacks.tokens(account, once, now)[0]
    twice = replaced(second, once, now + timedelta(hours=1))
    assert set(callbacks.tokens(account, twice, now + timedelta(hours=2))) >= {"first", second}
    assert set(callbacks.tokens(account, twice, now + timedelta(hours=24.5))) & {"first", second} == {second}


async def test_a_provider_that_signs_has_no_secret_to_replace(client: httpx.AsyncClient) -> None:
    sms = {"channel": "sms", "provider": "twilio", "name": "SMS", "credentials": {"auth_token": "0" * 32}}
    config = {"account_sid": "AC" + "0" * 32, "from": "+15550100"}
    assert (await client.put("/channel-accounts/sms", json=sms | {"config": config})).status_code == 201
    answer = await client.post("/channel-accounts/sms/rotate-callback")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert (await client.post("/channel-accounts/none/rotate-callback")).status_code == 404


async def test_a_rule_that_is_saved_while_the_key_changes_keeps_its_secret_under_the_new_one(
    client: httpx.AsyncClient, database: Database, tenant: UUID, running: Running, turned_back: None
) -> None:
    rule = {"name": "Told", "trigger": {"type": "message.sent"}, "actions": [HOOK]}
    secret = (await client.put("/automation-rules/told", json=rule)).json()["webhook_secret"]
    async with database.begin(TenantId(tenant)) as tx:
        held, found = await rules.hold_rule(tx, "told"), await rules.find_rule(tx, "told")
        assert found is not None
        assert isinstance(found.rule, Rule)
        async with running(NEW, SECRET_KEY) as both:
            await rotate_secrets(database, both.vault, both.callbacks, both.settings.secret_keys)
        await rules.save_rule(tx, held, "told", found.rule.draft, held.sealed, 0)

    async with running(NEW) as alone, database.begin(TenantId(tenant)) as tx:
        held = await rules.hold_rule(tx, "told")
        assert open_secret(alone.vault, TenantId(tenant), held.id, held.sealed) == secret

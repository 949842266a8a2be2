"""Providers' reports through the address that they call: in any order, repeated, and at the wrong address."""

from itertools import permutations
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.dev.sandbox.server import Sandbox
from app.domain.words import Channel
from app.mass_replies.sql import pauses
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.conftest import create_tenant
from tests.e2e.callers import Callers
from tests.e2e.conftest import Poll
from tests.scene import SID, Account, add_account, add_conversations, row, twilio

BODY = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
STATUSES = ("queued", "sent", "delivered")
ORDERS = list(permutations(STATUSES))


@pytest.fixture
def callers(anonymous: httpx.AsyncClient, runtime: Runtime) -> Callers:
    return Callers(anonymous, runtime.settings.public_url)


@pytest.fixture
async def account(runtime: Runtime, tenant: UUID, sandbox: Sandbox) -> UUID:
    return await add_account(runtime, tenant, twilio(sandbox.url))


@pytest.fixture
async def sent(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, account: UUID, worker: WorkerProcess, finished: Poll
) -> list[dict[str, Any]]:
    """Deliveries of one mass reply that the provider has taken and not yet reported on."""
    await add_conversations(runtime, tenant, Channel.SMS, len(ORDERS), account=account)
    id_ = (await client.post("/mass-replies", json=BODY)).json()["id"]
    await client.post(f"/mass-replies/{id_}/confirm", json={"recipient_count": len(ORDERS)})
    assert (await finished(id_))["counts"]["sent"] == len(ORDERS)
    return await deliveries(client, id_)


async def deliveries(client: httpx.AsyncClient, id_: str) -> list[dict[str, Any]]:
    items = (await client.get(f"/mass-replies/{id_}/deliveries")).json()["items"]
    return sorted(items, key=lambda item: str(item["id"]))


def status_of(delivery: dict[str, Any], status: str, **more: str) -> dict[str, str]:
    return {"MessageSid": delivery["provider_message_id"], "AccountSid": SID, "MessageStatus": status, **more}


async def test_reports_come_in_any_order_and_more_than_once_and_end_the_same(
    client: httpx.AsyncClient,
    callers: Callers,
    tenant: UUID,
    runtime: Runtime,
    account: UUID,
    sent: list[dict[str, Any]],
) -> None:
    for delivery, order in zip(sent, ORDERS, strict=True):
        assert delivery["segments"] == 1
        for status in (*order, *reversed(order)):
            call = status_of(delivery, status, NewAndUnknown="1")
            assert (await callers.twilio(account, call, f"?d={delivery['id']}.1")).status_code == 204
    after = await deliveries(client, sent[0]["mass_reply_id"])
    assert {each["status"] for each in after} == {"delivered"}
    kept = await row(runtime, tenant, "SELECT count(*) AS number FROM receipts")
    assert kept.number == len(ORDERS) * len(STATUSES)
    replies = await row(runtime, tenant, "SELECT count(*) AS number FROM messages WHERE kind = 'reply'")
    assert replies.number == len(ORDERS)


@pytest.mark.parametrize("whose", ["the tenant's other account", "another tenant's account"])
async def test_a_report_at_another_accounts_address_does_not_count(
    whose: str,
    client: httpx.AsyncClient,
    callers: Callers,
    tenant: UUID,
    runtime: Runtime,
    sandbox: Sandbox,
    sent: list[dict[str, Any]],
) -> None:
    owner = tenant if whose.startswith("the") else await create_tenant(runtime.database, "Other Ltd")
    first = twilio(sandbox.url)
    other = await add_account(runtime, owner, Account("other", Channel.SMS, "twilio", first.config, first.credentials))
    for delivery in sent:
        call = status_of(delivery, "undelivered", ErrorCode="30005", To="+12025550001")
        assert (await callers.twilio(other, call, f"?d={delivery['id']}.1")).status_code == 204
    after = await deliveries(client, sent[0]["mass_reply_id"])
    assert {each["status"] for each in after} == {"sent"}


STANDING = "SELECT pause_reason, cool_until > now() AS cools FROM channel_accounts"


async def test_a_late_failure_stops_the_account_that_is_at_fault_until_somebody_has_mended_it(
    client: httpx.AsyncClient,
    callers: Callers,
    tenant: UUID,
    runtime: Runtime,
    account: UUID,
    sent: list[dict[str, Any]],
) -> None:
    async def told(at: int, code: int) -> Any:
        delivery = sent[at]
        failed = status_of(delivery, "failed", ErrorCode=str(code))
        await callers.twilio(account, failed, f"?d={delivery['id']}.1")
        return await row(runtime, tenant, STANDING)

    assert (await told(0, 30003)).pause_reason is None
    assert "30002" in (await told(1, 30002)).pause_reason
    id_ = sent[0]["mass_reply_id"]
    async with runtime.database.begin(tenant) as tx:
        await pauses.resume_accounts(tx, id_, None)
    assert (await told(2, 30002)).pause_reason is None
    assert not (await told(3, 30023)).cools
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text("UPDATE channel_accounts SET mended_at = NULL"))
    assert (await told(4, 30023)).cools


async def test_a_report_on_what_is_not_ours_stops_no_account(
    callers: Callers, tenant: UUID, runtime: Runtime, account: UUID
) -> None:
    failed = {"MessageSid": "SM1", "AccountSid": SID, "MessageStatus": "failed", "ErrorCode": "30002"}
    await callers.twilio(account, failed)
    assert (await row(runtime, tenant, STANDING)).pause_reason is None

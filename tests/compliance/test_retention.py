"""`mass-reply purge`: what is old and over is deleted; what is not over, or somebody still sees, stays."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from dirty_equals import IsPartialDict

from app.attachments.files import FilesUnavailable
from app.compliance import retention
from app.compliance.retention import purge
from app.compliance.retention_kinds import DataKind, Purged, read_age
from app.compliance.sql import retention as stored
from app.compliance.sql.retention import PAGE
from app.domain.audit import OPERATOR
from app.domain.errors import InvalidRequest
from app.domain.filters import Filter, TagCondition
from app.domain.mass_reply import Draft
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.selection import ByFilter
from app.domain.text.message import OnUnresolved
from app.domain.words import TenantId
from app.mass_replies.create import check, create
from app.store.transactions import TenantTx
from tests.api.conftest import bearer
from tests.conftest import create_tenant
from tests.mass_replies.conftest import BODY, Stage
from tests.plans import plan, renew_statistics
from tests.scene import Account, add_account

S = MassReplyStatus
AGE = timedelta(days=90)
OLD = "now() - interval '91 days'"
YOUNG = "now() - interval '89 days'"


async def run(stage: Stage, *, only_count: bool = False) -> Purged:
    """Purge the test's own tenant, and none of the thousands that other tests have left in the database."""

    async def ours(_: TenantTx) -> list[TenantId]:
        return [TenantId(stage.tenant)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retention, "every_tenant", ours)
        [done] = await purge(stage.runtime.database, stage.runtime.files, AGE, only_count=only_count)
    return done


def found(purged: Purged) -> dict[DataKind, int]:
    return {kind: count for kind, count in purged.counts.items() if count}


async def ended(stage: Stage, at: str, status: MassReplyStatus = S.COMPLETED) -> str:
    id_ = await stage.batch_in(status)
    await stage.settle_all(id_, "sent", epoch=1)
    await stage.write(f"UPDATE mass_replies SET finished_at = {at} WHERE id = :id", id=id_)
    return id_


async def left(stage: Stage, table: str) -> int:
    [row] = await stage.read(f"SELECT count(*) AS count FROM {table}")
    return int(row.count)


async def test_an_old_mass_reply_goes_with_all_that_hangs_on_it(stage: Stage) -> None:
    id_ = await ended(stage, OLD)
    kept = await ended(stage, YOUNG)
    await stage.write(
        "INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, text) "
        "SELECT tenant_id, id, 1, 'We are back.' FROM deliveries"
    )
    assert found(await run(stage)) == {DataKind.MASS_REPLIES: 1, DataKind.DELIVERIES: 6}
    assert (await stage.client.get(f"/mass-replies/{id_}")).status_code == 404
    assert (await stage.get(kept))["counts"]["sent"] == 6
    for table, rows in (("deliveries", 6), ("delivery_attempts", 6), ("selection_pages", 1), ("lanes", 2)):
        assert await left(stage, table) == rows
    assert found(await run(stage)) == {}


@pytest.mark.parametrize("status", [S.SENDING, S.PAUSED, S.SCHEDULED, S.AWAITING_CONFIRMATION])
async def test_what_is_not_finished_stays_however_old_it_is(stage: Stage, status: MassReplyStatus) -> None:
    id_ = await stage.batch_in(status)
    await stage.write(f"UPDATE mass_replies SET created_at = {OLD}, confirmed_at = {OLD} WHERE id = :id", id=id_)
    assert found(await run(stage)) == {}
    assert (await stage.get(id_))["status"] == status


async def test_what_nobody_knows_to_be_sent_stays_and_is_said(stage: Stage) -> None:
    id_ = await stage.batch_in(S.COMPLETED)
    await stage.lose_all(id_)
    await stage.write(f"UPDATE mass_replies SET finished_at = {OLD} WHERE id = :id", id=id_)
    done = await run(stage)
    assert (found(done), done.kept_uncertain) == ({}, 1)


async def test_conversations_timelines_and_contacts_stay(stage: Stage) -> None:
    id_ = await ended(stage, OLD)
    await stage.write(
        "INSERT INTO messages (tenant_id, conversation_id, kind, text, mass_reply_id, delivery_id) "
        "SELECT tenant_id, conversation_id, 'reply', 'We are back.', mass_reply_id, id FROM deliveries"
    )
    await stage.write(f"UPDATE conversations SET created_at = {OLD}, updated_at = {OLD}, status = 'archived'")
    await run(stage)
    assert (await left(stage, "conversations"), await left(stage, "contacts")) == (6, 6)
    [item] = (await stage.client.get("/conversations/email-1/timeline")).json()["items"]
    assert (item["text"], item["mass_reply_id"], item["delivery_status"]) == ("We are back.", id_, None)


async def test_more_than_a_page_goes_in_pages(stage: Stage) -> None:
    await stage.write(
        "INSERT INTO receipts (tenant_id, account_id, event_key, kind, raw, settled_at, received_at) "
        f"SELECT tenant_id, id, 'e' || n, 'inbound', '{{}}', now(), CASE n WHEN 0 THEN now() ELSE {OLD} END "
        "FROM channel_accounts, generate_series(0, CAST(:count AS int)) n WHERE key = 'email'",
        count=PAGE + 1,
    )
    assert found(await run(stage)) == {DataKind.RECEIPTS: PAGE + 1}
    assert await left(stage, "receipts") == 1


async def upload(client: httpx.AsyncClient, name: str) -> Mapping[str, Any]:
    answer = await client.post("/attachments", files={"file": (name, b"text of " + name.encode(), "text/plain")})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_file_goes_when_neither_a_mass_reply_nor_a_timeline_names_it(stage: Stage) -> None:
    unused, in_batch, on_timeline, young = [await upload(stage.client, f"{n}.txt") for n in range(4)]
    await stage.write(f"UPDATE attachments SET last_named_at = {OLD} WHERE id <> :young", young=young["id"])
    message = {"text": "See the file.", "attachment_ids": [in_batch["id"]]}
    body = {"selection": {"external_ids": ["email-1"]}, "message": message}
    assert (await stage.client.post("/mass-replies", json=body)).status_code == 201
    await stage.write(
        "INSERT INTO messages (tenant_id, conversation_id, kind, text, attachments) "
        "SELECT tenant_id, id, 'reply', '', jsonb_build_array(jsonb_build_object('id', CAST(:id AS text))) "
        "FROM conversations WHERE external_id = 'email-1'",
        id=on_timeline["id"],
    )
    keys = {row.id: row.storage_key for row in await stage.read("SELECT id, storage_key FROM attachments")}
    assert found(await run(stage)) == {DataKind.ATTACHMENTS: 1}
    files = stage.runtime.files
    assert files is not None
    for each in (in_batch, on_timeline, young):
        assert await files.get(keys[UUID(each["id"])])
    with pytest.raises(FilesUnavailable):
        await files.get(keys[UUID(unused["id"])])


async def old_file(stage: Stage) -> UUID:
    made = UUID((await upload(stage.client, "old.txt"))["id"])
    await stage.write(f"UPDATE attachments SET last_named_at = {OLD}")
    return made


async def blocked_or_done(stage: Stage, task: asyncio.Task[Any]) -> None:
    """Let a task run until it waits for what another transaction holds, or has ended."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(20):
        while not (task.done() or (await stage.read(waiting))[0].count):
            await asyncio.sleep(0.01)


async def test_a_file_that_is_being_named_while_a_purge_runs_stays(stage: Stage) -> None:
    old, everybody = await old_file(stage), ByFilter(Filter(tags=TagCondition(any=("incident",))))
    draft = Draft(
        everybody,
        "See the file.",
        html=None,
        attachment_ids=(old,),
        mark_as_done=False,
        on_unresolved=OnUnresolved.SKIP,
        whatsapp_template=None,
        author=Author(None, "tests"),
    )
    runtime, tenant = stage.runtime, TenantId(stage.tenant)
    checked = await check(runtime.database, runtime.aside, tenant, draft, OPERATOR)
    async with runtime.database.begin(tenant) as tx:
        await create(tx, draft, checked, OPERATOR)
        purging = asyncio.create_task(run(stage))
        await blocked_or_done(stage, purging)
    assert found(await purging) == {}
    assert await left(stage, "attachments") == 1


async def test_a_file_that_is_being_purged_cannot_be_named_any_more(stage: Stage) -> None:
    old = await old_file(stage)
    body = BODY | {"message": {"text": "See the file.", "attachment_ids": [str(old)]}}
    async with stage.runtime.database.begin(stage.tenant) as tx:
        before = datetime.now(UTC) - AGE
        assert len(await stored.delete_page(tx, DataKind.ATTACHMENTS, before)) == 1
        naming = asyncio.create_task(stage.client.post("/mass-replies", json=body))
        await blocked_or_done(stage, naming)
    answer = await naming
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_attachment")


async def test_a_file_that_was_named_lately_is_kept_as_long_as_a_new_one(stage: Stage) -> None:
    old = await old_file(stage)
    body = BODY | {"message": {"text": "See the file.", "attachment_ids": [str(old)]}}
    assert (await stage.client.post("/mass-replies", json=body)).status_code == 201
    await stage.write("DELETE FROM mass_replies")
    assert found(await run(stage)) == {}


async def test_of_all_timelines_only_messages_with_files_are_looked_through(stage: Stage, owner_url: str) -> None:
    await stage.write(
        "INSERT INTO messages (tenant_id, conversation_id, kind, text) SELECT tenant_id, id, 'customer_message', 'Hi' "
        "FROM conversations, generate_series(1, 500)"
    )
    await renew_statistics(owner_url, "messages")
    async with stage.runtime.database.begin(stage.tenant) as tx:
        values = {"tenant": stage.tenant, "before": datetime.now(UTC)}
        found = await plan(tx, stored.DELETE[DataKind.ATTACHMENTS], **values)
    assert "ix_messages_with_files" in found, found
    assert "Seq Scan on messages" not in found, found


async def open_chat(anonymous: httpx.AsyncClient, account: UUID) -> dict[str, str]:
    opened = await anonymous.post("/chat/sessions", json={"channel_account": str(account)})
    return bearer(opened.json()["token"])


async def test_a_visitor_who_left_nothing_is_forgotten(stage: Stage, anonymous: httpx.AsyncClient) -> None:
    account = await add_account(stage.runtime, stage.tenant, Account("chat", "chat", "webchat"))  # type: ignore[arg-type]
    silent, wrote = [await open_chat(anonymous, account) for _ in range(2)]
    await anonymous.post("/chat/sessions/me/messages", json={"text": "Hello"}, headers=wrote)
    await stage.write(f"UPDATE chat_sessions SET created_at = {OLD}")
    young = await open_chat(anonymous, account)
    assert found(await run(stage)) == {DataKind.CHAT_SESSIONS: 1}
    status = {name: await anonymous.get("/chat/sessions/me/messages", headers=token)
              for name, token in (("silent", silent), ("wrote", wrote), ("young", young))}  # fmt: skip
    assert {name: answer.status_code for name, answer in status.items()} == {"silent": 401, "wrote": 200, "young": 200}
    assert (await left(stage, "conversations"), await left(stage, "contacts")) == (6 + 2, 6 + 2)


async def test_a_dry_run_counts_the_same_and_deletes_nothing(stage: Stage) -> None:
    await ended(stage, OLD)
    await upload(stage.client, "unused.txt")
    await stage.write(f"UPDATE attachments SET last_named_at = {OLD}")
    counted = found(await run(stage, only_count=True))
    assert counted == {DataKind.MASS_REPLIES: 1, DataKind.DELIVERIES: 6, DataKind.ATTACHMENTS: 1}
    assert await left(stage, "deliveries") == 6
    assert found(await run(stage)) == counted


async def test_every_tenant_is_purged_and_told_in_its_own_log(stage: Stage) -> None:
    id_ = await ended(stage, OLD)
    other = await create_tenant(stage.runtime.database)
    done = await purge(stage.runtime.database, stage.runtime.files, AGE)
    assert {stage.tenant, other} <= {each.tenant for each in done}
    assert next(each for each in done if each.tenant == other).counts.total() == 0
    told = (await stage.client.get("/audit-log", params={"actor": "operator"})).json()["items"]
    ran, purged = (entry for entry in told if entry["action"] in ("purge.ran", "mass_reply.purged"))
    assert purged == IsPartialDict(mass_reply_id=id_, recipient_count=6)
    assert purged["details"] == IsPartialDict(status="completed", counts=IsPartialDict(sent=6, queued=0))
    assert ran["details"]["counts"] == IsPartialDict(mass_replies=1, deliveries=6)


@pytest.mark.parametrize("text", ["90", "6d", "0d", "-1d", "90h", "d", "P90D", ""])
def test_an_age_is_a_number_of_days_and_at_least_a_week(text: str) -> None:
    with pytest.raises(InvalidRequest, match="at least 7d"):
        read_age(text)


def test_ninety_days_are_read() -> None:
    assert (read_age("90d"), read_age("7d")) == (timedelta(days=90), timedelta(days=7))


RECEIPTS = """
    INSERT INTO receipts (tenant_id, account_id, event_key, kind, raw, settled_at, outcome, received_at)
    SELECT :tenant, (SELECT id FROM channel_accounts WHERE tenant_id = :tenant LIMIT 1), 'k' || n, 'inbound', '{}',
           now(), 'kept', now() - interval '91 days' FROM generate_series(1, CAST(:count AS int)) n
"""


async def test_a_page_is_no_more_than_a_page_of_a_tenant_that_the_statistics_do_not_know(
    stage: Stage, owner_url: str
) -> None:
    await renew_statistics(owner_url, "receipts")
    await stage.write(RECEIPTS, tenant=stage.tenant, count=PAGE + 500)
    tenant, before = TenantId(stage.tenant), datetime.now(UTC) - AGE
    async with stage.runtime.database.begin(tenant) as tx:
        assert len(await stored.delete_page(tx, DataKind.RECEIPTS, before)) == PAGE
        assert len(await stored.delete_page(tx, DataKind.RECEIPTS, before)) == 500

"""The audit log: what is written down, by whom it may be read, and that nobody takes it back."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from dirty_equals import IsDatetime, IsPartialDict, IsUUID

from app.api.refusals import PER_TENANT
from app.delivery.sweeper import Sweeper
from app.domain.audit import OPERATOR
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import Channel, TenantId
from app.mass_replies import control
from app.runtime import Runtime
from app.store import audit
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.api.test_channel_accounts import EMAIL, SECRET
from tests.conftest import create_tenant
from tests.mass_replies.conftest import BODY, NOWHERE, Stage
from tests.plans import plan, renew_statistics
from tests.scene import add_conversations

ANN = Author("agent-7", "Ann Lee", "ann@example.test")
BEN = {"id": "agent-8", "name": "Ben Ray", "email": "ben@example.test"}


async def entries(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/audit-log", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def actions(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The oldest first."""
    return [entry["action"] for entry in reversed(await entries(client, **query))]


def said(text: str) -> str:
    message: dict[str, Any] = {"attachment_ids": [], "html": None, "text": text, "whatsapp_template": None}
    return hashlib.sha256(json.dumps(message, separators=(",", ":")).encode()).hexdigest()


async def test_a_mass_reply_is_told_from_its_selection_to_its_end(stage: Stage) -> None:
    batch = await stage.create()
    confirmed = await stage.act(batch["id"], "confirm", {"recipient_count": 6, "sample_size": 2})
    assert confirmed.status_code == 202, confirmed.text
    for action in ("pause", "pause", "resume", "cancel", "cancel"):
        assert (await stage.act(batch["id"], action)).status_code == 202
    told = (await entries(stage.client, mass_reply=batch["id"]))[::-1]
    assert [entry["action"] for entry in told] == [
        f"mass_reply.{what}" for what in ("created", "confirmed", "paused", "resumed", "cancelled")
    ]
    created, confirmed_entry = told[:2]
    assert created == IsPartialDict(
        id=IsUUID,
        at=IsDatetime(iso_string=True),
        object_id=batch["id"],
        mass_reply_id=batch["id"],
        message_sha256=said("We are back."),
        details={
            "selection": BODY["selection"],
            "selected_count": 6,
            "mark_as_done": False,
            "on_unresolved": "skip",
        },
    )
    assert confirmed_entry == IsPartialDict(recipient_count=6, message_sha256=created["message_sha256"])
    assert confirmed_entry["details"]["selection"] == BODY["selection"]
    assert confirmed_entry["details"]["confirmation"]["sample_size"] == 2
    assert "We are back." not in json.dumps(told)


async def test_a_confirmation_that_is_repeated_or_refused_is_no_second_one(stage: Stage) -> None:
    batch = await stage.create()
    for count, status in ((5, 409), (6, 202), (6, 202)):
        assert (await stage.act(batch["id"], "confirm", {"recipient_count": count})).status_code == status
    assert await actions(stage.client, mass_reply=batch["id"]) == ["mass_reply.created", "mass_reply.confirmed"]


async def test_the_author_the_person_and_the_key_are_all_kept(
    stage: Stage, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    key = bearer(await make_key(Role.INTEGRATION, agent=ANN, name="helpdesk"))
    key_id = (await anonymous.get("/me", headers=key)).json()["key"]["id"]
    batch = await stage.create()
    paused = await stage.act(batch["id"], "confirm", {"recipient_count": 6})
    assert paused.status_code == 202
    await anonymous.post(f"/mass-replies/{batch['id']}/pause", json={"author": BEN}, headers=key)
    [entry] = await entries(stage.client, action="mass_reply.paused")
    assert entry["actor"] == {
        "author": BEN,
        "key": {"id": key_id, "name": "helpdesk"},
        "user": {"id": "agent-7", "name": "Ann Lee", "email": "ann@example.test"},
        "roles": ["integration"],
    }
    for actor in ("agent-8", "agent-7", key_id):
        assert await entries(stage.client, actor=actor) == [entry]
    assert await entries(stage.client, actor="agent-9") == []


async def test_who_did_it_is_found_along_indexes_and_the_newest_first(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, owner_url: str
) -> None:
    key = UUID(int=7)
    write = sa.text("""
        INSERT INTO audit_log (tenant_id, action, author_id, author_name, key_name, user_id, key_id)
        SELECT :tenant, 'snippet.saved', CASE n % 1000 WHEN 1 THEN 'ann' ELSE 'ben' END, 'Ann', 'desk',
               CASE n % 1000 WHEN 2 THEN 'ann' END, CASE n % 1000 WHEN 3 THEN CAST(:key AS uuid) END
        FROM generate_series(1, 3000) n
    """)
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(write, key=key)
    await renew_statistics(owner_url, "audit_log")
    found = await entries(client, actor="ann")
    assert len(found) == 6
    assert [entry["id"] for entry in found] == sorted((entry["id"] for entry in found), reverse=True)
    assert await entries(client, actor="ann", limit=4) == found[:4]
    assert len(await entries(client, actor=str(key))) == 3
    statement = audit.select_page(TenantId(tenant), audit.AuditQuery(actor=str(key)), None, 50)
    async with runtime.database.begin(tenant) as tx:
        compiled = statement.compile(dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True})
        shown = await plan(tx, compiled)
    for column in ("author_id", "user_id", "key_id"):
        assert f"ix_audit_log_tenant_id_{column}_id" in shown, shown
    assert "Seq Scan on audit_log" not in shown


async def test_a_human_decision_is_kept_with_its_reason(stage: Stage) -> None:
    id_ = await stage.batch_in(MassReplyStatus.SENDING)
    lost = await stage.lose_all(id_)
    decision = {"conversation_ids": [str(lost[0])], "outcome": "not_sent", "reason": "The customer says so."}
    assert (await stage.act(id_, "resolve", decision)).status_code == 202
    assert (await stage.act(id_, "retry", {"reason_codes": ["marked_not_sent"]})).status_code == 202
    retried, resolved = (await entries(stage.client, mass_reply=id_))[:2]
    assert (resolved["action"], resolved["reason"]) == ("mass_reply.resolved", "The customer says so.")
    assert resolved["details"] == {"outcome": "not_sent", "send_again": False, "conversation_ids": [str(lost[0])]}
    assert retried["action"] == "mass_reply.retried"
    assert retried["details"] == IsPartialDict(reason_codes=["marked_not_sent"], deliveries=1)


@pytest.mark.parametrize("lane", [None, "email"])
async def test_a_pause_or_resume_that_changes_nothing_is_not_told(stage: Stage, lane: str | None) -> None:
    id_ = await stage.batch_in(MassReplyStatus.SENDING)
    for action in ("resume", "pause", "pause", "resume", "resume"):
        assert (await stage.act(id_, action, {"channel_account": lane})).status_code == 202
    assert (await actions(stage.client, mass_reply=id_))[1:] == ["mass_reply.paused", "mass_reply.resumed"]


async def test_resuming_an_account_is_told(stage: Stage) -> None:
    id_ = await stage.batch_in(MassReplyStatus.SENDING)
    await stage.write("UPDATE channel_accounts SET pause_reason = 'Wrong token' WHERE key = 'email'")
    assert (await stage.act(id_, "resume")).status_code == 202
    assert (await actions(stage.client, mass_reply=id_))[1:] == ["mass_reply.resumed"]


async def test_of_many_ids_the_log_shows_some_and_how_many_there_are(stage: Stage) -> None:
    await add_conversations(stage.runtime, stage.tenant, Channel.EMAIL, 20, prefix="more")
    id_ = await stage.batch_in(MassReplyStatus.SENDING)
    ids = sorted(map(str, await stage.lose_all(id_)))
    await stage.act(id_, "resolve", {"conversation_ids": ids, "outcome": "not_sent", "reason": "None came."})
    await stage.client.post("/mass-replies", json={**BODY, "selection": {"conversation_ids": ids}})
    created, resolved = (await entries(stage.client))[:2]
    assert created["details"]["selection"] == {"conversation_ids": ids[:20], "total": 26}
    assert resolved["details"] == IsPartialDict(conversation_ids=ids[:20], total=26)


async def test_setting_up_is_told_without_a_secret(stage: Stage) -> None:
    client = stage.client
    issued = (await client.post("/api-keys", json={"name": "helpdesk", "roles": ["agent"]})).json()
    await client.delete(f"/api-keys/{issued['id']}")
    config = {**EMAIL["config"], "base_url": f"{NOWHERE}/t0psecret"}
    saved = await client.put("/channel-accounts/email-2", json=EMAIL | {"config": config})
    assert saved.status_code == 201, saved.text
    await client.delete("/channel-accounts/email-2")
    await client.put("/snippets/refund", json={"text": "We refunded you."})
    await client.delete("/snippets/refund")
    told = await entries(client)
    assert [(entry["action"], entry["object_id"]) for entry in told[:6]][::-1] == [
        ("api_key.issued", issued["id"]),
        ("api_key.revoked", issued["id"]),
        ("channel_account.saved", "email-2"),
        ("channel_account.deleted", "email-2"),
        ("snippet.saved", "refund"),
        ("snippet.deleted", "refund"),
    ]
    text = json.dumps(told)
    assert issued["key"].split("_", 2)[2] not in text
    assert not any(secret in text for secret in (SECRET, "t0psecret", "We refunded you."))
    assert told[3]["details"]["config"]["base_url"] == "http://127.0.0.1"
    assert told[3]["details"]["credentials_given"] == ["server_token"]


async def test_what_is_refused_is_not_told(client: httpx.AsyncClient) -> None:
    before = await entries(client)
    assert (await client.delete("/snippets/none")).status_code == 404
    assert (await client.delete("/channel-accounts/none")).status_code == 404
    assert (await client.post("/mass-replies", json=BODY)).status_code == 422
    assert await entries(client) == before


async def test_times_and_pages_divide_the_log(client: httpx.AsyncClient, stage: Stage) -> None:
    start = datetime.now(UTC)
    for number in range(5):
        await client.put(f"/snippets/s{number}", json={"text": "text"})
    seen: list[str] = []
    page: Mapping[str, Any] = {"next_cursor": None}
    while not seen or page["next_cursor"]:
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else {}
        page = (await client.get("/audit-log", params={"limit": 2, "from": start.isoformat(), **cursor})).json()
        seen += [entry["object_id"] for entry in page["items"]]
    assert seen == ["s4", "s3", "s2", "s1", "s0"]
    assert await entries(client, to=start.isoformat(), action="snippet.saved") == []
    assert await entries(client, **{"from": (start + timedelta(hours=1)).isoformat()}) == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"action": "anything"}, "/action"),
        ({"actor": "\0"}, "/actor"),
        ({"mass_reply": "x"}, "/mass_reply"),
        ({"from": "yesterday"}, "/from"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, query: dict[str, str], pointer: str
) -> None:
    answer = await client.get("/audit-log", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_only_an_administrator_reads_the_log_and_only_their_tenants(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    await client.put("/snippets/refund", json={"text": "text"})
    for role in set(Role) - {Role.ADMIN}:
        assert (await anonymous.get("/audit-log", headers=bearer(await make_key(role)))).status_code == 403
    foreign = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    told = (await anonymous.get("/audit-log", headers=foreign)).json()["items"]
    assert [entry["action"] for entry in told] == ["api_key.issued"]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM audit_log", "UPDATE audit_log SET action = 'nothing'", "TRUNCATE audit_log"]
)
async def test_the_service_can_neither_change_nor_delete_an_entry(
    database: Database, tenant: UUID, statement: str
) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        async with database.begin(tenant) as tx:
            await tx.execute(sa.text(statement))


async def test_what_is_not_committed_is_not_told(stage: Stage) -> None:
    batch = await stage.create()
    async with stage.runtime.database.begin(stage.tenant) as tx:
        await control.cancel(tx, batch["id"], OPERATOR)
        await tx.execute(sa.text("ROLLBACK"))
    assert await actions(stage.client, mass_reply=batch["id"]) == ["mass_reply.created"]


async def test_the_service_says_what_it_does_by_itself(stage: Stage) -> None:
    batch = await stage.create()
    await stage.write("UPDATE mass_replies SET expires_at = now() WHERE id = :id", id=batch["id"])

    async def ignore(*_: Any) -> None:
        pass

    await Sweeper(stage.runtime.database, ignore, ignore, timedelta(days=7)).tick()
    [entry] = await entries(stage.client, mass_reply=batch["id"], actor="system")
    assert entry["action"] == "mass_reply.expired"
    assert entry["actor"] == IsPartialDict(key=None, user=None, roles=[])


async def test_who_is_turned_away_is_written_down_once_a_minute_whatever_they_try(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    viewer = bearer(await make_key(Role.VIEWER, agent=ANN))
    for _ in range(30):
        assert (await anonymous.put("/settings", json={}, headers=viewer)).status_code == 403
    [forbidden] = await entries(client, action="access.forbidden")
    assert (forbidden["object_id"], forbidden["actor"]["user"]["id"]) == ("PUT /settings", ANN.id)
    assert forbidden["details"] == {"why": "This needs the permission admin."}


async def test_a_key_that_is_refused_is_written_down_without_saying_who_showed_it(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    key = await make_key(Role.AGENT)
    key_id = (await anonymous.get("/me", headers=bearer(key))).json()["key"]["id"]
    wrong = key[:-4] + ("aaaa" if not key.endswith("aaaa") else "bbbb")
    assert (await client.delete(f"/api-keys/{key_id}")).status_code == 204
    for _ in range(5):
        for shown in (key, wrong, "mr_" + "0" * 32 + "_" + "a" * 43, "nonsense"):
            assert (await anonymous.get("/me", headers=bearer(shown))).status_code == 401
    [refused] = await entries(client, action="credential.refused")
    assert (refused["object_id"], refused["actor"]["author"]["id"], refused["actor"]["key"]) == (
        key_id,
        "unknown",
        None,
    )
    assert refused["details"] == {"route": "GET /me", "why": "revoked"}
    assert key.split("_", 2)[2] not in str(refused)


@pytest.mark.usefixtures("clock")
async def test_refusals_of_many_kinds_are_no_flood_of_entries(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, make_key: MakeKey
) -> None:
    viewers = [bearer(await make_key(Role.VIEWER)) for _ in range(30)]
    for viewer in viewers:
        assert (await anonymous.get("/audit-log", headers=viewer)).status_code == 403
    assert len(await entries(client, action="access.forbidden", limit=100)) == PER_TENANT

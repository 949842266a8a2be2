"""Erasing a contact: nothing of the person is left, every count is, and nobody writes to them again."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.permissions import Role
from app.store.database import Database
from app.tables import metadata
from tests.api.conftest import MakeKey, bearer, stored_rows
from tests.compliance.person import BODY, BY_NAME, PERSON, TRACES, create, erase, import_, person
from tests.conftest import create_tenant
from tests.imports import line
from tests.mass_replies.conftest import Live, Stage
from tests.patience import patience
from tests.scene import Account, add_account


async def sent(stage: Stage, id_: str) -> None:
    """Let every delivery have been sent, with all that is kept of it, and its provider have reported."""
    await stage.settle_all(
        id_, "sent", epoch=1, provider_message_id="p-1", reason_detail="Mailbox of Zoe Quirrel is slow."
    )
    key = {"id": id_}
    await stage.write(
        "INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, outcome, text, html, evidence) "
        "SELECT tenant_id, id, 1, 'accepted', 'Dear Zoe', '<p>Dear Zoe</p>', 'to zoe.quirrel' "
        "FROM deliveries WHERE mass_reply_id = :id",
        **key,
    )
    await stage.write(
        "INSERT INTO messages (tenant_id, conversation_id, kind, text, html, mass_reply_id, delivery_id) "
        "SELECT tenant_id, conversation_id, 'reply', 'Dear Zoe', '<p>Dear Zoe</p>', mass_reply_id, id "
        "FROM deliveries WHERE mass_reply_id = :id",
        **key,
    )
    for event, delivery in (("known:zoe.quirrel:", "d.id"), ("by-id", "NULL")):
        await stage.write(
            "INSERT INTO receipts (tenant_id, account_id, event_key, kind, delivery_id, provider_message_id, raw, "
            f"reason_detail) SELECT tenant_id, account_id, '{event}' || id, 'delivered', {delivery}, 'p-1', "
            "'{\"name\": \"Zoe\"}', 'Zoe is in' FROM deliveries d WHERE mass_reply_id = :id",
            **key,
        )
    await stage.write(
        "UPDATE messages SET sender = 'pat@example.test' WHERE kind = 'customer_message' AND sender = 'zoe.quirrel'"
    )
    for named in ({"from": "12025550177"}, {"conversation": {"external_id": "c-zoe"}}, {"from": "pat@example.test"}):
        await reported(stage, named | {"text": "Zebra"})


async def reported(stage: Stage, said: Mapping[str, Any]) -> None:
    """Let the provider have reported a customer's message."""
    await stage.write(
        "INSERT INTO receipts (tenant_id, account_id, event_key, kind, raw, settled_at) "
        "SELECT tenant_id, id, uuidv7(), 'inbound', CAST(:raw AS jsonb), now() FROM channel_accounts "
        "WHERE key = 'desk'",
        raw=json.dumps(said),
    )


async def everything(database: Database, tenant: UUID) -> dict[str, str]:
    """All that is stored of a tenant, by table."""
    tables = sorted(name for name, table in metadata.tables.items() if "tenant_id" in table.columns)
    return {table: await stored_rows(database, tenant, table) for table in tables}


async def test_nothing_that_is_stored_tells_of_the_person_and_every_count_stays(
    desk: Stage, database: Database
) -> None:
    batch = await create(desk.client, BODY | {"selection": {"external_ids": ["c-zoe"]}})
    await desk.write("UPDATE mass_replies SET status = 'sending' WHERE id = :id", id=batch["id"])
    await sent(desk, batch["id"])
    kept = await everything(database, desk.tenant)
    told = {trace for trace in TRACES for rows in kept.values() if trace in rows}
    assert told == set(TRACES), "the test itself puts them there"
    before = await desk.get(batch["id"])

    await erase(desk.client)

    kept = await everything(database, desk.tenant)
    assert [(table, trace) for table, rows in kept.items() for trace in TRACES if trace in rows] == []
    after = await desk.get(batch["id"])
    assert len(before["preflight"]["samples"]) == len(after["preflight"]["samples"]) + 1
    for whole in (before, after):
        del whole["preflight"]["samples"]
    assert after == before
    [delivery] = await desk.read("SELECT * FROM deliveries WHERE reason_detail = '[erased]'")
    assert (delivery.status, delivery.provider_message_id, delivery.address) == ("sent", "p-1", None)
    timeline = (await desk.client.get("/conversations/c-zoe/timeline")).json()["items"]
    assert {item["text"] for item in timeline} == {"[erased]"}
    assert [item["kind"] for item in timeline] == ["customer_message", "reply"]


async def test_others_keep_what_is_theirs(desk: Stage) -> None:
    await create(desk.client)
    theirs = {"conversation": {"external_id": "c-zoe-2"}, "text": "Hello"}
    await reported(desk, theirs)
    await erase(desk.client)
    assert [receipt.raw for receipt in await desk.read("SELECT raw FROM receipts")] == [theirs]
    names = await desk.read("SELECT name FROM contacts WHERE erased_at IS NULL")
    assert len(names) == 6
    assert all(row.name.startswith("Customer") for row in names)
    texts = await desk.read("SELECT address FROM deliveries WHERE address IS NOT NULL")
    assert len(texts) == 6


async def test_what_was_still_to_be_sent_is_cancelled_and_says_so(desk: Stage) -> None:
    id_ = await desk.batch_in(MassReplyStatus.SENDING)
    await erase(desk.client)
    counts = (await desk.get(id_))["counts"]
    assert (counts["queued"], counts["cancelled"]) == (6, 1)
    assert sum(counts.values()) == 7
    query = {"status": "cancelled"}
    [delivery] = (await desk.client.get(f"/mass-replies/{id_}/deliveries", params=query)).json()["items"]
    assert delivery["reason"]["code"] == "contact_erased"
    assert delivery["contact_name"] is None


async def test_what_goes_to_a_contact_that_was_merged_into_the_erased_one_is_cancelled_too(desk: Stage) -> None:
    id_ = await desk.batch_in(MassReplyStatus.SENDING)
    await import_(desk.client, person(contact=PERSON | {"external_id": "u-merged"}))
    await erase(desk.client, "/contacts/u-merged")
    [delivery] = await desk.read(
        "SELECT address FROM deliveries WHERE mass_reply_id = :id AND status <> 'queued'", id=id_
    )
    assert delivery.address is None
    assert (await desk.get(id_))["counts"]["cancelled"] == 1


async def test_a_failed_one_is_not_retried_and_one_that_comes_back_has_nowhere_to_go(desk: Stage) -> None:
    id_ = await desk.batch_in(MassReplyStatus.SENDING)
    await desk.fail_all(id_)
    await erase(desk.client)
    retried = await desk.act(id_, "retry")
    assert retried.json()["counts"]["queued"] == 6
    [erased] = await desk.read(
        "SELECT status, address FROM deliveries WHERE conversation_id IN "
        "(SELECT id FROM conversations WHERE external_id = 'c-zoe')"
    )
    assert (erased.status, erased.address) == ("failed", None)


async def test_a_new_mass_reply_skips_the_conversation(desk: Stage) -> None:
    await erase(desk.client)
    preflight = (await create(desk.client, BODY | {"on_unresolved": "blank"}))["preflight"]
    assert preflight["skipped"] == [{"code": "no_address", "channel": "other", "count": 1}]


async def test_a_message_under_way_is_waited_for(desk: Stage) -> None:
    id_ = await desk.batch_in(MassReplyStatus.SENDING)
    await desk.settle_all(id_, "sending", epoch=1)
    refused = await desk.client.delete(BY_NAME)
    assert (refused.status_code, refused.json()["code"]) == (409, "contact_in_flight")
    assert (await desk.client.get("/conversations/c-zoe")).json()["contact"]["name"] == "Zoe Quirrel"


async def test_an_uncertain_one_can_still_be_settled_by_a_person(desk: Stage) -> None:
    id_ = await desk.batch_in(MassReplyStatus.SENDING)
    lost = await desk.lose_all(id_)
    await erase(desk.client)
    decision = {"conversation_ids": [str(one) for one in lost], "outcome": "sent", "reason": "Seen at the provider."}
    assert (await desk.act(id_, "resolve", decision)).json()["counts"]["sent"] == 7
    timeline = (await desk.client.get("/conversations/c-zoe/timeline")).json()["items"]
    assert "[erased]" in {item["text"] for item in timeline if item["kind"] == "reply"}


async def preflight_codes(stage: Stage) -> set[str]:
    body = {**BODY, "selection": {"external_ids": ["c-zoe"]}, "message": {"text": "We are back."}}
    preflight = (await stage.client.post("/mass-replies/preview", json=body)).json()["preflight"]
    return {skipped["code"] for skipped in preflight["skipped"]}


async def block(stage: Stage, address: str, reason: str) -> None:
    await stage.write(
        "INSERT INTO blocked_addresses (tenant_id, channel, address, reason) "
        "VALUES (:tenant, 'other', :address, :reason)",
        tenant=stage.tenant,
        address=address,
        reason=reason,
    )


@pytest.mark.parametrize(("reason", "code"), [("opted_out", "opted_out"), ("bounced", "address_invalid")])
async def test_a_blocked_address_stays_blocked_when_it_is_imported_again(desk: Stage, reason: str, code: str) -> None:
    await block(desk, "zoe.quirrel", reason)
    await erase(desk.client)
    assert await desk.read("SELECT 1 FROM blocked_addresses") == []
    await import_(desk.client, person())
    assert await preflight_codes(desk) == {code}
    assert await desk.read("SELECT 1 FROM erased_blocks") == []


async def test_an_address_of_former_days_is_forgotten_too_and_stays_blocked(desk: Stage, database: Database) -> None:
    await create(desk.client)
    await block(desk, "zoe.quirrel", "bounced")
    moved = person(address="zoe.elsewhere", contact=PERSON | {"opted_out": True})
    await import_(desk.client, moved)
    await erase(desk.client)
    assert "quirrel" not in await stored_rows(database, desk.tenant, "blocked_addresses")
    assert sorted(
        row.reason for row in await desk.read("SELECT reason FROM erased_blocks WHERE channel = 'other'")
    ) == [
        "bounced",
        "opted_out",
    ]


async def test_who_opted_out_altogether_stays_out_on_every_channel(desk: Stage) -> None:
    await import_(desk.client, person(contact={**PERSON, "opted_out": True}))
    await erase(desk.client)
    await import_(desk.client, person(), line("c-mail", contact=PERSON, address=..., channel_account="email"))
    assert await preflight_codes(desk) == {"opted_out"}
    blocked = await desk.read("SELECT channel, address FROM blocked_addresses ORDER BY channel")
    assert ("email", "zoe.quirrel@example.test") in [tuple(row) for row in blocked]
    assert ("sms", "+12025550177") in [tuple(row) for row in blocked]


async def test_an_address_that_was_not_blocked_may_be_written_to_again(desk: Stage) -> None:
    await erase(desk.client)
    await import_(desk.client, person())
    assert await preflight_codes(desk) == set()


async def test_a_block_that_was_lifted_before_keeps_no_opt_out_from_coming_back(desk: Stage) -> None:
    twin = person(external_id="c-twin", contact={"external_id": "u-twin", "name": "Twin"})
    await import_(desk.client, twin, person(contact=PERSON | {"opted_out": True}))
    await block(desk, "zoe.quirrel", "opted_out")
    await desk.write("UPDATE blocked_addresses SET lifted_at = now() WHERE tenant_id = :tenant", tenant=desk.tenant)
    await erase(desk.client)
    await import_(desk.client, person())
    assert await preflight_codes(desk) == {"opted_out"}


async def test_an_address_that_somebody_else_has_too_stays_blocked_for_them(desk: Stage) -> None:
    other = person(external_id="c-twin", contact={"external_id": "u-twin", "name": "Twin"})
    await import_(desk.client, other)
    await block(desk, "zoe.quirrel", "opted_out")
    await erase(desk.client)
    [blocked] = await desk.read("SELECT address FROM blocked_addresses")
    assert blocked.address == "zoe.quirrel"


async def test_an_erasure_is_told_without_a_name_and_can_be_repeated(desk: Stage) -> None:
    contact = (await desk.read("SELECT id FROM contacts WHERE external_id = 'u-secret-1'"))[0].id
    await erase(desk.client)
    await erase(desk.client, f"/contacts/{contact}")
    assert (await desk.client.delete(BY_NAME)).status_code == 404
    entry = (await desk.client.get("/audit-log", params={"action": "contact.erased"})).json()["items"][-1]
    assert (entry["object_id"], entry["details"]) == (
        str(contact),
        {"conversations": 1, "deliveries": 0, "cancelled": 0},
    )
    assert not any(trace in json.dumps(entry) for trace in TRACES)


async def test_a_visitors_session_ends_with_the_contact(stage: Stage, anonymous: httpx.AsyncClient) -> None:
    account = await add_account(stage.runtime, stage.tenant, Account("chat", "chat", "webchat"))  # type: ignore[arg-type]
    opened = await anonymous.post("/chat/sessions", json={"channel_account": str(account), "name": "Zoe Quirrel"})
    token = bearer(opened.json()["token"])
    await anonymous.post("/chat/sessions/me/messages", json={"text": "Zebra"}, headers=token)
    [contact] = await stage.read("SELECT id FROM contacts WHERE name = 'Zoe Quirrel'")
    await erase(stage.client, f"/contacts/{contact.id}")
    assert (await anonymous.get("/chat/sessions/me/messages", headers=token)).status_code == 401


async def test_only_an_administrator_erases_and_only_their_own_contacts(
    desk: Stage, anonymous: httpx.AsyncClient, make_key: MakeKey, database: Database
) -> None:
    for role in set(Role) - {Role.ADMIN}:
        assert (await anonymous.delete(BY_NAME, headers=bearer(await make_key(role)))).status_code == 403
    foreign = bearer(await make_key(Role.ADMIN, owner=await create_tenant(database)))
    assert (await anonymous.delete(BY_NAME, headers=foreign)).status_code == 404


async def test_nobody_writes_to_an_erased_contact_while_a_mass_reply_runs(live: Live) -> None:
    await live.add(emails=30, rate_per_second=1)
    id_ = await live.confirm()
    [last] = (await live.client.get(f"/mass-replies/{id_}/deliveries?status=queued&limit=1")).json()["items"]
    stage = Stage(live.client, live.runtime, live.tenant)
    where = {"id": UUID(last["conversation_id"])}
    [erased] = await stage.read("SELECT contact_id, address FROM conversations WHERE id = :id", **where)
    async with patience("the contact may be erased"):
        while (answer := await live.client.delete(f"/contacts/{erased.contact_id}")).status_code == 409:
            pass
    assert answer.status_code == 204
    await stage.write("UPDATE channel_accounts SET rate_per_second = 1000, allowed_at = now()")
    done = await live.until_status(id_, "completed")
    written_to = {entry.message.recipient for entry in live.accepted()}
    assert done["counts"]["sent"] + done["counts"]["cancelled"] == 30
    assert (erased.address in written_to) is (done["counts"]["cancelled"] == 0)

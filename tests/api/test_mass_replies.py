"""Mass replies over HTTP: the exact count, and every way to ask for something that cannot be done."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.imports import ndjson
from tests.scene import add_account, add_conversation, add_conversations, postmark, row

TAGGED = {"filter": {"tags": {"any": ["incident"]}}}
BODY: dict[str, Any] = {"selection": TAGGED, "message": {"text": "We are back."}}


@pytest.fixture
async def three(runtime: Runtime, tenant: UUID) -> None:
    """Three e-mail conversations, ready to be answered."""
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 3, account=account)


async def batches(runtime: Runtime, tenant: UUID) -> int:
    return int((await row(runtime, tenant, "SELECT count(*) AS number FROM mass_replies")).number)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"selection": {"filter": {}}}, 422, "filter_too_broad"),
        ({"selection": {"filter": {"colour": ["red"]}}}, 422, "invalid_request"),
        ({"selection": {"filter": {"tags": {"any": []}}}}, 422, "invalid_request"),
        ({"selection": {"filter": {"not": {}}}}, 422, "invalid_request"),
        ({"selection": {"filter": {"tags": {"any": ["nobody-has-this"]}}}}, 422, "selection_empty"),
        ({"selection": {"conversation_ids": []}}, 422, "invalid_request"),
        ({"selection": {"conversation_ids": [str(UUID(int=7))]}}, 422, "conversation_not_found"),
        ({"selection": {"external_ids": ["email-1", "nobody"]}}, 422, "conversation_not_found"),
        ({"selection": {"external_ids": [f"c-{n}" for n in range(10_001)]}}, 422, "invalid_request"),
        ({"selection": {"filter": {"status": ["active"]}, "conversation_ids": []}}, 422, "invalid_request"),
        ({"selection": {}}, 422, "invalid_request"),
        ({"message": {"text": "  \n"}}, 422, "message_empty"),
        ({"message": {"text": "x" * 100_001}}, 422, "message_too_large"),
        ({"message": {"text": "Hi {{ contact.first_name"}}, 422, "invalid_template"),
        ({"message": {"text": "{% for x in y %}{% endfor %}"}}, 422, "invalid_template"),
        ({"message": {"text": "{{ contact.name }}" * 1_001}}, 422, "invalid_template"),
        ({"message": {"text": "{{ 'a'" + " | replace: 'a', 'aaaaaaaaaa'" * 9 + " }}"}}, 422, "invalid_template"),
        ({"message": {"text": "Hi", "html": "<div>" * 19_900}}, 422, "invalid_template"),
        (
            {"message": {"text": "Hi", "html": "<a href='https://x.test/%7B%7Bagent.name%7D%7D'>x</a>"}},
            422,
            "invalid_template",
        ),
        ({"message": {"text": "Hi {{ contact.shoe_size }}"}}, 422, "unknown_merge_tag"),
        ({"message": {"text": "Hi", "attachment_ids": [str(UUID(int=7))]}}, 422, "unknown_attachment"),
        ({"message": {"text": 7}}, 422, "invalid_request"),
        ({"message": {"text": "Hi", "colour": "red"}}, 422, "invalid_request"),
        ({"on_unresolved": "explode"}, 422, "invalid_request"),
        ({"mark_as_done": "yes"}, 422, "invalid_request"),
        ({"mark_as_done": 1}, 422, "invalid_request"),
        ({"surprise": True}, 422, "invalid_request"),
    ],
    ids=lambda value: None if isinstance(value, dict) else str(value),
)
async def test_what_cannot_be_done_is_refused_and_nothing_is_kept(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    three: None,
    change: dict[str, Any],
    status: int,
    code: str,
) -> None:
    for path in ("/mass-replies", "/mass-replies/preview"):
        refused = await client.post(path, json={**BODY, **change})
        assert (refused.status_code, refused.json()["code"]) == (status, code), path
        assert refused.headers["Content-Type"] == "application/problem+json"
    assert await batches(runtime, tenant) == 0


async def test_bad_liquid_is_pointed_at_with_its_line(client: httpx.AsyncClient, three: None) -> None:
    body = {**BODY, "message": {"text": "Hello,\n{{ contact.name | nope }}"}}
    refused = (await client.post("/mass-replies", json=body)).json()
    assert refused["errors"][0]["pointer"] == "/message/text"
    assert "line 2" in refused["errors"][0]["detail"]


async def test_unknown_ids_are_named(client: httpx.AsyncClient, three: None) -> None:
    body = {**BODY, "selection": {"external_ids": ["email-1", "nobody", "nothing"]}}
    refused = (await client.post("/mass-replies", json=body)).json()
    assert [error["detail"] for error in refused["errors"]] == ["nobody", "nothing"]


async def test_another_tenants_conversations_and_batches_do_not_exist(
    client: httpx.AsyncClient, runtime: Runtime, make_key: MakeKey, anonymous: httpx.AsyncClient, three: None
) -> None:
    stranger = await create_tenant(runtime.database)
    foreign = await add_conversation(runtime, stranger, Channel.EMAIL, "ann@example.com")
    refused = await client.post("/mass-replies", json={**BODY, "selection": {"conversation_ids": [str(foreign)]}})
    assert refused.json()["code"] == "conversation_not_found"

    mine = (await client.post("/mass-replies", json=BODY)).json()["id"]
    theirs = bearer(await make_key(Role.ADMIN, owner=stranger))
    for method, path, body in (
        ("GET", f"/mass-replies/{mine}", None),
        ("GET", f"/mass-replies/{mine}/deliveries", None),
        ("POST", f"/mass-replies/{mine}/confirm", {"recipient_count": 3}),
        ("POST", f"/mass-replies/{mine}/cancel", None),
    ):
        answer = await anonymous.request(method, path, json=body, headers=theirs)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    follow_up = {"follow_up": {"mass_reply_id": mine, "statuses": ["queued", "sent"]}}
    followed = await anonymous.post("/mass-replies", json={**BODY, "selection": follow_up}, headers=theirs)
    assert followed.status_code in (404, 422)


async def test_the_count_is_exact_and_the_excluded_are_left_out(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, three: None
) -> None:
    one = (await row(runtime, tenant, "SELECT id FROM conversations ORDER BY id LIMIT 1")).id
    selection = {**TAGGED, "exclude_conversation_ids": [str(one)]}
    created = await client.post("/mass-replies", json={**BODY, "selection": selection})
    assert created.status_code == 201
    batch = created.json()
    assert created.headers["Location"] == f"/mass-replies/{batch['id']}"
    assert (batch["status"], batch["selected_count"], batch["recipient_count"]) == ("awaiting_confirmation", 2, 2)
    assert sum(batch["counts"].values()) == 2
    items = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
    assert str(one) not in {item["conversation_id"] for item in items}


async def test_ids_that_repeat_count_once(client: httpx.AsyncClient, three: None) -> None:
    selection = {"external_ids": ["email-1", "email-2", "email-1"]}
    assert (await client.post("/mass-replies", json={**BODY, "selection": selection})).json()["selected_count"] == 2


async def test_what_is_frozen_is_what_was_counted_whatever_the_filter_matches_by_now(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, three: None
) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    await add_conversations(runtime, tenant, Channel.EMAIL, 2, prefix="late")
    confirmed = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 3})
    assert (confirmed.status_code, confirmed.json()["selected_count"]) == (202, 3)


@pytest.mark.parametrize("seed", range(4))
async def test_edits_while_it_is_confirmed_change_neither_whom_it_goes_to_nor_what_it_says(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, three: None, seed: int
) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    frozen = await recipients(client, batch)
    edits = [
        add_conversations(runtime, tenant, Channel.EMAIL, 2, prefix="late"),
        edit(client, external_id="email-1", tags=["solved"]),
        edit(client, external_id="email-2", status="done", address="elsewhere@example.com"),
        client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 3}),
    ]
    Random(seed).shuffle(edits)  # noqa: S311 - it draws an order
    await asyncio.gather(*edits)

    confirmed = (await client.get(f"/mass-replies/{batch['id']}")).json()
    assert (confirmed["status"], confirmed["selected_count"], confirmed["recipient_count"]) == ("sending", 3, 3)
    assert confirmed["message"] == batch["message"]
    assert await recipients(client, batch) == frozen


async def recipients(client: httpx.AsyncClient, batch: dict[str, Any]) -> set[tuple[str, str]]:
    items = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
    return {(item["id"], item["conversation_id"]) for item in items}


async def edit(client: httpx.AsyncClient, **line: Any) -> None:
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await client.post("/conversations/import", content=ndjson(line), headers=headers)
    assert (answer.status_code, answer.json()["updated"]) == (200, 1), answer.text


async def test_a_second_one_to_the_same_customers_warns_of_the_first(client: httpx.AsyncClient, three: None) -> None:
    first = (await client.post("/mass-replies", json=BODY)).json()
    assert (await client.post(f"/mass-replies/{first['id']}/confirm", json={"recipient_count": 3})).is_success
    second = (await client.post("/mass-replies", json=BODY)).json()
    for batch, warned in ((first, False), (second, True)):
        items = (await client.get(f"/mass-replies/{batch['id']}/deliveries")).json()["items"]
        assert ["recent_mass_reply" in item["warnings"] for item in items] == [warned] * 3


async def test_another_number_confirms_nothing(client: httpx.AsyncClient, three: None) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    refused = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "recipient_count_mismatch")
    assert "confirmed 4 recipients; there are 3" in refused.json()["detail"]
    assert (await client.get(f"/mass-replies/{batch['id']}")).json()["status"] == "awaiting_confirmation"


@pytest.mark.parametrize("count", ["3", 3.0, True, None, [3]], ids=repr)
async def test_only_a_number_confirms(client: httpx.AsyncClient, three: None, count: object) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    refused = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": count})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    assert (await client.get(f"/mass-replies/{batch['id']}")).json()["status"] == "awaiting_confirmation"


async def test_confirming_again_is_the_same_and_with_another_body_a_conflict(
    client: httpx.AsyncClient, three: None
) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    path, body = f"/mass-replies/{batch['id']}/confirm", {"recipient_count": 3, "hold_seconds": 3600}
    first, second = await client.post(path, json=body), await client.post(path, json=body)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["confirmed_at"] == second.json()["confirmed_at"]
    other = await client.post(path, json={"recipient_count": 3})
    assert (other.status_code, other.json()["code"]) == (409, "invalid_state")
    assert "scheduled" in other.json()["detail"]


async def test_an_hour_later_it_is_too_late_to_confirm(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, three: None
) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text("UPDATE mass_replies SET expires_at = now() - interval '1 second'"))
    refused = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 3})
    assert (refused.status_code, refused.json()["code"]) == (409, "confirmation_expired")


async def test_nobody_to_send_to_cannot_be_confirmed(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> None:
    await add_conversation(runtime, tenant, Channel.VOICE, "+12025550123")
    batch = (await client.post("/mass-replies", json=BODY)).json()
    assert (batch["selected_count"], batch["recipient_count"]) == (1, 0)
    refused = await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_send")


@pytest.mark.parametrize(
    "schedule",
    [
        {"hold_seconds": 60, "send_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat()},
        {"send_at": "2020-01-01T00:00:00Z"},
        {"send_at": "9999-12-31T00:00:00Z"},
        {"not_after": "2020-01-01T00:00:00Z"},
    ],
    ids=["both", "past", "far away", "ends before it starts"],
)
async def test_a_schedule_that_cannot_be_is_refused(
    client: httpx.AsyncClient, three: None, schedule: dict[str, Any]
) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    path = f"/mass-replies/{batch['id']}/confirm"
    refused = await client.post(path, json={"recipient_count": 3, **schedule})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_schedule")


@pytest.mark.parametrize("time", [1_893_456_000, "1893456000", "2030-01-01T00:00:00", "2030-01-01", "soon"], ids=repr)
async def test_only_an_rfc_3339_time_is_one(client: httpx.AsyncClient, three: None, time: object) -> None:
    batch = (await client.post("/mass-replies", json=BODY)).json()
    body = {"recipient_count": 3, "send_at": time}
    refused = await client.post(f"/mass-replies/{batch['id']}/confirm", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")
    listed = await client.get("/mass-replies", params={"created_from": str(time)})
    assert (listed.status_code, listed.json()["code"]) == (422, "invalid_request")


async def test_the_preview_keeps_nothing_and_shows_the_one_that_was_asked_for(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, three: None
) -> None:
    one = (await row(runtime, tenant, "SELECT id FROM conversations WHERE external_id = 'email-2'")).id
    body = {**BODY, "message": {"text": "Hi {{ contact.first_name }}!"}, "conversation_id": str(one)}
    preview = (await client.post("/mass-replies/preview", json=body)).json()
    assert (preview["selected_count"], preview["recipient_count"]) == (3, 3)
    assert [sample["text"] for sample in preview["preflight"]["samples"]] == ["Hi Name2!"]
    assert await batches(runtime, tenant) == 0


async def test_a_preview_for_a_conversation_that_does_not_exist_is_refused(
    client: httpx.AsyncClient, runtime: Runtime, three: None
) -> None:
    stranger = await create_tenant(runtime.database)
    foreign = await add_conversation(runtime, stranger, Channel.EMAIL, "ann@example.com")
    for one in (str(uuid4()), str(foreign)):
        refused = await client.post("/mass-replies/preview", json={**BODY, "conversation_id": one})
        assert (refused.status_code, refused.json()["code"]) == (422, "conversation_not_found")
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/conversation_id"]


async def test_a_preview_needs_no_text_yet(client: httpx.AsyncClient, three: None) -> None:
    preview = (await client.post("/mass-replies/preview", json={"selection": TAGGED})).json()
    assert (preview["recipient_count"], preview["preflight"]["samples"]) == (3, [])


async def test_an_author_may_only_be_given_by_who_may_act_as_another(
    anonymous: httpx.AsyncClient, make_key: MakeKey, three: None
) -> None:
    body = {**BODY, "author": {"id": "agent-7", "name": "Ann Lee"}}
    agent = bearer(await make_key(Role.AGENT))
    refused = await anonymous.post("/mass-replies", json=body, headers=agent)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    integration = bearer(await make_key(Role.INTEGRATION))
    created = await anonymous.post("/mass-replies", json=body, headers=integration)
    assert created.json()["author"] == {"id": "agent-7", "name": "Ann Lee", "email": None}


async def test_the_list_is_newest_first_and_pages_on(client: httpx.AsyncClient, three: None) -> None:
    ids = [(await client.post("/mass-replies", json=BODY)).json()["id"] for _ in range(3)]
    first = (await client.get("/mass-replies", params={"limit": 2})).json()
    rest = (await client.get("/mass-replies", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert (await client.get("/mass-replies", params={"status": "sending"})).json()["items"] == []


async def test_what_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    for path in ("", "/deliveries"):
        missing = await client.get(f"/mass-replies/{uuid4()}{path}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_every_unknown_id_is_named(client: httpx.AsyncClient, three: None) -> None:
    unknown = [f"c-{n}" for n in range(250)]
    for path in ("/mass-replies", "/mass-replies/preview"):
        body = {**BODY, "selection": {"external_ids": ["email-1", *unknown]}}
        refused = (await client.post(path, json=body)).json()
        assert sorted(fault["detail"] for fault in refused["errors"]) == sorted(unknown)


async def test_three_dots_are_a_text_like_any_other(client: httpx.AsyncClient, three: None) -> None:
    body = {**BODY, "message": {"text": "…"}}
    preview = (await client.post("/mass-replies/preview", json=body)).json()
    assert [sample["text"] for sample in preview["preflight"]["samples"]] == ["…"] * 3


@pytest.mark.parametrize("time", ["2026-05-01", "1777777777", "2026-05-01T09:00:00", "2026-05-01T09:00:00 02:00"])
async def test_a_list_takes_rfc_3339_times_alone(client: httpx.AsyncClient, time: str) -> None:
    for address in (f"/mass-replies?created_from={time}", f"/audit-log?from={time}"):
        assert (await client.get(address)).status_code == 422, address

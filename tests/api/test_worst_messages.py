"""Nobody waits for what another tenant's message costs."""

import asyncio
import threading
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.permissions import Role
from app.domain.preflight import MessagePlan
from app.domain.words import Channel, TenantId
from app.process.garbage import collect_seldom
from app.runtime import Runtime
from tests.api.conftest import MakeKey, bearer
from tests.gaps import gaps_of_the_loop
from tests.scene import add_account, add_conversations, postmark

PAUSE = 0.02
"""Between two looks, in seconds: half of what a key may ask, however long the message takes."""

TAGGED = {"filter": {"tags": {"any": ["incident"]}}}
WORST = {
    "text": "Hi {{ contact.name }}" + ("{{ contact.name | size" + " | squish | escape_once" * 12 + " }}") * 80,
    "html": "{{ contact.name }}" + "<div>" * 190 + "<p>x &amp; y</p>" * 6_000,
}


async def test_previews_and_creates_render_beside_the_event_loop_and_outside_transactions(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 3, account=account)
    seen, really = list[tuple[int, bool]](), MessagePlan.render

    def render(plan: MessagePlan, recipient: Any) -> Any:
        seen.append((runtime.database.pool_use().in_use, threading.current_thread() is threading.main_thread()))
        return really(plan, recipient)

    monkeypatch.setattr(MessagePlan, "render", render)
    body = {"selection": TAGGED, "message": {"text": "Hi {{ contact.name | default: 'you' }}"}}
    assert (await client.post("/mass-replies/preview", json=body)).status_code == 200
    assert (await client.post("/mass-replies", json=body)).status_code == 201

    assert seen == [(0, False)] * 6


async def test_a_recipient_for_whom_it_is_too_much_is_skipped_alone(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 3, account=account)
    async with runtime.database.begin(tenant) as tx:
        await tx.connection.exec_driver_sql(
            "UPDATE contacts SET name = repeat('ab ', 30000) WHERE id = (SELECT id FROM contacts ORDER BY id LIMIT 1)"
        )
    text = "Hi {{ contact.name | default: 'you' | split: '' | sort | uniq | join | squish | squish | escape_once }}"
    made = await client.post("/mass-replies", json={"selection": TAGGED, "message": {"text": text}})

    assert made.status_code == 201
    assert made.json()["counts"]["skipped"] == 1
    assert made.json()["recipient_count"] == 2
    skipped = await client.get(f"/mass-replies/{made.json()['id']}/deliveries", params={"status": "skipped"})
    [one] = skipped.json()["items"]
    assert one["reason"]["code"] == "merge_tag_unresolved"
    assert "takes too much work" in one["reason"]["detail"]


@pytest.mark.proof
async def test_two_hundred_of_the_worst_messages_make_nobody_else_wait_a_tenth_of_a_second(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, other_tenant: TenantId, make_key: MakeKey
) -> None:
    account = await add_account(runtime, tenant, postmark("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.EMAIL, 200, account=account)
    headers = bearer(await make_key(Role.VIEWER, owner=other_tenant))

    collect_seldom()
    alone = await _looks(client, headers, 50)
    body = {"selection": TAGGED, "message": WORST, "on_unresolved": "blank"}
    async with gaps_of_the_loop() as gaps:
        hostile = asyncio.create_task(client.post("/mass-replies", json=body))
        beside = 0
        while not hostile.done():
            await _looks(client, headers, 1)
            beside += 1
            await asyncio.sleep(PAUSE)
    made = await hostile

    assert made.status_code == 201, made.text
    assert made.json()["recipient_count"] == 200
    print(f"longest gap {1000 * max(gaps):.0f} ms; {beside} looks, {1000 * alone:.0f} ms each alone")  # noqa: T201
    assert beside > 20
    assert max(gaps) < 0.1


async def _looks(client: httpx.AsyncClient, headers: dict[str, str], times: int) -> float:
    """Ask who one is, and answer how long it took on average."""
    began = perf_counter()
    for _ in range(times):
        assert (await client.get("/me", headers=headers)).status_code == 200
    return (perf_counter() - began) / times

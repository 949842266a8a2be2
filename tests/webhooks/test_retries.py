"""An endpoint that does not take what it is told: when it is asked again, what is said of it, when it is disabled."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa

from app.channels import signed_post
from app.store.credentials import Vault
from tests.webhooks.conftest import Scene
from tests.webhooks.consumer import consuming

A_DAY = timedelta(days=1)


async def test_an_endpoint_that_is_away_is_asked_once_a_try(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(500)
    for number in range(5):
        await scene.write_to_us(await scene.conversation(), f"Message {number}")
    await scene.post()
    first = len(scene.consumer.calls)
    await scene.post()
    assert len(scene.consumer.calls) == first, "it was called before its time"
    await scene.let_pass(A_DAY)
    await scene.post()
    assert len(scene.consumer.calls) == first + 1


async def test_gone_disables_at_once_and_saving_makes_it_go_on(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(410)
    id_ = await scene.conversation()
    await scene.write_to_us(id_, "One.")
    await scene.post()
    standing = await scene.standing()
    assert (standing["state"], standing["disabled_reason"]) == (
        "disabled",
        "It answered HTTP 410: it is permanently gone.",
    )
    scene.consumer.answer(200)
    await scene.let_pass(A_DAY)
    await scene.post()
    assert len(scene.consumer.calls) == 1
    replay = await scene.client.post("/webhook-endpoints/helpdesk/replay", json={"from": "2026-05-01T09:00:00Z"})
    assert (replay.status_code, replay.json()["code"]) == (409, "invalid_state")
    assert "The endpoint is disabled." in replay.json()["detail"]
    saved = await scene.client.put("/webhook-endpoints/helpdesk", json={"url": scene.consumer.url})
    assert (saved.status_code, saved.json()["state"], saved.json()["secret"]) == (200, "active", None)
    await scene.post()
    assert scene.consumer.taken[0].data["text"] == "One."


async def test_an_address_that_is_gone_and_was_replaced_meanwhile_disables_nothing(scene: Scene) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    scene.consumer.answer(410)
    scene.consumer.answering.clear()
    old = scene.dispatcher()
    await old.tick()
    await scene.until(calls=1)
    async with consuming() as moved:
        moved.secret = scene.consumer.secret
        saved = await scene.client.put("/webhook-endpoints/helpdesk", json={"url": moved.url})
        assert saved.status_code == 200
        scene.consumer.answering.set()
        await old.finish()
        assert (await scene.standing())["state"] == "active"
        await scene.post()
        assert moved.types() == ["message.created"]


async def test_three_days_of_failures_disable_it_and_say_why(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(502)
    await scene.write_to_us(await scene.conversation(), "Hello?")
    states = []
    for _ in range(4):
        await scene.post()
        states.append((await scene.standing())["state"])
        await scene.let_pass(A_DAY)
    assert states == ["retrying", "retrying", "retrying", "disabled"]
    reason = (await scene.standing())["disabled_reason"]
    assert reason == "Every try failed for 3 days. The last one: It answered HTTP 502."


@pytest.mark.parametrize("status", [429, 503])
async def test_an_endpoint_may_say_when_to_come_back(scene: Scene, status: int) -> None:
    await scene.endpoint()
    scene.consumer.answer(status, Retry_After="7200")
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    wait = datetime.fromisoformat((await scene.standing())["next_try_at"]) - datetime.now(UTC)
    assert timedelta(hours=1, minutes=55) < wait <= timedelta(hours=2)


async def test_a_redirect_is_a_failure_and_leads_nowhere(scene: Scene) -> None:
    await scene.endpoint()
    scene.consumer.answer(307, Location=f"{scene.consumer.url}?again")
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    assert len(scene.consumer.calls) == 1
    assert (await scene.standing())["last_failure"] == "It answered HTTP 307, and redirects are not followed."


async def test_an_endpoint_that_never_answers_keeps_no_other_waiting(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signed_post, "SECONDS", 0.2)
    async with consuming() as silent:
        silent.answering.clear()
        await scene.endpoint("silent", silent)
        await scene.endpoint()
        await scene.write_to_us(await scene.conversation(), "Hello?")
        await scene.post()
    assert scene.consumer.types() == ["message.created"]
    standing = await scene.standing("silent")
    assert (standing["state"], standing["backlog"]["count"]) == ("retrying", 1)
    assert "did not answer" in standing["last_failure"]


async def test_a_private_address_is_refused_when_the_connection_is_made(
    scene: Scene, careful_http: httpx.AsyncClient
) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post(scene.dispatcher(careful_http))
    assert scene.consumer.calls == []
    assert "private network" in (await scene.standing())["last_failure"]


async def test_a_secret_that_cannot_be_read_any_more_is_a_failure_until_it_is_replaced(scene: Scene) -> None:
    await scene.endpoint()
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post(scene.dispatcher(vault=Vault("another " * 8)))
    assert (await scene.standing())["last_failure"] == "The endpoint's secret cannot be decrypted any more. Replace it."
    async with scene.runtime.database.begin(scene.tenant) as tx:
        await tx.execute(sa.text("""UPDATE webhook_endpoints SET secrets = '{"current": "v1.old"}'"""))
    scene.consumer.secret = (await scene.client.post("/webhook-endpoints/helpdesk/rotate-secret")).json()["secret"]
    await scene.let_pass(A_DAY)
    await scene.post()
    assert scene.consumer.types() == ["message.created"]

"""An event that cannot be written out is named, and holds up nothing."""

import sqlalchemy as sa
import structlog

from tests.monitoring.samples import of
from tests.webhooks.conftest import Scene

COUNTED = "mass_reply_webhook_events_passed_over_total"


async def break_message(scene: Scene, text: str) -> None:
    """Leave in the database what no version of ours can read."""
    async with scene.runtime.database.begin(scene.tenant) as tx:
        await tx.execute(sa.text("UPDATE messages SET kind = 'smoke_signal' WHERE text = :text"), text=text)


async def test_what_cannot_be_written_out_is_passed_over_and_what_follows_is_posted(scene: Scene) -> None:
    await scene.endpoint(events=["message.created"])
    id_ = await scene.conversation()
    for text in ("One.", "Broken.", "Three."):
        await scene.write_to_us(id_, text)
    await break_message(scene, "Broken.")
    await scene.post()
    assert [one.data["text"] for one in scene.consumer.taken] == ["One.", "Three."]
    standing = await scene.standing()
    assert (standing["state"], standing["backlog"]["count"]) == ("active", 0)


async def test_what_is_passed_over_is_named_on_the_endpoint_in_the_log_and_counted(scene: Scene) -> None:
    await scene.endpoint(events=["message.created"])
    await scene.write_to_us(await scene.conversation(), "Broken.")
    await break_message(scene, "Broken.")
    with structlog.testing.capture_logs() as logs:
        await scene.post()
    [event] = await scene.positions()
    [told] = [line for line in logs if line["event"] == "webhook_event_passed_over"]
    assert (told["log_level"], told["event_id"], told["type"]) == ("error", str(event), "message.created")
    assert told["error"] == "ValueError"
    assert scene.consumer.calls == []
    standing = await scene.standing()
    assert standing["last_failure"] == (
        f"evt_{event.hex}_0 (message.created) could not be rendered and was skipped. The log says why."
    )
    assert standing["last_failure_at"] is not None
    assert of(scene.metrics.registry).value(COUNTED) == 1


async def test_once_it_is_mended_a_replay_posts_what_was_passed_over(scene: Scene) -> None:
    made = await scene.endpoint(events=["message.created"])
    await scene.write_to_us(await scene.conversation(), "Broken.")
    await break_message(scene, "Broken.")
    await scene.post()
    async with scene.runtime.database.begin(scene.tenant) as tx:
        await tx.execute(sa.text("UPDATE messages SET kind = 'customer_message'"))
    await scene.client.post("/webhook-endpoints/helpdesk/replay", json={"from": made["created_at"]})
    await scene.post()
    assert [one.data["text"] for one in scene.consumer.taken] == ["Broken."]

"""What an endpoint is told, of what it asked for and from when on."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from dirty_equals import IsDatetime, IsUUID

from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, EventType, OutboxEntry
from app.domain.words import MassReplyId, ReasonCode
from app.webhooks import dispatcher
from tests.webhooks.conftest import Scene

IS_TIME = IsDatetime(iso_string=True)


async def test_a_customers_message_is_told_with_what_it_changed(scene: Scene) -> None:
    await scene.endpoint()
    id_ = await scene.conversation(external_id="c-1", status="done", engagement="engaged", tags=("incident",))
    await scene.write_to_us(id_, "Still broken.")
    await scene.post()
    created, updated = scene.consumer.taken
    assert created.said == {
        "type": "message.created",
        "timestamp": IS_TIME,
        "data": {
            "id": IsUUID,
            "conversation_id": str(id_),
            "external_id": "c-1",
            "channel": "email",
            "kind": "customer_message",
            "text": "Still broken.",
            "automatic": False,
            "author": None,
            "mass_reply_id": None,
            "delivery_id": None,
            "created_at": IS_TIME,
        },
    }
    assert updated.type == "conversation.updated"
    assert updated.data == {
        "id": str(id_),
        "external_id": "c-1",
        "human_id": None,
        "channel": "email",
        "status": "active",
        "engagement": "pending",
        "team": None,
        "assignee": None,
        "tags": ["incident"],
        "changed": {
            "status": {"from": "done", "to": "active"},
            "engagement": {"from": "engaged", "to": "pending"},
        },
        "tags_added": [],
        "tags_removed": [],
        "mass_reply_id": None,
    }
    standing = await scene.standing()
    assert (standing["state"], standing["backlog"]) == ("active", {"count": 0, "oldest": None})
    assert standing["last_success_at"] is not None


async def test_a_mass_reply_is_told_with_its_counts(scene: Scene) -> None:
    await scene.endpoint()
    await scene.recipients()
    batch = await scene.batch()
    await scene.act(batch, "confirm", "pause", "cancel")
    await scene.post()
    assert scene.consumer.types() == ["mass_reply.confirmed", "mass_reply.paused", "mass_reply.cancelled"]
    told = scene.consumer.taken[-1].data
    assert (told["id"], told["status"], told["recipient_count"]) == (batch, "cancelled", 3)
    assert sum(told["counts"].values()) == told["selected_count"] == 3
    assert told["author"]["name"] == "tests"
    assert told["confirmed_at"] == IS_TIME


async def test_deliveries_are_told_together_with_their_reasons(scene: Scene) -> None:
    await scene.endpoint()
    await scene.recipients()
    batch = await scene.batch()
    found = (await scene.client.get(f"/mass-replies/{batch}/deliveries")).json()["items"]
    subjects = [
        DeliveryUpdated(UUID(f["id"]), UUID(f["conversation_id"]), DeliveryStatus.FAILED, ReasonCode.BOUNCED)
        for f in found
    ]
    gone = DeliveryUpdated(UUID(int=1), UUID(int=2), DeliveryStatus.SENT)
    await scene.announce(OutboxEntry(EventType.DELIVERIES_UPDATED, MassReplyId(UUID(batch)), [*subjects, gone]))
    await scene.post()
    [told] = scene.consumer.taken
    assert told.data["mass_reply_id"] == batch
    assert told.data["deliveries"] == [
        {
            "id": f["id"],
            "conversation_id": f["conversation_id"],
            "external_id": f["external_id"],
            "channel": "email",
            "status": "failed",
            "reason": {"code": "bounced", "detail": None},
            "provider_message_id": None,
        }
        for f in found
    ] + [
        {
            "id": str(gone.delivery_id),
            "conversation_id": str(gone.conversation_id),
            "external_id": None,
            "channel": None,
            "status": "sent",
            "reason": None,
            "provider_message_id": None,
        }
    ]


async def test_only_the_types_asked_for_are_posted(scene: Scene) -> None:
    await scene.endpoint(events=["mass_reply.paused"])
    await scene.recipients()
    batch = await scene.batch()
    await scene.act(batch, "confirm", "pause", "cancel")
    assert (await scene.standing())["backlog"]["count"] == 1
    await scene.post()
    assert scene.consumer.types() == ["mass_reply.paused"]


async def test_what_is_not_asked_for_is_passed_over_in_one_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.endpoint(events=["mass_reply.paused"])
    id_ = await scene.conversation()
    unwanted = OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_)])
    await scene.announce(*[unwanted] * 100)
    monkeypatch.setattr(dispatcher, "TURN", 0)
    await scene.post()
    async with scene.runtime.database.begin(scene.tenant) as tx:
        position = await tx.scalar(sa.text("SELECT position FROM webhook_endpoints"))
    assert position == max((await scene.positions()).values())


async def test_a_new_endpoint_begins_at_the_present(scene: Scene) -> None:
    id_ = await scene.conversation()
    await scene.write_to_us(id_, "Before.")
    await scene.endpoint(events=["message.created"])
    await scene.write_to_us(id_, "After.")
    await scene.post()
    assert [one.data["text"] for one in scene.consumer.taken] == ["After."]


async def test_what_has_been_deleted_meanwhile_is_left_out_and_holds_nothing_up(scene: Scene) -> None:
    await scene.endpoint()
    await scene.announce(OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(UUID(int=7))]))
    await scene.write_to_us(await scene.conversation(), "Hello?")
    await scene.post()
    assert scene.consumer.types() == ["message.created"]


async def test_an_endpoint_is_told_of_its_own_tenants_alone(scene: Scene, neighbour: Scene) -> None:
    await scene.endpoint()
    await neighbour.endpoint()
    own, other = await scene.conversation(), await neighbour.conversation()
    await neighbour.write_to_us(other, "A secret.")
    await scene.write_to_us(own, "Still broken.")
    await scene.post()
    for each, conversation in ((scene, own), (neighbour, other)):
        told = [call.data for call in each.consumer.taken]
        assert {data.get("conversation_id", data.get("id")) for data in told} == {str(conversation)}

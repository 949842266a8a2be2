"""What is held at once for an endpoint is bounded in bytes, and all of it comes nevertheless."""

from uuid import UUID

from app.domain.outbox import ConversationUpdated, EventType, OutboxEntry
from app.store import outbox
from app.webhooks.endpoint_calls import LEASE
from app.webhooks.pages import BYTES, OutboxPage, read_page
from app.webhooks.sql import endpoints
from tests.webhooks.conftest import Scene

LARGE = "x" * (BYTES * 2 // 5)
"""Two of these fit a page."""
MESSAGES = ["message.created"]


async def page_of(scene: Scene, id_: str) -> OutboxPage:
    """Claim the endpoint, and read what a worker would read first."""
    async with scene.runtime.database.begin(scene.tenant) as tx:
        await outbox.number(tx)
    async with scene.runtime.database.begin(scene.tenant) as tx:
        claim = await endpoints.claim(tx, UUID(id_), LEASE)
        assert claim is not None
        return await read_page(tx, claim)


async def test_a_page_holds_no_more_text_than_its_bound_and_at_least_one_message(scene: Scene) -> None:
    for text, fit in ((LARGE, 2), (LARGE * 4, 1)):
        made = await scene.endpoint(f"of-{fit}", events=MESSAGES)
        for _ in range(4):
            await scene.write_to_us(await scene.conversation(), text)
        page = await page_of(scene, made["id"])
        assert len(page.contents.messages) == len(page.messages) == fit
        assert not page.is_last


async def test_tags_count_as_text_does(scene: Scene) -> None:
    made = await scene.endpoint()
    tags = [f"{number:04}{'t' * 996}" for number in range(len(LARGE) // 1_000)]
    ids = [await scene.conversation(tags=tags) for _ in range(3)]
    await scene.announce(
        OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[ConversationUpdated(id_) for id_ in ids])
    )
    assert len((await page_of(scene, made["id"])).contents.conversations) == 2


async def test_entries_of_the_outbox_are_bounded_too_and_the_first_is_read_whatever_its_size(scene: Scene) -> None:
    made = await scene.endpoint()
    id_ = await scene.conversation()
    for size in (3, 1, 1):
        subject = ConversationUpdated(id_, tags_added=[LARGE] * size)
        await scene.announce(OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=[subject]))
    page = await page_of(scene, made["id"])
    assert len(page.events) == 1
    assert not page.is_last
    assert page.end == page.events[0].position


async def test_page_after_page_everything_large_arrives_once(scene: Scene) -> None:
    await scene.endpoint(events=MESSAGES)
    for _ in range(5):
        await scene.write_to_us(await scene.conversation(), LARGE)
    await scene.post()
    assert [len(one.data["text"]) for one in scene.consumer.taken] == [len(LARGE)] * 5
    assert scene.consumer.twice() == []
    assert (await scene.standing())["backlog"]["count"] == 0

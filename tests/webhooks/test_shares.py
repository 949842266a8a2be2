"""Endpoints that hold all the calls they get leave enough for the others."""

from app.domain.outbox import ConversationUpdated, EventType, OutboxEntry
from app.webhooks.dispatcher import AT_ONCE, CALLS, OF_ONE_TENANT, RECEIVERS
from tests.webhooks.conftest import Scene
from tests.webhooks.consumer import Consumer, consuming


async def silent_endpoints(scene: Scene, silent: Consumer, count: int) -> None:
    for number in range(count):
        await scene.endpoint(f"silent-{number}", silent)
    silent.secret = ""  # of many, each has its own
    silent.answering.clear()


async def something_happens(scene: Scene, conversations: int = 1) -> None:
    subjects = [ConversationUpdated(await scene.conversation()) for _ in range(conversations)]
    await scene.announce(OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=subjects))


async def test_endpoints_that_hold_every_call_keep_no_other_waiting(scene: Scene) -> None:
    async with consuming() as silent:
        await silent_endpoints(scene, silent, CALLS // AT_ONCE)
        await something_happens(scene, AT_ONCE + 1)
        dispatcher = scene.dispatcher()
        await dispatcher.tick()
        await silent.heard(CALLS)
        await scene.endpoint()
        await something_happens(scene)
        await dispatcher.tick()
        await scene.until(calls=1)
        dispatcher.stop()
        silent.answering.set()
        await dispatcher.finish()


async def test_one_tenant_s_endpoints_take_no_more_than_a_share_however_many_they_are(
    scene: Scene, neighbour: Scene
) -> None:
    async with consuming() as silent:
        await silent_endpoints(scene, silent, RECEIVERS)
        await something_happens(scene)
        dispatcher = scene.dispatcher()
        await dispatcher.tick()
        await silent.heard(OF_ONE_TENANT)
        await neighbour.endpoint()
        await something_happens(neighbour)
        await dispatcher.tick()
        await neighbour.until(calls=1)
        assert len(silent.calls) == OF_ONE_TENANT
        dispatcher.stop()
        silent.answering.set()
        await dispatcher.finish()


async def test_endpoints_that_come_together_divide_the_calls(scene: Scene) -> None:
    async with consuming() as silent:
        await silent_endpoints(scene, silent, OF_ONE_TENANT)
        await something_happens(scene, AT_ONCE)
        dispatcher = scene.dispatcher()
        await dispatcher.tick()
        await silent.heard(CALLS)
        dispatcher.stop()
        silent.answering.set()
        await dispatcher.finish()
    assert silent.most_at_once == CALLS

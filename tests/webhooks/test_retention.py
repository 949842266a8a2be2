"""The outbox forgets what is old, and nothing that somebody is still to hear."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from app.domain.outbox import EventType, OutboxEntry
from app.domain.words import MassReplyId
from app.runtime import Runtime
from app.store import outbox
from app.webhooks.model import EndpointDraft
from app.webhooks.retention import forget_events
from app.webhooks.sql import endpoints
from app.webhooks.sql.retention import forget_before, position_before

SOON = timedelta(minutes=1)
BATCH = MassReplyId(UUID(int=1))


async def happen(runtime: Runtime, tenant: UUID, times: int, *, numbered: bool = True) -> None:
    news = [OutboxEntry(EventType.MASS_REPLY_CONFIRMED, BATCH)] * times
    async with runtime.database.begin(tenant) as tx:
        await outbox.publish(tx, news)
        if numbered:
            await outbox.number(tx)


async def positions(runtime: Runtime, tenant: UUID) -> list[int | None]:
    async with runtime.database.begin(tenant) as tx:
        return list(await tx.scalars(sa.text("SELECT position FROM outbound_events ORDER BY position")))


async def listen(runtime: Runtime, tenant: UUID, position: int, *, enabled: bool = True) -> None:
    draft = EndpointDraft("http://127.0.0.1:9/", None, enabled)
    async with runtime.database.begin(tenant) as tx:
        await endpoints.save(tx, uuid4(), "one", draft, {}, position)


async def forget(runtime: Runtime, tenant: UUID, before: datetime, limit: int = 100) -> int:
    async with runtime.database.begin(tenant) as tx:
        return await forget_before(tx, before, limit)


async def test_old_events_go_and_newer_ones_stay(runtime: Runtime, tenant: UUID) -> None:
    await happen(runtime, tenant, 2)
    now = datetime.now(UTC)
    assert await forget(runtime, tenant, now - SOON) == 0
    assert await forget(runtime, tenant, now + SOON, limit=1) == 1
    assert await forget(runtime, tenant, now + SOON) == 1
    assert await positions(runtime, tenant) == []


async def test_what_a_live_endpoint_has_not_got_stays(runtime: Runtime, tenant: UUID) -> None:
    await happen(runtime, tenant, 3)
    _, second, third = await positions(runtime, tenant)
    assert second is not None
    await listen(runtime, tenant, second)
    await happen(runtime, tenant, 1, numbered=False)
    assert await forget(runtime, tenant, datetime.now(UTC) + SOON) == 2
    assert await positions(runtime, tenant) == [third, None]


async def test_an_endpoint_that_is_off_keeps_nothing(runtime: Runtime, tenant: UUID) -> None:
    await listen(runtime, tenant, 0, enabled=False)
    await happen(runtime, tenant, 2, numbered=False)
    assert await forget(runtime, tenant, datetime.now(UTC) + SOON) == 2


async def test_the_round_finds_the_tenants_that_have_old_events(runtime: Runtime, tenant: UUID) -> None:
    await happen(runtime, tenant, 2)
    await forget_events(runtime.database, datetime.now(UTC) + SOON)
    assert await positions(runtime, tenant) == []


@pytest.mark.parametrize("happened", [0, 3])
async def test_the_position_before_a_time_lies_right_before_what_happened_since(
    runtime: Runtime, tenant: UUID, happened: int
) -> None:
    await happen(runtime, tenant, happened)
    found = [position for position in await positions(runtime, tenant) if position is not None]
    async with runtime.database.begin(tenant) as tx:
        now = datetime.now(UTC)
        before = await position_before(tx, now - SOON)
        after = await position_before(tx, now + SOON)
    assert (before, after) == ((found[0] - 1, found[-1]) if found else (0, 0))

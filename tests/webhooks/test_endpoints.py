"""One worker at a time has an endpoint, and only who has it writes down how far it has come."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.domain.outbox import EventType, OutboxEntry
from app.domain.words import MassReplyId
from app.runtime import Runtime
from app.store import outbox
from app.webhooks.model import EndpointDraft, RetryDecision
from app.webhooks.sql import endpoints
from app.webhooks.sql.endpoints import ClaimedEndpoint

LEASE = timedelta(minutes=1)
NOW = datetime.now(UTC)
FAILED = RetryDecision(NOW, NOW - LEASE, "It answered HTTP 500.")


@pytest.fixture
async def endpoint(runtime: Runtime, tenant: UUID) -> UUID:
    draft = EndpointDraft("http://127.0.0.1:9/", None, enabled=True)
    async with runtime.database.begin(tenant) as tx:
        id_ = await endpoints.next_id(tx)
        assert await endpoints.save(tx, id_, "one", draft, {}, 5)
    return id_


async def claim(runtime: Runtime, tenant: UUID, id_: UUID) -> ClaimedEndpoint | None:
    async with runtime.database.begin(tenant) as tx:
        return await endpoints.claim(tx, id_, LEASE)


async def claimed(runtime: Runtime, tenant: UUID, id_: UUID) -> ClaimedEndpoint:
    found = await claim(runtime, tenant, id_)
    assert found is not None
    return found


async def advance(
    runtime: Runtime, held: ClaimedEndpoint, position: int, *, delivered: bool = True
) -> ClaimedEndpoint | None:
    async with runtime.database.begin(held.tenant) as tx:
        return await endpoints.advance(tx, held, position, ["evt_1"], LEASE, delivered=delivered)


async def fail(runtime: Runtime, held: ClaimedEndpoint, decision: RetryDecision = FAILED) -> None:
    async with runtime.database.begin(held.tenant) as tx:
        await endpoints.store_retry(tx, held, decision)


async def expire_lease(runtime: Runtime, tenant: UUID) -> None:
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(sa.text("UPDATE webhook_endpoints SET lease_until = now()"))


async def is_due(runtime: Runtime, id_: UUID) -> bool:
    async with runtime.database.begin_sweep() as tx:
        return id_ in {found for _, found in await endpoints.due(tx, 1_000)}


async def test_of_many_that_claim_an_endpoint_one_gets_it(runtime: Runtime, tenant: UUID, endpoint: UUID) -> None:
    found = await asyncio.gather(*(claim(runtime, tenant, endpoint) for _ in range(5)))
    assert sum(one is not None for one in found) == 1


async def test_who_lost_its_claim_changes_nothing_any_more(runtime: Runtime, tenant: UUID, endpoint: UUID) -> None:
    late = await claimed(runtime, tenant, endpoint)
    await expire_lease(runtime, tenant)
    held = await claimed(runtime, tenant, endpoint)
    assert await advance(runtime, late, 99) is None
    await fail(runtime, late)
    async with runtime.database.begin(tenant) as tx:
        await endpoints.release(tx, late)
    assert await claim(runtime, tenant, endpoint) is None, "it was given back by another"
    kept = await advance(runtime, held, 7)
    assert kept is not None
    assert (kept.position, kept.ahead, kept.failures) == (7, frozenset({"evt_1"}), 0)


async def test_failures_in_a_row_are_counted_until_something_is_heard(
    runtime: Runtime, tenant: UUID, endpoint: UUID
) -> None:
    for _ in range(2):
        await fail(runtime, await claimed(runtime, tenant, endpoint))
    held = await claimed(runtime, tenant, endpoint)
    assert (held.failures, held.failing_since) == (2, NOW)
    unheard = await advance(runtime, held, 6, delivered=False)
    assert unheard is not None
    assert unheard.failures == 2
    heard = await advance(runtime, held, 7)
    assert heard is not None
    assert (heard.failures, heard.failing_since) == (0, None)


async def test_what_waits_is_disabled_or_is_off_cannot_be_claimed(
    runtime: Runtime, tenant: UUID, endpoint: UUID
) -> None:
    for change in ("next_try_at = now() + interval '1 h'", "disabled_reason = 'gone'", "enabled = false"):
        async with runtime.database.begin(tenant) as tx:
            await tx.execute(sa.text(f"UPDATE webhook_endpoints SET {change}"))
        assert await claim(runtime, tenant, endpoint) is None, change
        async with runtime.database.begin(tenant) as tx:
            await tx.execute(
                sa.text("UPDATE webhook_endpoints SET next_try_at = now(), disabled_reason = NULL, enabled = true")
            )
    assert await claim(runtime, tenant, endpoint) is not None


async def test_an_endpoint_is_due_once_something_happens_and_nobody_has_it(
    runtime: Runtime, tenant: UUID, endpoint: UUID
) -> None:
    assert not await is_due(runtime, endpoint)
    async with runtime.database.begin(tenant) as tx:
        news = OutboxEntry(EventType.MASS_REPLY_CONFIRMED, MassReplyId(UUID(int=1)))
        await outbox.publish(tx, [news])
    assert await is_due(runtime, endpoint)
    held = await claimed(runtime, tenant, endpoint)
    assert not await is_due(runtime, endpoint)
    async with runtime.database.begin(tenant) as tx:
        await endpoints.release(tx, held)
    assert await is_due(runtime, endpoint)


async def test_it_moves_back_and_never_forward(runtime: Runtime, tenant: UUID, endpoint: UUID) -> None:
    for position, expected in ((9, 5), (3, 3), (4, 3)):
        async with runtime.database.begin(tenant) as tx:
            assert await endpoints.move_back(tx, "one", position)
        assert (await claimed(runtime, tenant, endpoint)).position == expected

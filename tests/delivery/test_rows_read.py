"""How many rows are read for a few of a large mass reply, where statistics know nothing of its tenant."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import sqlalchemy as sa

from app.delivery.expand import Judge, expand
from app.delivery.judge import RecipientLoader
from app.delivery.plan import load_plan
from app.delivery.settle import settle
from app.delivery.sql.preparation import FrozenPage
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.filters import Filter, TagCondition
from app.domain.guards import NO_GUARDS
from app.domain.outbox import ConversationUpdated, DeliveryUpdated, Subject
from app.domain.words import ReasonCode
from app.mass_replies.sql import resolutions, results
from app.mass_replies.sql.results import ResultQuery
from app.store import conversations, filters
from app.store.transactions import TenantTx
from app.webhooks.sql import event_contents
from tests.conftest import create_tenant
from tests.delivery.stage import Batch, Stage, because, make_stage, report, staged
from tests.plans import counting_rows, renew_statistics
from tests.store.selecting import mass_reply

ALL, FEW = 1_200, 60
A_HANDFUL = 20
"""Rows of one table for each that is asked for: the row itself, its versions, and what an index leads to in vain."""
TABLES = (
    "contacts",
    "conversations",
    "conversation_tags",
    "deliveries",
    "delivery_attempts",
    "channel_accounts",
    "mass_replies",
)

LARGE = ("contacts", "conversations", "conversation_tags", "deliveries", "delivery_attempts", "messages")
"""Tables with a row or more for each customer; of accounts and mass replies a tenant has a few."""

Work = Callable[[TenantTx, Stage, Batch], Awaitable[object]]


@pytest.fixture
async def unknown(stage: Stage, owner_url: str) -> AsyncIterator[Stage]:
    """A tenant that came after the statistics were made."""
    for _ in range(3):
        await (await make_stage(stage.runtime, await create_tenant(stage.database))).batch(30)
    await renew_statistics(owner_url, *TABLES)
    async with staged(stage.runtime, await create_tenant(stage.database)) as fresh:
        yield fresh


def most(read: Counter[str]) -> int:
    return max(read[table] for table in LARGE)


async def page(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    found = await results.page(tx, batch.id, ResultQuery(), after=batch.first, limit=FEW)
    assert len(found) == FEW


async def page_of_one_status(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    query = ResultQuery(status=DeliveryStatus.QUEUED)
    found = await results.page(tx, batch.id, query, after=batch.first, limit=FEW)
    assert len(found) == FEW


async def some(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    found = await results.some(tx, batch.id, batch.deliveries[::20])
    assert len(found) == FEW


async def load(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    found = await (await RecipientLoader.begin(tx, NO_GUARDS, batch.id)).load(batch.conversations[::20])
    assert len(found) == FEW


async def prepare(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    id_ = await mass_reply(tx)
    page = FrozenPage(0, batch.conversations[::20], is_last=True)
    await expand(tx, Judge(stage.runtime.aside), await load_plan(tx, id_), id_, page)
    assert await tx.scalar(sa.text("SELECT queued FROM lanes WHERE mass_reply_id = :id"), id=id_) == FEW


async def views(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    assert len(await conversations.view_conversations(tx, batch.conversations[::20])) == FEW


async def lock(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    assert len(await conversations.lock_by_ids(tx, batch.conversations[::20])) == FEW


async def lock_by_external_ids(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    statement = sa.text("SELECT external_id FROM conversations WHERE tenant_id = :tenant AND id = ANY (:ids)")
    wanted = list(await tx.scalars(statement, ids=batch.conversations[::20]))
    assert len(await conversations.lock_conversations(tx, wanted)) == FEW


async def what_events_tell(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    some = batch.conversations[::20]
    told = [DeliveryUpdated(*both, DeliveryStatus.SENT) for both in zip(batch.deliveries[::20], some, strict=True)]
    subjects: list[Subject] = [*told, *map(ConversationUpdated, some)]
    await event_contents.sizes(tx, subjects)
    assert await event_contents.load(tx, [batch.id], subjects)


async def claim(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    assert len(await stage.claim_in(tx, batch, FEW)) == FEW


@pytest.mark.parametrize("work", [page, page_of_one_status, some, load, prepare])
async def test_a_few_are_found_by_key_for_a_tenant_that_the_statistics_do_not_know(unknown: Stage, work: Work) -> None:
    batch = await unknown.batch(ALL)
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        await work(tx, unknown, batch)
    assert most(read) <= A_HANDFUL * FEW, read


async def test_what_few_of_a_large_mass_reply_are_is_found_without_reading_the_others(unknown: Stage) -> None:
    batch, few = await unknown.batch(ALL), 5
    statuses = (DeliveryStatus.FAILED, DeliveryStatus.SENDING, DeliveryStatus.CANCELLED, DeliveryStatus.DELIVERED)
    async with unknown.database.begin(unknown.tenant) as tx:
        claimed = await unknown.claim_in(tx, batch, 2 * few)
        refused = because(ReasonCode.UNREACHABLE, retryable=True)
        await settle(tx, [report(one.delivery_id, DeliveryEvent.REJECT, reason=refused) for one in claimed[:few]])
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        pages = [await results.page(tx, batch.id, ResultQuery(each), after=None, limit=FEW) for each in statuses]
        again = await resolutions.retryable(tx, batch.id, None, FEW)
        counted = await results.reasons(tx, batch.id)
    assert [len(page) for page in pages] == [few, few, 0, 0]
    assert (len(again), [each.count for each in counted]) == (few, [few])
    assert read["deliveries"] <= A_HANDFUL * few, read


@pytest.mark.parametrize("status", [DeliveryStatus.SENT, DeliveryStatus.DELIVERED])
async def test_the_first_that_are_sent_are_found_without_reading_those_that_wait(
    unknown: Stage, status: DeliveryStatus
) -> None:
    """Fewer than a page holds. The counters know when there are no more."""
    batch, few = await unknown.batch(ALL), 5
    for change in (
        f"UPDATE deliveries SET status = '{status}' WHERE id = ANY (:ids)",
        f"UPDATE lanes SET queued = queued - :moved, {status} = :moved WHERE mass_reply_id = :id",
    ):
        await unknown.runs(change, ids=list(batch.deliveries[:few]), moved=few, id=batch.id)
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        found = await results.page(tx, batch.id, ResultQuery(status), after=None, limit=FEW)
    assert len(found) == few
    assert read["deliveries"] <= A_HANDFUL * few, read


@pytest.mark.parametrize("work", [views, lock, lock_by_external_ids, what_events_tell, claim])
async def test_at_worst_each_row_of_such_a_tenant_is_read_and_not_for_each_of_the_few(
    unknown: Stage, work: Work
) -> None:
    batch = await unknown.batch(ALL)
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        await work(tx, unknown, batch)
    assert most(read) <= 4 * ALL, read


async def test_settling_finds_each_attempt_by_its_key_whatever_plan_a_connection_keeps(stage: Stage) -> None:
    batch = await stage.batch(ALL)
    async with stage.database.begin(stage.tenant) as tx:
        await stage.claim_in(tx, batch, ALL)
    few = [report(id_, DeliveryEvent.ACCEPT, 1) for id_ in batch.deliveries[::20]]
    async with stage.database.begin(stage.tenant) as tx, counting_rows(tx) as read:
        await tx.execute(sa.text("SET LOCAL enable_nestloop = off"))  # as for tables that were empty
        assert len(await settle(tx, few)) == FEW
    assert read["delivery_attempts"] <= A_HANDFUL * FEW, read


@pytest.mark.parametrize("condition", [TagCondition(any=("incident",)), TagCondition(all=("incident",))])
async def test_a_selection_reads_each_row_a_few_times(unknown: Stage, condition: TagCondition) -> None:
    await unknown.batch(ALL)
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        assert await filters.count(tx, Filter(tags=condition)) == ALL
    assert most(read) <= A_HANDFUL * ALL, read


async def settle_some(tx: TenantTx, stage: Stage, batch: Batch) -> None:
    await stage.claim(batch, ALL)
    group = [
        report(one, DeliveryEvent.ACCEPT, provider_message_id="prov-1", outcome="accepted")
        for one in batch.deliveries[::20]
    ]
    await settle(tx, group)


async def test_a_group_is_settled_by_key_however_many_were_prepared_with_it(unknown: Stage, owner_url: str) -> None:
    batch = await unknown.batch(ALL)
    await renew_statistics(owner_url, *TABLES)  # preparing does so where there are many, and PostgreSQL in time
    async with unknown.database.begin(unknown.tenant) as tx, counting_rows(tx) as read:
        await settle_some(tx, unknown, batch)
    assert most(read) <= 4 * ALL, read

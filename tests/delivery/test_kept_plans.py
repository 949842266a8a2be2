"""The plans that a worker's connections keep are good whenever they were made, and read what a group names by key."""

from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.delivery.settle import Report, settle
from app.delivery.warm import warm_up
from app.dev import servers
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.outbound import DroppedAttachment
from app.runtime import open_runtime
from app.settings import Settings
from app.store.database import Database
from app.store.schema import migrate
from app.store.shares import PUMPS, RECORDS
from tests.conftest import create_tenant
from tests.delivery.settling import REJECTED, accepted, claimed, sent
from tests.delivery.stage import Batch, Stage, make_stage, report
from tests.plans import counting_rows

ALL, FEW = 600, 30
A_HANDFUL = 20
"""Rows of one table for each that is asked for: the row itself, its versions, and what an index leads to in vain."""
OF_CUSTOMERS = ("contacts", "conversations", "deliveries", "delivery_attempts")


@pytest.fixture
async def planned_while_empty(settings: Settings, postgres_server: servers.PostgresServer) -> AsyncIterator[Stage]:
    """A tenant in a database that was empty when the worker's connections planned their statements."""
    name = f"test_empty_{uuid4().hex[:8]}"
    await servers.create_database(postgres_server, name, fresh=True)
    owner, runtime_url = (postgres_server.url(role, name) for role in (servers.OWNER, servers.RUNTIME))
    try:
        await migrate(owner, runtime_url)
        async with open_runtime(settings.model_copy(update={"database_url": runtime_url})) as runtime:
            await warm_up(runtime.database.of(PUMPS), runtime.database.of(RECORDS))
            yield await make_stage(runtime, await create_tenant(runtime.database))
    finally:
        await servers.drop_database(postgres_server, name)


def most(read: Counter[str]) -> int:
    return max(read[table] for table in OF_CUSTOMERS)


async def settled(database: Database, batch: Batch, reports: list[Report]) -> Counter[str]:
    """Settle as the recorder does. Return how many rows of each table that reads."""
    async with database.of(RECORDS).begin(batch.lane.tenant) as tx, counting_rows(tx) as read:
        assert len(await settle(tx, reports)) == FEW
    return read


async def test_plans_from_when_the_database_was_empty_find_by_key(planned_while_empty: Stage) -> None:
    stage, database = planned_while_empty, planned_while_empty.database
    batch = await stage.batch(ALL)
    last = batch.deliveries[-FEW:]  # whatever reads all of the tenant's rows would find the first ones soon
    not_yet = "UPDATE deliveries SET not_before = now() + interval '1 hour' WHERE id <> ALL (:last)"
    await stage.runs(not_yet, last=list(last))
    async with database.of(PUMPS).begin(stage.tenant) as tx, counting_rows(tx) as read:
        assert len(await stage.claim_in(tx, batch, FEW)) == FEW
    assert most(read) <= A_HANDFUL * FEW, read
    read = await settled(database, batch, list(map(accepted, last)))
    assert most(read) <= A_HANDFUL * FEW, read


async def forget_plans(stage: Stage) -> None:
    """Let the connection that is used next plan anew. The test's own writes, which are no records, may have left plans
    that join each row with each; a worker's connections begin with a record's.
    """
    async with stage.database.of(RECORDS).begin(stage.tenant) as tx:
        await tx.execute(sa.text("DISCARD PLANS"))


class TestARareConsequenceOfARecord:
    """Records join by hash, so what they do seldom must not join a table as a whole."""

    async def test_files_are_listed_and_dropped_by_key(self, stage: Stage) -> None:
        batch = await claimed(stage, ALL)
        await stage.runs("UPDATE mass_replies SET attachment_ids = ARRAY[uuidv7()] WHERE id = :id", id=batch.id)
        await stage.settle(*map(accepted, batch.deliveries[:-FEW]))
        dropped = (DroppedAttachment("report.pdf", "It is too large."),)
        few = [report(id_, DeliveryEvent.ACCEPT, dropped=dropped) for id_ in batch.deliveries[-FEW:]]
        await forget_plans(stage)
        read = await settled(stage.database, batch, few)
        assert most(read) <= A_HANDFUL * FEW, read
        assert "attachment_dropped" in (await stage.row(batch.deliveries[-1])).warnings

    async def test_conversations_are_given_back_by_key(self, stage: Stage) -> None:
        batch = await sent(stage, ALL)
        few = [report(id_, DeliveryEvent.RECEIPT_FAILED, reason=REJECTED) for id_ in batch.deliveries[-FEW:]]
        await forget_plans(stage)
        read = await settled(stage.database, batch, few)
        assert most(read) <= A_HANDFUL * FEW, read
        assert (await stage.conversation(batch, -1)).engagement == "pending"

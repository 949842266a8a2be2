"""What the former release writes while this one runs beside it: migration 0091 has its blocks count."""

import asyncio

import pytest
import sqlalchemy as sa

from app.domain.words import Channel, ReasonCode, TenantId
from app.store import blocked_addresses
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.patience import patience

CUSTOMER = "+12025550177"
FORMER_BLOCK = sa.text("""
    INSERT INTO blocked_addresses (tenant_id, channel, address, reason)
    VALUES (:tenant, 'sms', :address, 'opted_out') ON CONFLICT DO NOTHING
""")
STANDING = "SELECT count(*) FROM blocked_addresses WHERE address = :address AND lifted_at IS NULL"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


async def start(tx: TenantTx) -> None:
    await blocked_addresses.revoke_opt_out(tx, Channel.SMS, CUSTOMER, None)


async def former_stop(database: Database, tenant: TenantId) -> None:
    async with database.begin(tenant) as tx:
        await tx.execute(FORMER_BLOCK, address=CUSTOMER)


async def somebody_waits(database: Database, tenant: TenantId) -> bool:
    async with database.begin(tenant) as tx:  # a transaction sees others' states as they were at its first look
        return bool(await tx.scalar(sa.text(WAITING)))


@pytest.mark.parametrize("before", ["nothing", "a block", "a lifted one"])
async def test_a_stop_that_the_former_release_takes_while_a_start_is_being_stored_counts(
    database: Database, tenant: TenantId, before: str
) -> None:
    if before != "nothing":
        async with database.begin(tenant) as tx:
            await blocked_addresses.block(tx, Channel.SMS, CUSTOMER, ReasonCode.OPTED_OUT)
    if before == "a lifted one":
        async with database.begin(tenant) as tx:
            await start(tx)
    async with database.begin(tenant) as starting:
        await start(starting)
        stopping = asyncio.create_task(former_stop(database, tenant))
        async with patience("the STOP waits, or is over"):
            while not stopping.done() and not await somebody_waits(database, tenant):
                await asyncio.sleep(0.01)
    await stopping
    async with database.begin(tenant) as tx:
        assert await tx.scalar(sa.text(STANDING), address=CUSTOMER) == 1


async def test_a_block_of_the_former_release_is_stored_as_it_wrote_it(database: Database, tenant: TenantId) -> None:
    for _ in range(2):
        await former_stop(database, tenant)
    async with database.begin(tenant) as tx:
        assert await tx.scalar(sa.text(STANDING), address=CUSTOMER) == 1

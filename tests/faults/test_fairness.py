"""A small mass reply beside a million: another tenant's ten are sent before the million has moved on by two seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from tests.faults.conftest import Begin
from tests.faults.trial import Trial, api, furnish
from tests.history import confirm, create

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(600)]

QUEUED, RATE = 1_000_000, 100
REAL, SMALL = 2_000, 10
PROMISED = 2
"""Seconds. They are counted by what the huge one sends meanwhile, at its rate: a busy machine slows both down."""
SLOWEST = RATE / 4
"""What the huge one sends each second beyond those two, or else both stood still."""

_QUEUE = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            address_key, status, not_before)
    SELECT d.tenant_id, d.mass_reply_id, uuidv7(), uuidv7(), d.account_id, d.channel, d.address, d.address_key,
           'queued', d.not_before + interval '1 millisecond'
    FROM (SELECT * FROM deliveries WHERE tenant_id = $1 LIMIT 1) d, generate_series(1, $2::int)
"""


_MEANWHILE = """
    SELECT CAST(extract(epoch FROM ended - began) AS float),
           (SELECT count(*) FROM deliveries WHERE tenant_id = $2 AND sent_at BETWEEN began AND ended)
    FROM (SELECT m.confirmed_at AS began, max(d.sent_at) AS ended
          FROM mass_replies m JOIN deliveries d ON d.tenant_id = m.tenant_id AND d.mass_reply_id = m.id
          WHERE m.id = $1 GROUP BY m.confirmed_at) small
"""


async def queue(trial: Trial, count: int) -> None:
    """Queue more for the same lane, behind those that exist. Their conversations do not: nothing of them is reached."""
    connection = await asyncpg.connect(trial.superuser)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(_QUEUE, trial.tenant, count, timeout=500)
        await connection.execute("UPDATE lanes SET queued = queued + $2 WHERE tenant_id = $1", trial.tenant, count)
        await connection.execute(
            "UPDATE mass_replies SET selected_count = selected_count + $2, recipient_count = recipient_count + $2 "
            "WHERE tenant_id = $1",
            trial.tenant,
            count,
        )
    finally:
        await connection.close()


@pytest.fixture
async def small(settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Trial]:
    """Another tenant's mass reply to ten, not confirmed yet."""
    tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: 0, Channel.SMS: SMALL}, (), 10_000)
    async with AsyncExitStack() as stack:
        yield Trial(settings, superuser, sandbox, tenant, key, tmp_path, stack, None)  # type: ignore[arg-type]


async def test_ten_of_another_tenant_are_sent_within_two_seconds_beside_a_million(begin: Begin, small: Trial) -> None:
    huge = await begin(email=0, sms=REAL, rate=RATE)
    await queue(huge, QUEUED)
    await huge.worker()
    await huge.accepted(RATE, seconds=60)
    async with api(small.settings, small.key) as client:
        confirmed = await confirm(client, await create(client))
        await sent(small, client_of=confirmed.mass_reply)
    [[seconds, meanwhile]] = await huge.rows(_MEANWHILE, UUID(confirmed.mass_reply), huge.tenant)

    # Besides what the promise allows: a burst of one second, and what was under way.
    assert meanwhile <= (PROMISED + 1) * RATE
    assert meanwhile >= (seconds - PROMISED) * SLOWEST
    [[left]] = await huge.rows("SELECT sum(queued) FROM lanes WHERE tenant_id = $1", huge.tenant)
    assert left > QUEUED


async def sent(trial: Trial, *, client_of: str) -> None:
    """Wait until the provider has all of them."""
    statement = f"SELECT count(*) FROM deliveries WHERE mass_reply_id = $1 AND status = '{DeliveryStatus.SENT}'"
    async with asyncio.timeout(60):
        while (await trial.rows(statement, UUID(client_of)))[0][0] < SMALL:
            await asyncio.sleep(0.02)

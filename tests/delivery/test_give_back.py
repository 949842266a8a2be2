"""What was claimed and not begun returns to the queue, however the claim, its commit or PostgreSQL went away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from app.delivery import give_back as give_back_module
from app.delivery.give_back import TRIES, give_back, give_back_claim
from app.delivery.settle import Report
from app.domain.lanes import LaneKey
from app.domain.words import AccountId, MassReplyId, TenantId
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.delivery import virtual_time
from tests.delivery.stage import Stage


class Away:
    """A database that refuses connections so many times."""

    def __init__(self, database: Database, times: int) -> None:
        self._database, self.times = database, times

    def of(self, _: object) -> "Away":
        return self

    @asynccontextmanager
    async def begin(self, tenant: TenantId) -> AsyncIterator[TenantTx]:
        if self.times:
            self.times -= 1
            raise DBAPIError("…", None, ConnectionRefusedError())
        async with self._database.begin(tenant) as tx:
            yield tx


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(give_back_module, "RETRY_WAIT", 0)


async def test_postgresql_is_waited_for_as_long_as_it_is_away(stage: Stage) -> None:
    batch = await stage.batch(3)
    rows = await stage.claim(batch)
    await give_back(Away(stage.database, 10 * TRIES), batch.lane, rows, asyncio.Event())  # type: ignore[arg-type]
    assert await stage.counts(batch) == {"queued": 3}


@pytest.mark.parametrize(("seconds", "left"), [(15, "queued"), (0, "sending")])
async def test_a_process_that_stops_waits_for_postgresql_for_a_while_and_not_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, seconds: float, left: str
) -> None:
    monkeypatch.setattr(give_back_module, "CLOSING_SECONDS", seconds)
    batch, stopping = await stage.batch(3), asyncio.Event()
    rows = await stage.claim(batch)
    stopping.set()
    await give_back(Away(stage.database, 2 * TRIES), batch.lane, rows, stopping)  # type: ignore[arg-type]
    assert await stage.counts(batch) == {left: 3}


def test_postgresql_has_its_time_after_the_stop_however_long_it_was_away_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = list[Sequence[Report]]()

    async def settle(_: TenantTx, reports: Sequence[Report]) -> None:
        given.append(reports)

    class AwayUntil(Away):
        @asynccontextmanager
        async def begin(self, _: TenantId) -> AsyncIterator[TenantTx]:
            if asyncio.get_running_loop().time() < self.times:
                raise DBAPIError("…", None, ConnectionRefusedError())
            yield cast(TenantTx, None)

    async def stop_while_it_is_away() -> None:
        stop = asyncio.Event()
        lane = LaneKey(TenantId(uuid4()), MassReplyId(uuid4()), AccountId(uuid4()))
        database = cast(Database, AwayUntil(cast(Database, None), 50))
        giving_back = asyncio.create_task(give_back(database, lane, [], stop))
        await asyncio.sleep(40)
        stop.set()
        await giving_back

    monkeypatch.setattr(give_back_module, "settle", settle)
    monkeypatch.setattr(give_back_module, "RETRY_WAIT", 0.5)
    virtual_time.run(stop_while_it_is_away())
    assert len(given) == 1


async def test_a_commit_that_is_still_under_way_is_waited_for(stage: Stage) -> None:
    batch, token = await stage.batch(3), uuid4()
    async with stage.database.begin(stage.tenant) as tx:
        await stage.claim_in(tx, batch, token=token)
        giving_back = asyncio.create_task(give_back_claim(stage.database, batch.lane, token, asyncio.Event()))
        await stage.somebody_waits_for_a_lock()
    assert await giving_back
    assert await stage.counts(batch) == {"queued": 3}


async def test_a_claim_that_was_called_uncertain_meanwhile_is_given_back(stage: Stage) -> None:
    batch, token = await stage.batch(3), uuid4()
    await stage.claim(batch, token=token)
    await stage.let_lease_run_out(batch)
    await stage.sweeper().tick()
    assert await stage.counts(batch) == {"uncertain": 3}
    assert await give_back_claim(stage.database, batch.lane, token, asyncio.Event())
    assert await stage.counts(batch) == {"queued": 3}

"""A connection to PostgreSQL that is lost holds up neither a lane nor a preparation."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from app.delivery import preparations, prepare
from app.delivery import runner as runner_module
from app.delivery.staged_files import StagedFiles
from app.domain.lanes import LaneKey
from app.domain.words import MassReplyId
from app.worker import WorkerProcess
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Stage, eventually
from tests.delivery.test_runner import lane_of, running
from tests.patience import patience


def lost() -> DBAPIError:
    return DBAPIError("…", None, Exception(), connection_invalidated=True)


async def test_a_lane_whose_pump_loses_its_connection_is_not_held_and_goes_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "REST", 0.01)
    batch, sent = await stage.batch(2), Carrier()
    pump_context = stage.pump_context(sent)
    first = [lost()]

    async def lost_once(_: LaneKey) -> StagedFiles:
        if first:
            raise first.pop()
        return StagedFiles()

    interrupted = replace(pump_context, staging=SimpleNamespace(of=lost_once))  # type: ignore[arg-type]
    async with running(interrupted) as runner:
        await runner.submit(batch.lane)
        assert (await lane_of(stage, batch)).held_times == 0
        await eventually(lambda: len(sent.calls) == 2)
    assert await stage.counts(batch) == {"sent": 2}


async def test_a_lane_whose_statement_can_never_succeed_is_held(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "REST", 0.01)
    batch, sent = await stage.batch(2), Carrier()

    async def never(_: LaneKey) -> StagedFiles:
        raise DBAPIError("…", None, asyncpg.UndefinedColumnError("column d.not_yet does not exist"))

    broken = replace(stage.pump_context(sent), staging=SimpleNamespace(of=never))  # type: ignore[arg-type]
    async with running(broken) as runner:
        await runner.submit(batch.lane)

        async with patience("the lane is held"):
            while (await lane_of(stage, batch)).held_reason != runner_module.FAULT:
                await asyncio.sleep(0.01)


@pytest.fixture
def losses(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """How often a preparation was tried. Each try loses its connection."""
    tries: list[object] = []

    async def loses(*about: object) -> None:
        tries.append(about)
        raise lost()

    monkeypatch.setattr(prepare, "prepare", loses)
    monkeypatch.setattr(preparations, "LOST_REST", 0.01)
    return tries


async def test_a_preparation_that_loses_its_connection_goes_on_in_the_next_round(
    stage: Stage, losses: list[object]
) -> None:
    process, id_ = WorkerProcess(stage.runtime), MassReplyId(uuid4())
    for _ in range(2):
        await process._preparations.prepare(stage.tenant, id_)
        await asyncio.sleep(0.02)
    assert len(losses) == 2


async def test_a_preparation_that_loses_one_connection_after_the_other_rests(
    stage: Stage, losses: list[object]
) -> None:
    process, id_ = WorkerProcess(stage.runtime), MassReplyId(uuid4())
    for _ in range(5):
        await process._preparations.prepare(stage.tenant, id_)
        await asyncio.sleep(0.02)
    assert len(losses) == 2

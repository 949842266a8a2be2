"""Whose line is it? Each says the request, the tenant, the mass reply and the account that it speaks of."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict

from app.delivery.look_up import look_up_uncertain
from app.delivery.pump import Pump
from app.delivery.runner import PumpRunner
from app.delivery.sweeper import Sweeper
from app.domain.lanes import LaneKey
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, Stage

MASS_REPLY = "018f0000-0000-7000-8000-000000000000"


@pytest.fixture
def lines() -> Iterator[list[EventDict]]:
    with structlog.testing.capture_logs(processors=[merge_contextvars]) as lines:
        yield lines


def line(lines: list[EventDict], event: str) -> EventDict:
    return next(one for one in lines if one["event"] == event)


async def test_a_request_s_line_says_whose_it_is_and_of_which_mass_reply(
    client: httpx.AsyncClient, tenant: UUID, lines: list[EventDict]
) -> None:
    await client.get(f"/mass-replies/{MASS_REPLY}", headers={"X-Request-ID": "r-1"})
    said = line(lines, "request")
    assert (said["request_id"], said["tenant"], said["mass_reply"]) == ("r-1", str(tenant), MASS_REPLY)


async def test_what_is_no_id_is_not_taken_for_one(client: httpx.AsyncClient, lines: list[EventDict]) -> None:
    await client.get("/mass-replies/ann@example.com")
    assert "mass_reply" not in line(lines, "request")


async def test_the_next_request_inherits_nothing(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, lines: list[EventDict]
) -> None:
    await client.get(f"/mass-replies/{MASS_REPLY}")
    lines.clear()
    await anonymous.get("/health/live")
    assert not {"tenant", "mass_reply"} & line(lines, "request").keys()


def about(batch: Batch) -> dict[str, str]:
    lane = batch.lane
    return {"tenant": str(lane.tenant), "mass_reply": str(lane.mass_reply), "account": str(lane.account)}


async def test_a_pump_s_lines_name_its_lane(
    stage: Stage, lines: list[EventDict], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Pump) -> None:
        raise RuntimeError

    async def nobody_else(_: LaneKey) -> bool:
        return False

    monkeypatch.setattr(Pump, "work", fail)
    batch = await stage.batch(1)
    runner = PumpRunner(stage.pump_context(Carrier()), 1, nobody_else)
    running = asyncio.create_task(runner.run())
    await runner.submit(batch.lane)
    runner.stop()
    await running
    assert about(batch).items() <= line(lines, "pump_failed").items()


async def test_the_sweeper_s_lines_name_what_it_was_at(quiet: None, stage: Stage, lines: list[EventDict]) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError

    batch = await stage.batch(1)
    working = stage.sweeper()
    await Sweeper(stage.database, fail, fail, working.purge_after).tick()
    assert about(batch).items() <= line(lines, "sweep_failed").items()


async def test_a_look_up_s_lines_name_the_delivery(stage: Stage, lines: list[EventDict]) -> None:
    batch = await stage.batch(1)
    await stage.claim(batch)
    await stage.let_lease_run_out(batch)
    await stage.sweeper().tick()
    long_ago = "UPDATE deliveries SET settles_after = now() - interval '1 hour', not_before = now()"
    await stage.runs(long_ago)
    await look_up_uncertain(stage.database, stage.runtime.senders)
    said = [one for one in lines if one["event"].startswith("look") and one.get("delivery") == str(batch.first)]
    assert [one["tenant"] for one in said] == [str(stage.tenant)]

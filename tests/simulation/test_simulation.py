"""Thousands of schedules of the service's own pump, recorder and sweeper, each repeatable by its seed."""

import asyncio
import importlib
import os

import pytest

from app.channels import http
from app.delivery import calling, pump
from app.delivery.pump import Pump
from tests.delivery import virtual_time
from tests.simulation.rows import Table, patches
from tests.simulation.world import World, world, written

SCHEDULES = int(os.environ.get("SCHEDULES", "10000"))
"""`SCHEDULES=1000000` is a night's work."""
FEW, PARTS = 60, 8
HELD: dict[str, Table] = {}


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store in memory, and every clock the loop's."""
    for path, instead in patches(HELD).items():
        module, _, name = path.rpartition(".")
        monkeypatch.setattr(importlib.import_module(module), name, instead)
    for place in (http, calling, pump):
        monkeypatch.setattr(place, "elapsed", lambda: asyncio.get_running_loop().time())
    monkeypatch.setattr(Pump, "_written", written)


def play(seed: int) -> None:
    """Run one schedule to its end. Raise AssertionError with its story, should a promise be broken."""
    played: list[World] = []

    async def run() -> None:
        played.append(world(seed))
        HELD["table"] = played[0].table
        await played[0].play()

    try:
        virtual_time.run(run())
    except AssertionError as error:
        error.add_note("\n".join([f"seed {seed}", *(played[0].steps if played else ())]))
        raise


@pytest.mark.usefixtures("simulated", "quiet_log")
def test_no_schedule_of_a_few_breaks_a_promise() -> None:
    for seed in range(FEW):
        play(seed)


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("simulated", "quiet_log")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_of_thousands_breaks_a_promise(part: int) -> None:
    for seed in range(FEW + part, SCHEDULES, PARTS):
        play(seed)


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")

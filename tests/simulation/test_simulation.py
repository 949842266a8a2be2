"""Thousands of schedules of the service's own pump, recorder and sweeper, each repeatable by its seed."""

import asyncio
import importlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.channels import http
from app.delivery import calling, lane_watcher, pump, sweeper
from app.delivery import settle as settling
from app.delivery.sql import claims
from app.domain.delivery_lifecycle import (
    DeliveryEvent,
    DeliveryState,
    DeliveryStatus,
    Ignored,
    ReportedEvent,
    Transition,
    transition,
)
from app.domain.words import DeliveryId
from tests.delivery import virtual_time
from tests.simulation import rows, sweeps
from tests.simulation.rows import Table
from tests.simulation.stand_ins import rendered
from tests.simulation.world import World, world

SCHEDULES = int(os.environ.get("SCHEDULES", "10000"))
"""`SCHEDULES=1000000` is a night's work."""
FEW, TWICE, PARTS = 60, 20, 8
HELD: dict[str, Table] = {}

TransitionFunction = Callable[[DeliveryState, ReportedEvent, datetime], Transition | Ignored]


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store in memory, and every clock the loop's."""
    for path, instead in {**rows.patches(HELD), **sweeps.patches(HELD)}.items():
        module, _, name = path.rpartition(".")
        monkeypatch.setattr(importlib.import_module(module), name, instead)
    for place in (http, calling, lane_watcher, pump):
        monkeypatch.setattr(place, "elapsed", lambda: asyncio.get_running_loop().time())
    monkeypatch.setattr(pump, "render", rendered)


def play(seed: int) -> World:
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
    return played[0]


@pytest.mark.usefixtures("simulated", "quiet_log")
def test_no_schedule_of_a_few_breaks_a_promise() -> None:
    play_all(range(FEW))


@pytest.mark.usefixtures("simulated", "quiet_log")
def test_a_seed_repeats_its_schedule() -> None:
    for seed in range(TWICE):
        assert play(seed).steps == play(seed).steps


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("simulated", "quiet_log")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_schedule_of_thousands_breaks_a_promise(part: int) -> None:
    play_all(range(FEW + part, SCHEDULES, PARTS))


def instead(event: DeliveryEvent, to: DeliveryStatus) -> TransitionFunction:
    """The domain's own transitions, but for what an event does to a delivery that is under way."""

    def broken(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition | Ignored:
        own = state.status is DeliveryStatus.SENDING and reported.epoch == state.epoch
        return Transition(to) if own and reported.event is event else transition(state, reported, now)

    return broken


def no_quarantine(state: DeliveryState, reported: ReportedEvent, now: datetime) -> Transition | Ignored:
    return transition(replace(state, settles_after=None), reported, now)


async def all_that_is_claimed(*_: object) -> list[tuple[DeliveryId, int]]:
    rows = HELD["table"].rows.values()
    return [(row.id, row.epoch) for row in rows if row.status is DeliveryStatus.SENDING]


BROKEN: dict[str, tuple[Any, str, Any]] = {
    "a lost answer is tried again": (settling, "transition", instead(DeliveryEvent.LOSE_ANSWER, DeliveryStatus.QUEUED)),
    "the sweeper queues again": (settling, "transition", instead(DeliveryEvent.LOSE_WORKER, DeliveryStatus.QUEUED)),
    "no quarantine": (settling, "transition", no_quarantine),
    "given back by lane": (claims, "claimed_under", all_that_is_claimed),
    "reports are not tried again": (sweeper, "settle_stored", rows.nothing),
    "no deadline": (pump, "LEASE_MARGIN", timedelta(days=-1)),
}


@pytest.mark.proof
@pytest.mark.timeout(0)
@pytest.mark.usefixtures("simulated", "quiet_log")
@pytest.mark.parametrize("what", BROKEN)
def test_without_a_rule_some_schedule_breaks_a_promise(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(*BROKEN[what])
    with pytest.raises(AssertionError):
        play_all(range(2_000))


def play_all(seeds: range) -> None:
    for seed in seeds:
        play(seed)


@pytest.fixture
def quiet_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")

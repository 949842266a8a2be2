"""A fault that found nothing to strike says so, and is not counted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.dev.soak import faults
from app.dev.soak.faults import FAULTS, SoakRun
from app.dev.soak.helpdesk import Helpdesk
from app.dev.soak.relay import CLEAR, Relay, Weather
from app.dev.soak.stage import Postgres

NOBODY = "http://127.0.0.1:9"
"""Where the API would be."""


class Sleeper:
    """A worker that is frozen in no time."""

    async def freeze(self, _: float) -> None:
        return


@pytest.fixture
async def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[SoakRun]:
    """A run whose API is away, whose database has no connection, and through whose network nothing passes."""

    async def nothing(*_: Any) -> list[Any]:
        return []

    async def no_sleep(_: float) -> None:
        return

    monkeypatch.setattr(Postgres, "rows", nothing)
    monkeypatch.setattr(faults, "WAITED", 0.0)
    monkeypatch.setattr(faults, "asyncio", SimpleNamespace(sleep=no_sleep, create_task=asyncio.create_task))
    dice, relays = Random(1), [Relay(9), Relay(9)]  # noqa: S311 - it draws faults
    workers = [Sleeper() for _ in range(3)]
    environment: Any = SimpleNamespace(api_url=NOBODY, key="mr_key", postgres=Postgres(""), workers=workers)
    receiver: Any = SimpleNamespace(failures=0.0, failed=0)
    async with Helpdesk(environment, relays, NOBODY, tmp_path, dice) as helpdesk:
        yield SoakRun(environment, relays, receiver, helpdesk, "m", 100, dice)


@pytest.mark.parametrize(
    "kind",
    [
        "database connections cut",
        "database crashed and recovered",
        "network slow",
        "network connections reset",
        "network refuses connections",
        "network swallows bytes",
        "requests cut after some bytes",
        "requests half-closed",
        "answers cut after some bytes",
        "answers cut off",
        "webhook endpoint refuses",
        "paused and resumed",
        "a person decides",
        "failed ones sent again",
        "another mass reply cancelled",
    ],
)
async def test_what_found_nothing_did_not_strike(run: SoakRun, kind: str) -> None:
    assert not await FAULTS[kind](run)


async def test_one_worker_at_least_stays_awake(run: SoakRun) -> None:
    frozen = asyncio.Event()
    sleep = FAULTS["worker frozen beyond its leases"]
    for worker in cast(list[Any], run.environment.workers):
        worker.freeze = lambda _: frozen.wait()

    assert [await sleep(run) for _ in range(3)] == [True, True, False]
    assert len(run.asleep) == 2
    frozen.set()
    await asyncio.gather(*run.asleep.values())
    assert not run.asleep


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        ("network refuses connections", lambda run: setattr(run.relays[1], "felt", 1)),
        ("webhook endpoint refuses", lambda run: setattr(run.receiver, "failed", 1)),
    ],
)
async def test_what_is_felt_has_struck(
    run: SoakRun, monkeypatch: pytest.MonkeyPatch, kind: str, passes: Callable[[SoakRun], None]
) -> None:
    async def meanwhile(_: float) -> None:
        passes(run)

    monkeypatch.setattr("app.dev.soak.faults.asyncio.sleep", meanwhile)

    assert await FAULTS[kind](run)


async def test_the_weather_clears_up(run: SoakRun) -> None:
    await run.weather(Weather(refuses=True), 0.0)

    assert {relay.weather for relay in run.relays} == {CLEAR}
